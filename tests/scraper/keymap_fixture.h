/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small keyboard like "de,ru", with the real types. */
#ifndef GPUDESK_TESTS_KEYMAP_FIXTURE_H
#define GPUDESK_TESTS_KEYMAP_FIXTURE_H

#include "input/keymap.h"

enum {
	MOD_SHIFT = 0x01,
	MOD_LOCK = 0x02,
	MOD_CONTROL = 0x04,
	MOD_ALT = 0x08,
	MOD_NUM = 0x10,
	MOD_SUPER = 0x40,
	MOD_ALTGR = 0x80,

	KEY_A = 38,	  /* a A ae AE | Cyrillic_ef Cyrillic_EF */
	KEY_Q = 24,	  /* q Q @ Greek_OMEGA */
	KEY_7 = 16,	  /* 7 / { */
	KEY_SHARP_S = 20, /* ssharp ? backslash, of a type without Lock */
	KEY_TAB = 23,	  /* Tab ISO_Left_Tab */
	KEY_F1 = 67,	  /* F1, with Control and Alt XF86Switch_VT_1 */
	KEY_PRINT = 107,  /* Print, with Alt Sys_Req */
	KEY_KP_1 = 87,	  /* KP_End KP_1 */
	KEY_SHIFT = 50,
	KEY_CONTROL = 37,
	KEY_ALT = 64, /* Alt_L Meta_L */
	KEY_SUPER = 133,
	KEY_ALTGR = 108,
	KEY_CAPS = 66,
	KEY_SPARE = 250,
};

/* The caller calls keymap_finish. */
void keymap_fixture(struct keymap *ret_keymap);

#endif
