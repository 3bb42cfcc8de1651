/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keymap.h"

#include <errno.h>
#include <stdlib.h>

#include <X11/keysym.h>

#include "keysym.h"

/* The key's group that is used when `group` is in effect, or NULL. */
static const struct keymap_group *group_of(const struct keymap_key *key, unsigned group)
{
	if (!key->n_groups)
		return NULL;
	if (group >= key->n_groups) {
		switch (key->out_of_range) {
		case KEYMAP_CLAMP:
			group = key->n_groups - 1U;
			break;
		case KEYMAP_REDIRECT:
			group = key->redirect < key->n_groups ? key->redirect : 0;
			break;
		default:
			group %= key->n_groups;
		}
	}
	return &key->groups[group];
}

uint32_t keymap_symbol(const struct keymap *keymap, uint8_t keycode, unsigned group,
		       uint8_t modifiers)
{
	const struct keymap_group *on = group_of(&keymap->keys[keycode], group);

	if (!on)
		return 0;
	const struct keymap_type *type = &keymap->types[on->type];
	uint8_t level = type->level[modifiers];
	uint32_t symbol = level < KEYMAP_LEVELS ? on->symbols[level] : 0;
	/* If the level does not depend on Lock, toolkits convert the letter to upper case. */
	return modifiers & ~type->consumed[modifiers] & KEYMAP_LOCK ? keysym_with_lock(symbol)
								    : symbol;
}

uint8_t keymap_sets(const struct keymap *keymap, uint8_t keycode, unsigned group)
{
	const struct keymap_group *on = group_of(&keymap->keys[keycode], group);

	return on ? on->sets[0] : 0;
}

bool keymap_key_has(const struct keymap *keymap, uint8_t keycode, uint32_t keysym)
{
	const struct keymap_key *key = &keymap->keys[keycode];

	keysym = keysym_canonical(keysym);
	for (int group = 0; group < key->n_groups; group++)
		for (int level = 0; level < KEYMAP_LEVELS; level++)
			if (key->groups[group].symbols[level] == keysym)
				return true;
	return false;
}

/* The keycode that sets modifiers and has the keysym, on its first level or on any; 0: none. */
static uint8_t find_setter(const struct keymap *keymap, uint32_t keysym, unsigned group,
			   bool any_level)
{
	for (unsigned i = 0; i < KEYMAP_KEYS; i++) {
		const struct keymap_group *on = group_of(&keymap->keys[i], group);

		if (on && on->sets[0] &&
		    (any_level ? keymap_key_has(keymap, (uint8_t)i, keysym)
			       : on->symbols[0] == keysym))
			return (uint8_t)i;
	}
	return 0;
}

static void note_commands(struct keymap *keymap, const struct keymap_group *group)
{
	for (int level = 0; level < KEYMAP_LEVELS; level++)
		if (keysym_is_command(group->symbols[level]))
			keymap->commands |= group->sets[level];
}

void keymap_prepare(struct keymap *keymap)
{
	static const uint32_t shifters[KEYMAP_SHIFTERS] = { XK_Shift_L, XK_ISO_Level3_Shift,
							    XK_ISO_Level5_Shift };
	uint8_t shifts = KEYMAP_LOCK;

	keymap->n_groups = 1;
	keymap->commands = KEYMAP_CONTROL;
	for (int i = 0; i < KEYMAP_KEYS; i++) {
		const struct keymap_key *key = &keymap->keys[i];

		if (key->n_groups > keymap->n_groups)
			keymap->n_groups = key->n_groups;
		for (int group = 0; group < key->n_groups; group++)
			note_commands(keymap, &key->groups[group]);
	}
	for (int i = 0; i < KEYMAP_SHIFTERS; i++) {
		uint8_t keycode = find_setter(keymap, shifters[i], 0, false);

		keymap->shifters[i].keycode = keycode;
		keymap->shifters[i].mask = keycode ? keymap_sets(keymap, keycode, 0) : 0;
		shifts |= keymap->shifters[i].mask;
	}
	keymap->commands &= (uint8_t)~shifts;
}

void keymap_finish(struct keymap *keymap)
{
	free(keymap->types);
	*keymap = (struct keymap){ 0 };
}

/* ---- planning ---- */

/* Keycodes of every X server's keyboards. */
enum { PLACE_CAPS = 66, PLACE_NUM = 77, PLACE_SCROLL = 78 };

struct keymap_range {
	unsigned first, last; /* keycodes */
};

