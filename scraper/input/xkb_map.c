/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xkb_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <X11/XKBlib.h>
#include <X11/extensions/XKBgeom.h>

#include "keysym.h"

static void load_type(const XkbKeyTypeRec *from, struct keymap_type *to)
{
	for (unsigned modifiers = 0; modifiers < KEYMAP_MODIFIERS; modifiers++) {
		to->level[modifiers] = 0;
		to->consumed[modifiers] = from->mods.mask;
		for (int i = 0; i < from->map_count; i++) {
			const XkbKTMapEntryRec *entry = &from->map[i];

			if (!entry->active || entry->mods.mask != (modifiers & from->mods.mask))
				continue;
			to->level[modifiers] = entry->level;
			if (from->preserve)
				to->consumed[modifiers] &= (uint8_t)~from->preserve[i].mask;
			break;
		}
	}
}

static void load_group(const XkbDescRec *desc, int keycode, int number, struct keymap_group *to)
{
	const KeySym *symbols = XkbKeySymsPtr(desc, keycode);
	const XkbAction *actions = XkbKeyHasActions(desc, keycode) ? XkbKeyActionsPtr(desc, keycode)
								   : NULL;
	int width = XkbKeyGroupsWidth(desc, keycode);

	to->type = XkbKeyKeyTypeIndex(desc, keycode, number);
	for (int level = 0; level < width && level < KEYMAP_LEVELS; level++) {
		const XkbAction *action = actions ? &actions[number * width + level] : NULL;

		to->symbols[level] = keysym_canonical((uint32_t)symbols[number * width + level]);
		if (action && action->type == XkbSA_SetMods)
			to->sets[level] = action->mods.mask;
	}
}

static void load_key(const XkbDescRec *desc, int keycode, struct keymap_key *to)
{
	unsigned char info = XkbKeyGroupInfo(desc, keycode);
	bool has_symbol = false;

	to->n_groups = (uint8_t)XkbKeyNumGroups(desc, keycode);
	to->redirect = (uint8_t)XkbOutOfRangeGroupNumber(info);
	switch (XkbOutOfRangeGroupAction(info)) {
	case XkbClampIntoRange:
		to->out_of_range = KEYMAP_CLAMP;
		break;
	case XkbRedirectIntoRange:
		to->out_of_range = KEYMAP_REDIRECT;
		break;
	default:
		to->out_of_range = KEYMAP_WRAP;
	}
	for (int group = 0; group < to->n_groups; group++) {
		load_group(desc, keycode, group, &to->groups[group]);
		for (int level = 0; level < KEYMAP_LEVELS; level++)
			has_symbol |= to->groups[group].symbols[level] ||
				      to->groups[group].sets[level];
	}
	to->is_free = !has_symbol && !desc->map->modmap[keycode];
}

unsigned xkb_map_keyboard(Display *x)
{
	/* The X server makes its own keyboards first: the core keyboard is 3, XTEST's 5. */
	enum { XTEST_KEYBOARD = 5 };
	XkbDeviceInfoPtr device = XkbGetDeviceInfo(x, XkbXI_ButtonActionsMask, XTEST_KEYBOARD, 0,
						   0);
	bool is_it = device && device->name && strstr(device->name, "XTEST keyboard");

	if (device)
		XkbFreeDeviceInfo(device, 0, True);
	return is_it ? XTEST_KEYBOARD : XkbUseCoreKbd;
}

int xkb_map_load(Display *x, unsigned keyboard, struct keymap *keymap)
{
	const unsigned parts = XkbKeyTypesMask | XkbKeySymsMask | XkbKeyActionsMask |
			       XkbModifierMapMask;
	XkbDescPtr desc = XkbGetMap(x, parts, keyboard);
	struct keymap loaded = { 0 };

	if (!desc)
		return -EIO;
	loaded.types = calloc(desc->map->num_types, sizeof(*loaded.types));
	if (!loaded.types) {
		XkbFreeKeyboard(desc, 0, True);
		return -ENOMEM;
	}
	loaded.n_types = desc->map->num_types;
	for (unsigned i = 0; i < loaded.n_types; i++)
		load_type(&desc->map->types[i], &loaded.types[i]);
	for (int keycode = desc->min_key_code; keycode <= desc->max_key_code; keycode++)
		load_key(desc, keycode, &loaded.keys[keycode]);
	XkbFreeKeyboard(desc, 0, True);
	keymap_prepare(&loaded);
	keymap_finish(keymap);
	*keymap = loaded;
	return 0;
}

int xkb_map_assign(Display *x, unsigned keyboard, uint8_t keycode, uint8_t type,
		   const uint32_t symbols[static KEYMAP_LEVELS])
{
	/* XkbChangeTypesOfKey needs the actions as well. */
	const unsigned parts = XkbKeyTypesMask | XkbKeySymsMask | XkbKeyActionsMask;
	XkbDescPtr desc = XkbGetMap(x, parts, keyboard);
	XkbMapChangesRec changes = { 0 };
	int index = type, r = -EIO;

	if (!desc)
		return -EIO;
	if (type < desc->map->num_types &&
	    XkbChangeTypesOfKey(desc, keycode, 1, XkbGroup1Mask, &index, &changes) == Success) {
		KeySym *to = XkbKeySymsPtr(desc, keycode);

		for (int level = 0; level < XkbKeyGroupsWidth(desc, keycode); level++)
			to[level] = level < KEYMAP_LEVELS ? symbols[level] : NoSymbol;
		/* Exactly this key: a wrong range has crashed desktops (TigerVNC #1589). */
		changes = (XkbMapChangesRec){
			.changed = XkbKeySymsMask,
			.first_key_sym = keycode,
			.num_key_syms = 1,
		};
		r = XkbChangeMap(x, desc, &changes) ? 0 : -EIO;
	}
	XkbFreeKeyboard(desc, 0, True);
	return r;
}
