/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <X11/keysym.h>

#include "input/altgr.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum {
	SHIFT = ALTGR_SHIFT,
	CONTROL = ALTGR_CONTROL,
	LEFT = ALTGR_ALT_LEFT,
	RIGHT = ALTGR_ALT_RIGHT,
	LEVEL_3 = ALTGR_LEVEL_3,
	OTHER = ALTGR_OTHER,
};

static void test_modifiers(void **state)
{
	static const struct {
		uint32_t keysym;
		unsigned modifier;
	} cases[] = {
		{ XK_Shift_L, SHIFT },
		{ XK_Shift_R, SHIFT },
		{ XK_Control_L, CONTROL },
		{ XK_Control_R, CONTROL },
		{ XK_Alt_L, LEFT },
		{ XK_Alt_R, RIGHT },
		{ XK_Mode_switch, LEVEL_3 },
		{ XK_ISO_Level3_Shift, LEVEL_3 },
		{ XK_Super_L, OTHER },
		{ XK_Meta_R, OTHER },
		{ XK_Caps_Lock, 0 },
		{ XK_a, 0 },
		{ 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(altgr_modifier(cases[i].keysym), cases[i].modifier);
}

/* Every set of modifiers with a character that is AltGr's on some keyboard. */
static void test_sets(void **state)
{
	(void)state;
	for (unsigned held = 0; held < 64; held++) {
		unsigned set = held & ~(unsigned)SHIFT;
		bool is_altgr = set == RIGHT || set == (RIGHT | LEVEL_3) ||
				set == (CONTROL | LEFT) || set == (CONTROL | RIGHT) ||
				set == (CONTROL | LEVEL_3) || set == (CONTROL | LEFT | RIGHT) ||
				set == (CONTROL | LEFT | LEVEL_3) ||
				set == (CONTROL | RIGHT | LEVEL_3) ||
				set == (CONTROL | LEFT | RIGHT | LEVEL_3);

		assert_int_equal(altgr_types(held, XK_EuroSign), is_altgr);
		assert_int_equal(altgr_types(held, XK_at), is_altgr && !(held & SHIFT));
	}
}

static void test_characters(void **state)
{
	static const uint32_t typed[] = { XK_EuroSign,	    XK_sterling, XK_twosuperior, XK_mu,
					  XK_aogonek,	    XK_Aogonek,	 XK_ssharp,	 XK_eacute,
					  XK_NewSheqelSign, 0x01002192,	 0x0100005c };
	static const uint32_t shortcuts[] = { 0,
					      XK_Delete,
					      XK_F1,
					      XK_Tab,
					      XK_Return,
					      XK_space,
					      XK_KP_Add,
					      XK_Left,
					      XK_Alt_R,
					      XK_Cyrillic_te,
					      XK_Greek_tau,
					      XK_hebrew_taw,
					      XK_Arabic_feh };

	(void)state;
	for (uint32_t c = 0x20; c < 0x7f; c++)
		assert_int_equal(altgr_types(CONTROL | RIGHT, c),
				 strchr("@{}[]|\\~#^`$&<>*?", (int)c) != NULL);
	for (size_t i = 0; i < COUNT(typed); i++)
		assert_true(altgr_types(RIGHT, typed[i]));
	for (size_t i = 0; i < COUNT(shortcuts); i++)
		assert_false(altgr_types(CONTROL | LEFT, shortcuts[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modifiers),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
