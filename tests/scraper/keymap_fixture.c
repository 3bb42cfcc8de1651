/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keymap_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <X11/XF86keysym.h>
#include <X11/keysym.h>

#include "input/keysym.h"

enum { ONE_LEVEL, TWO_LEVEL, ALPHABETIC, FOUR_LEVEL, KEYPAD, CTRL_ALT, PC_ALT, SPARE, N_TYPES };

struct entry {
	uint8_t modifiers, level;
};

/* Modifiers that are in no entry choose the first level. */
static void set_type(struct keymap_type *type, uint8_t mask, const struct entry *entries, int n)
{
	for (unsigned modifiers = 0; modifiers < KEYMAP_MODIFIERS; modifiers++) {
		type->level[modifiers] = 0;
		type->consumed[modifiers] = mask;
		for (int i = 0; i < n; i++)
			if (entries[i].modifiers == (modifiers & mask))
				type->level[modifiers] = entries[i].level;
	}
}

static void set_types(struct keymap *keymap)
{
	static const struct entry shift[] = { { MOD_SHIFT, 1 } };
	static const struct entry alphabetic[] = { { MOD_SHIFT, 1 }, { MOD_LOCK, 1 } };
	static const struct entry four[] = { { MOD_SHIFT, 1 },
					     { MOD_ALTGR, 2 },
					     { MOD_SHIFT | MOD_ALTGR, 3 } };
	static const struct entry spare[] = { { MOD_SHIFT, 1 },
					      { MOD_LOCK, 1 },
					      { MOD_ALTGR, 2 },
					      { MOD_SHIFT | MOD_ALTGR, 3 },
					      { MOD_LOCK | MOD_ALTGR, 3 },
					      { MOD_SHIFT | MOD_LOCK | MOD_ALTGR, 2 } };
	static const struct entry keypad[] = { { MOD_SHIFT, 1 }, { MOD_NUM, 1 } };
	static const struct entry ctrl_alt[] = { { MOD_CONTROL | MOD_ALT, 1 } };
	static const struct entry alt[] = { { MOD_ALT, 1 } };
	struct keymap_type *types = calloc(N_TYPES, sizeof(*types));

	set_type(&types[ONE_LEVEL], 0, NULL, 0);
	set_type(&types[TWO_LEVEL], MOD_SHIFT, shift, 1);
	set_type(&types[ALPHABETIC], MOD_SHIFT | MOD_LOCK, alphabetic, 2);
	set_type(&types[FOUR_LEVEL], MOD_SHIFT | MOD_ALTGR, four, 3);
	set_type(&types[KEYPAD], MOD_SHIFT | MOD_NUM, keypad, 2);
	set_type(&types[CTRL_ALT], MOD_CONTROL | MOD_ALT, ctrl_alt, 1);
	set_type(&types[PC_ALT], MOD_ALT, alt, 1);
	set_type(&types[SPARE], MOD_SHIFT | MOD_LOCK | MOD_ALTGR, spare, 6);
	keymap->types = types;
	keymap->n_types = N_TYPES;
}

/* Adds a group of up to four levels; the key sets the modifiers `sets` on each. */
static void add_group(struct keymap *keymap, uint8_t keycode, uint8_t type, uint8_t sets,
		      const uint32_t symbols[4])
{
	struct keymap_key *key = &keymap->keys[keycode];
	struct keymap_group *group = &key->groups[key->n_groups++];

	group->type = type;
	for (int level = 0; level < 4; level++) {
		group->symbols[level] = keysym_canonical(symbols[level]);
		group->sets[level] = symbols[level] ? sets : 0;
	}
}

void keymap_fixture(struct keymap *ret_keymap)
{
	static const struct {
		uint8_t keycode, type, sets;
		uint32_t symbols[4];
	} groups[] = {
		{ KEY_A, ALPHABETIC, 0, { XK_a, XK_A } },
		{ KEY_A, ALPHABETIC, 0, { XK_Cyrillic_ef, XK_Cyrillic_EF } },
		{ KEY_Q, FOUR_LEVEL, 0, { XK_q, XK_Q, XK_at, XK_Greek_OMEGA } },
		{ KEY_7, FOUR_LEVEL, 0, { XK_7, XK_slash, XK_braceleft } },
		{ KEY_SHARP_S, FOUR_LEVEL, 0, { XK_ssharp, XK_question, XK_lstroke } },
		{ KEY_TAB, TWO_LEVEL, 0, { XK_Tab, XK_ISO_Left_Tab } },
		{ KEY_F1, CTRL_ALT, 0, { XK_F1, XF86XK_Switch_VT_1 } },
		{ KEY_PRINT, PC_ALT, 0, { XK_Print, XK_Sys_Req } },
		{ KEY_KP_1, KEYPAD, 0, { XK_KP_End, XK_KP_1 } },
		{ KEY_SHIFT, ONE_LEVEL, MOD_SHIFT, { XK_Shift_L } },
		{ KEY_CONTROL, ONE_LEVEL, MOD_CONTROL, { XK_Control_L } },
		{ KEY_ALT, TWO_LEVEL, MOD_ALT, { XK_Alt_L, XK_Meta_L } },
		{ KEY_SUPER, ONE_LEVEL, MOD_SUPER, { XK_Super_L } },
		{ KEY_ALTGR, ONE_LEVEL, MOD_ALTGR, { XK_ISO_Level3_Shift } },
		{ KEY_CAPS, ONE_LEVEL, 0, { XK_Caps_Lock } },
	};

	memset(ret_keymap, 0, sizeof(*ret_keymap));
	set_types(ret_keymap);
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		add_group(ret_keymap, groups[i].keycode, groups[i].type, groups[i].sets,
			  groups[i].symbols);
	ret_keymap->keys[KEY_SPARE].is_free = true;
	keymap_prepare(ret_keymap);
}