/* Whether the keysyms differ only by Shift or a lock, as a and A, or Tab and Backtab. */
static bool are_twins(uint32_t a, uint32_t b)
{
	if ((a == XK_Tab && b == XK_ISO_Left_Tab) || (a == XK_ISO_Left_Tab && b == XK_Tab))
		return true;
	return keysym_character(a) && keysym_lower(a) == keysym_lower(b);
}

/* Whether the key types `keysym` in `group` with the state's modifiers, `change` inverted. */
static bool key_types(const struct keymap *keymap, const struct keymap_state *state,
		      uint8_t keycode, unsigned group, uint8_t change, uint32_t keysym)
{
	uint8_t modifiers = state->modifiers ^ change;
	uint8_t commands = modifiers & keymap->commands;
	uint8_t without = modifiers & (uint8_t)~commands;

	if (!keymap->keys[keycode].n_groups)
		return false;
	/* A change without an effect would only hide what the key does with the commands. */
	if (change && keymap_symbol(keymap, keycode, group, without ^ change) == keysym)
		return false;
	/* Control and Alt choose no level: viewers send Alt+Print as that, not as SysRq. */
	uint32_t symbol = keymap_symbol(keymap, keycode, group, without);
	if (symbol != keysym) {
		bool by_shift = (modifiers & KEYMAP_SHIFT) && keysym == XK_Tab;

		if (!change && commands &&
		    keymap_symbol(keymap, keycode, group, modifiers) == keysym)
			return true;
		if (change || !(commands || by_shift) || !are_twins(symbol, keysym))
			return false;
	}
	return !commands ||
	       !keysym_is_server_action(keymap_symbol(keymap, keycode, group, modifiers));
}

static uint8_t find_key(const struct keymap *keymap, const struct keymap_state *state,
			unsigned group, uint8_t change, uint32_t keysym, struct keymap_range among)
{
	for (unsigned keycode = among.first; keycode <= among.last; keycode++)
		if (key_types(keymap, state, (uint8_t)keycode, group, change, keysym))
			return (uint8_t)keycode;
	return 0;
}

/* The modifiers of a set of shifters, or -1 if one is missing or cannot be changed. */
static int modifiers_of(const struct keymap *keymap, const struct keymap_state *state, unsigned set)
{
	unsigned change = 0;

	for (unsigned i = 0; i < KEYMAP_SHIFTERS; i++) {
		if (!(set >> i & 1))
			continue;
		if (!keymap->shifters[i].mask)
			return -1;
		change |= keymap->shifters[i].mask;
	}
	/* What is locked, or held on a real keyboard, cannot be released. */
	return change & state->modifiers & ~(unsigned)state->ours ? -1 : (int)change;
}

static int plan_in_group(const struct keymap *keymap, const struct keymap_state *state,
			 unsigned group, uint32_t keysym, struct keymap_range among,
			 struct keymap_plan *ret_plan)
{
	/* Sets with few shifters first. */
	static const uint8_t sets[1 << KEYMAP_SHIFTERS] = { 0, 1, 2, 4, 3, 5, 6, 7 };

	for (unsigned i = 0; i < 1 << KEYMAP_SHIFTERS; i++) {
		int change = modifiers_of(keymap, state, sets[i]);
		uint8_t keycode = 0;

		if (change >= 0)
			keycode = find_key(keymap, state, group, (uint8_t)change, keysym, among);
		if (!keycode)
			continue;
		*ret_plan = (struct keymap_plan){
			.keycode = keycode,
			.press = (uint8_t)change & (uint8_t)~state->modifiers,
			.release = (uint8_t)change & state->modifiers,
			.group = (uint8_t)group,
		};
		return 0;
	}
	return -ENOENT;
}

/* Some viewers on Windows send AltGr as Control and Alt. */
static bool is_windows_altgr(const struct keymap *keymap, const struct keymap_state *state,
			     uint32_t keysym, const struct keymap_plan *plan)
{
	uint8_t held = state->ours & keymap->commands;

	return keysym_character(keysym) && plan->press & keymap->shifters[1].mask &&
	       held & KEYMAP_CONTROL && held & (uint8_t)~KEYMAP_CONTROL;
}

