/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <X11/XF86keysym.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/keysym.h>

#include "input/keysym.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void test_character_and_canonical(void **state)
{
	static const struct {
		uint32_t keysym, character, canonical;
	} cases[] = {
		{ XK_a, 'a', XK_a },
		{ XK_eacute, 0xe9, XK_eacute },
		{ 0x010000e9, 0xe9, XK_eacute }, /* wrong, but sent by some viewers */
		{ XK_lstroke, 0x142, 0x01000142 },
		{ 0x01000142, 0x142, 0x01000142 },
		{ XK_Cyrillic_ef, 0x444, 0x01000444 },
		{ XK_EuroSign, 0x20ac, 0x010020ac },
		{ 0x0101f600, 0x1f600, 0x0101f600 },
		{ XK_OE, 0x152, 0x01000152 }, /* Latin-9 */
		{ XK_space, ' ', XK_space },
		{ XK_Return, 0, XK_Return },
		{ 0x0d, 0, XK_Return },
		{ 0x08, 0, XK_BackSpace },
		{ XK_KP_1, 0, XK_KP_1 },
		{ XK_F1, 0, XK_F1 },
		{ XK_dead_acute, 0, XK_dead_acute },
		{ XF86XK_AudioMute, 0, XF86XK_AudioMute },
		{ 0, 0, 0 },
		{ UINT32_MAX, 0, UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(keysym_character(keysym_canonical(cases[i].keysym)),
				 cases[i].character);
		assert_int_equal(keysym_canonical(cases[i].keysym), cases[i].canonical);
	}
}

static void test_case(void **state)
{
	(void)state;
	assert_int_equal(keysym_upper(XK_a), XK_A);
	assert_int_equal(keysym_lower(XK_A), XK_a);
	assert_int_equal(keysym_upper(0x01000444), 0x01000424);
	assert_int_equal(keysym_lower(0x01000424), 0x01000444);
	assert_int_equal(keysym_upper(XK_7), XK_7);
	assert_int_equal(keysym_upper(XK_F1), XK_F1);
	assert_int_equal(keysym_upper(0), 0);
}

/* What Caps Lock makes of a letter, where the key's type leaves that to the program. */
static void test_lock(void **state)
{
	unsigned n_unknown = 0;

	(void)state;
	assert_int_equal(keysym_with_lock(XK_a), XK_A);
	assert_int_equal(keysym_with_lock(XK_A), XK_A);
	assert_int_equal(keysym_with_lock(XK_eacute), XK_Eacute);
	assert_int_equal(keysym_with_lock(0x01000142), 0x01000141);
	assert_int_equal(keysym_with_lock(0x01000444), 0x01000424);
	assert_int_equal(keysym_with_lock(XK_7), XK_7);
	assert_int_equal(keysym_with_lock(XK_F1), XK_F1);
	assert_int_equal(keysym_with_lock(0), 0);
	/* GTK leaves them, Xlib does not, xkbcommon's versions differ. */
	assert_int_equal(keysym_with_lock(XK_ssharp), 0);
	assert_int_equal(keysym_with_lock(XK_mu), 0);
	assert_int_equal(keysym_with_lock(XK_ydiaeresis), 0);

	/* What is not unknown is as both libraries say. */
	for (uint32_t character = 0x20; character < 0x3000; character++) {
		const uint32_t keysym = keysym_canonical(0x01000000 | character);
		const uint32_t upper = keysym_with_lock(keysym);
		KeySym xlib_lower, xlib_upper;

		XConvertCase(keysym, &xlib_lower, &xlib_upper);
		n_unknown += !upper && character < 0x180;
		if (upper) {
			assert_int_equal(upper, keysym_upper(keysym));
			assert_int_equal(upper, keysym_canonical((uint32_t)xlib_upper));
		}
	}
	assert_int_equal(n_unknown, 3); /* in Latin-1 and Latin Extended-A */
}

static void test_kinds(void **state)
{
	static const struct {
		uint32_t keysym;
		bool modifier, command, server, known;
	} cases[] = {
		{ XK_Shift_L, true, false, false, true },
		{ XK_Control_R, true, true, false, true },
		{ XK_Hyper_R, true, true, false, true },
		{ XK_ISO_Level3_Shift, true, false, false, true },
		{ XK_Caps_Lock, false, false, false, true },
		{ XK_Num_Lock, false, false, false, true },
		{ XK_a, false, false, false, true },
		{ XF86XK_Switch_VT_1, false, false, true, true },
		{ XF86XK_Switch_VT_12, false, false, true, true },
		{ XK_Terminate_Server, false, false, true, true },
		{ XF86XK_AudioRaiseVolume, false, false, false, true },
		{ 0x0101f600, false, false, false, true },
		{ XK_VoidSymbol, false, false, false, false },
		{ 0, false, false, false, false },
		{ 0x12345, false, false, false, false },
		{ UINT32_MAX, false, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(keysym_is_modifier(cases[i].keysym), cases[i].modifier);
		assert_int_equal(keysym_is_command(cases[i].keysym), cases[i].command);
		assert_int_equal(keysym_is_server_action(cases[i].keysym), cases[i].server);
		assert_int_equal(keysym_is_known(cases[i].keysym), cases[i].known);
	}
}

static void test_locks(void **state)
{
	static const uint32_t locks[] = {
		XK_Caps_Lock,	   XK_Shift_Lock,	XK_Num_Lock,	     XK_Scroll_Lock,
		XK_ISO_Lock,	   XK_ISO_Level3_Latch, XK_ISO_Level5_Lock,  XK_ISO_Group_Latch,
		XK_ISO_Next_Group, XK_ISO_Last_Group,	XK_MouseKeys_Enable, XK_Pointer_Button1,
		XK_Kana_Lock,
	};
	static const uint32_t others[] = {
		XK_a,
		XK_Escape,
		XK_Shift_L,
		XK_ISO_Level3_Shift,
		XK_ISO_Level5_Shift,
		XK_Mode_switch,
		XK_Super_L,
		XK_ISO_Left_Tab,
		XK_Eisu_toggle,
		XK_dead_acute,
		0,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(locks); i++)
		assert_true(keysym_is_lock(locks[i]));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(keysym_is_lock(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_character_and_canonical),
		cmocka_unit_test(test_case),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_locks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