int keymap_plan(const struct keymap *keymap, const struct keymap_state *state, uint32_t keysym,
		uint8_t position, struct keymap_plan *ret_plan)
{
	const struct keymap_range all = { 0, KEYMAP_KEYS - 1 }, only = { position, position };
	int r = -ENOENT;

	keysym = keysym_canonical(keysym);
	if (!keysym || keysym_is_server_action(keysym))
		return -ENOENT;
	if (position)
		r = plan_in_group(keymap, state, state->group, keysym, only, ret_plan);
	for (unsigned i = 0; i < keymap->n_groups && r < 0; i++)
		r = plan_in_group(keymap, state, (state->group + i) % keymap->n_groups, keysym, all,
				  ret_plan);
	if (r < 0)
		return r;
	if (is_windows_altgr(keymap, state, keysym, ret_plan))
		ret_plan->release |= state->ours & keymap->commands;
	return 0;
}

int keymap_plan_position(const struct keymap *keymap, const struct keymap_state *state,
			 uint8_t position, struct keymap_plan *ret_plan)
{
	uint32_t symbol = keymap_symbol(keymap, position, state->group, state->modifiers);

	if (!symbol || keysym_character(symbol) || keysym_is_dead(symbol) ||
	    keysym_is_server_action(symbol))
		return -ENOENT;
	*ret_plan = (struct keymap_plan){ .keycode = position, .group = state->group };
	return 0;
}

/* Where such a key is on all keyboards; 0: nowhere in particular. */
static uint8_t place_of(uint32_t keysym)
{
	switch (keysym) {
	case XK_Caps_Lock:
	case XK_Shift_Lock:
		return PLACE_CAPS;
	case XK_Num_Lock:
		return PLACE_NUM;
	case XK_Scroll_Lock:
		return PLACE_SCROLL;
	default:
		return 0;
	}
}

int keymap_plan_lock(const struct keymap *keymap, const struct keymap_state *state, uint32_t keysym,
		     uint8_t position, struct keymap_plan *ret_plan)
{
	const struct keymap_range all = { 0, KEYMAP_KEYS - 1 };
	uint8_t place = position ? position : place_of(keysym), keycode = 0;

	if (place && key_types(keymap, state, place, state->group, 0, keysym))
		keycode = place;
	if (!keycode)
		keycode = find_key(keymap, state, state->group, 0, keysym, all);
	if (!keycode) {
		uint32_t symbol = keymap_symbol(keymap, place, state->group, state->modifiers);

		if (!symbol || keysym_is_server_action(symbol))
			return -ENOENT;
		keycode = place;
	}
	*ret_plan = (struct keymap_plan){ .keycode = keycode, .group = state->group };
	return 0;
}

/* The substitute for a modifier that the keyboard does not have; 0: none. */
static uint32_t substitute(uint32_t keysym)
{
	static const uint32_t substitutes[][2] = {
		{ XK_Meta_L, XK_Alt_L },
		{ XK_Meta_R, XK_Meta_L },
		{ XK_Alt_R, XK_Alt_L },
		{ XK_Super_R, XK_Super_L },
		{ XK_Hyper_L, XK_Super_L },
		{ XK_Hyper_R, XK_Hyper_L },
		{ XK_Shift_R, XK_Shift_L },
		{ XK_Control_R, XK_Control_L },
		{ XK_Mode_switch, XK_ISO_Level3_Shift },
	};

	for (unsigned i = 0; i < sizeof(substitutes) / sizeof(*substitutes); i++)
		if (substitutes[i][0] == keysym)
			return substitutes[i][1];
	return 0;
}

int keymap_plan_modifier(const struct keymap *keymap, const struct keymap_state *state,
			 uint32_t keysym, struct keymap_plan *ret_plan)
{
	uint8_t keycode = 0;

	for (; keysym && !keycode; keysym = substitute(keysym)) {
		keycode = find_setter(keymap, keysym, state->group, false);
		if (!keycode) /* as Meta is on a higher level of Alt's key */
			keycode = find_setter(keymap, keysym, state->group, true);
	}
	if (!keycode)
		return -ENOENT;
	*ret_plan = (struct keymap_plan){ .keycode = keycode, .group = state->group };
	return 0;
}

uint8_t keymap_levels(const struct keymap *keymap, const struct keymap_state *state, uint8_t type)
{
	const uint8_t modifiers = state->modifiers & (uint8_t)~keymap->commands;
	uint8_t levels = 0;

	for (unsigned set = 0; set < 1 << KEYMAP_SHIFTERS; set++) {
		int change = modifiers_of(keymap, state, set);
		uint8_t level = change < 0 ? KEYMAP_LEVELS
					   : keymap->types[type].level[modifiers ^ change];

		if (level < KEYMAP_LEVELS)
			levels |= (uint8_t)(1U << level);
	}
	return levels;
}
