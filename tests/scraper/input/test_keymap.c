/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <X11/XF86keysym.h>
#include <X11/keysym.h>

#include "input/keymap.h"
#include "tests/scraper/keymap_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct keymap keymap;

static int setup(void **state)
{
	(void)state;
	keymap_fixture(&keymap);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	keymap_finish(&keymap);
	return 0;
}

static void test_prepare_finds_modifiers(void **state)
{
	(void)state;
	assert_int_equal(keymap.n_groups, 2);
	assert_int_equal(keymap.shifters[0].mask, MOD_SHIFT);
	assert_int_equal(keymap.shifters[0].keycode, KEY_SHIFT);
	assert_int_equal(keymap.shifters[1].mask, MOD_ALTGR);
	assert_int_equal(keymap.shifters[1].keycode, KEY_ALTGR);
	assert_int_equal(keymap.shifters[2].mask, 0);
	assert_int_equal(keymap.commands, MOD_CONTROL | MOD_ALT | MOD_SUPER);
}

static void test_symbol(void **state)
{
	static const struct {
		uint8_t keycode, group, modifiers;
		uint32_t symbol;
	} cases[] = {
		{ KEY_A, 0, 0, XK_a },
		{ KEY_A, 0, MOD_SHIFT, XK_A },
		{ KEY_A, 0, MOD_LOCK, XK_A },
		{ KEY_A, 0, MOD_SHIFT | MOD_LOCK, XK_a },
		{ KEY_A, 1, 0, 0x01000444 },
		{ KEY_A, 3, 0, 0x01000444 }, /* wrapped */
		{ KEY_Q, 1, MOD_ALTGR, XK_at },
		/* This type does not use Lock, so the toolkit does. */
		{ KEY_Q, 0, MOD_LOCK, XK_Q },
		{ KEY_SHARP_S, 0, MOD_ALTGR | MOD_LOCK, 0x01000141 },
		{ KEY_SHARP_S, 0, MOD_LOCK, 0 }, /* one toolkit does, another does not */
		{ KEY_SPARE, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(keymap_symbol(&keymap, cases[i].keycode, cases[i].group,
					       cases[i].modifiers),
				 cases[i].symbol);
}

static void test_groups_out_of_range(void **state)
{
	struct keymap_key *key = &keymap.keys[KEY_A];

	(void)state;
	key->out_of_range = KEYMAP_CLAMP;
	assert_int_equal(keymap_symbol(&keymap, KEY_A, 2, 0), 0x01000444);
	key->out_of_range = KEYMAP_REDIRECT;
	key->redirect = 1;
	assert_int_equal(keymap_symbol(&keymap, KEY_A, 2, 0), 0x01000444);
	key->redirect = 3;
	assert_int_equal(keymap_symbol(&keymap, KEY_A, 2, 0), XK_a);
}

static const struct {
	const char *what;
	struct keymap_state state;
	uint32_t keysym;
	struct keymap_plan plan; /* keycode 0: it cannot be typed */
} plans[] = {
	{ "plain", { 0, 0, 0 }, XK_a, { KEY_A, 0, 0, 0 } },
	{ "Shift is added", { 0, 0, 0 }, XK_A, { KEY_A, MOD_SHIFT, 0, 0 } },
	{ "Shift is there", { MOD_SHIFT, MOD_SHIFT, 0 }, XK_A, { KEY_A, 0, 0, 0 } },
	{ "Shift is too much", { MOD_SHIFT, MOD_SHIFT, 0 }, XK_a, { KEY_A, 0, MOD_SHIFT, 0 } },
	{ "Shift is not ours", { MOD_SHIFT, 0, 0 }, XK_a, { 0, 0, 0, 0 } },
	{ "Lock", { MOD_LOCK, 0, 0 }, XK_A, { KEY_A, 0, 0, 0 } },
	{ "against Lock", { MOD_LOCK, 0, 0 }, XK_a, { KEY_A, MOD_SHIFT, 0, 0 } },
	{ "Lock does nothing here", { MOD_LOCK, 0, 0 }, XK_7, { KEY_7, 0, 0, 0 } },
	{ "the toolkit would do it", { MOD_LOCK, 0, 0 }, XK_lstroke, { 0, 0, 0, 0 } },
	{ "AltGr is added", { 0, 0, 0 }, XK_at, { KEY_Q, MOD_ALTGR, 0, 0 } },
	{ "AltGr is there", { MOD_ALTGR, MOD_ALTGR, 0 }, XK_at, { KEY_Q, 0, 0, 0 } },
	{ "both", { 0, 0, 0 }, XK_Greek_OMEGA, { KEY_Q, MOD_SHIFT | MOD_ALTGR, 0, 0 } },
	{ "one for the other",
	  { MOD_SHIFT, MOD_SHIFT, 0 },
	  XK_at,
	  { KEY_Q, MOD_ALTGR, MOD_SHIFT, 0 } },
	{ "AltGr is too much",
	  { MOD_ALTGR, MOD_ALTGR, 0 },
	  XK_slash,
	  { KEY_7, MOD_SHIFT, MOD_ALTGR, 0 } },
	{ "its Unicode keysym", { 0, 0, 0 }, 0x01000040, { KEY_Q, MOD_ALTGR, 0, 0 } },
	{ "another group", { 0, 0, 0 }, XK_Cyrillic_ef, { KEY_A, 0, 0, 1 } },
	{ "another group's upper case", { 0, 0, 0 }, 0x01000424, { KEY_A, MOD_SHIFT, 0, 1 } },
	{ "back in the first group", { 0, 0, 1 }, XK_a, { KEY_A, 0, 0, 0 } },
	{ "the key has one group only", { 0, 0, 1 }, XK_q, { KEY_Q, 0, 0, 1 } },
	{ "on no key", { 0, 0, 0 }, XK_eacute, { 0, 0, 0, 0 } },
	{ "nothing", { 0, 0, 0 }, 0, { 0, 0, 0, 0 } },
	{ "keypad", { 0, 0, 0 }, XK_KP_1, { KEY_KP_1, MOD_SHIFT, 0, 0 } },
	{ "keypad with NumLock", { MOD_NUM, 0, 0 }, XK_KP_1, { KEY_KP_1, 0, 0, 0 } },
	{ "keypad against NumLock", { MOD_NUM, 0, 0 }, XK_KP_End, { KEY_KP_1, MOD_SHIFT, 0, 0 } },
	{ "the keypad's 1 is not the other", { MOD_NUM, 0, 0 }, XK_1, { 0, 0, 0, 0 } },
	{ "Backtab", { MOD_SHIFT, MOD_SHIFT, 0 }, XK_ISO_Left_Tab, { KEY_TAB, 0, 0, 0 } },
	{ "Shift and Tab", { MOD_SHIFT, MOD_SHIFT, 0 }, XK_Tab, { KEY_TAB, 0, 0, 0 } },
	{ "Backtab without Shift", { 0, 0, 0 }, XK_ISO_Left_Tab, { KEY_TAB, MOD_SHIFT, 0, 0 } },
	{ "Alt+Shift+Tab",
	  { MOD_SHIFT | MOD_ALT, MOD_SHIFT | MOD_ALT, 0 },
	  XK_Tab,
	  { KEY_TAB, 0, 0, 0 } },
	{ "Ctrl+C", { MOD_CONTROL, MOD_CONTROL, 0 }, XK_a, { KEY_A, 0, 0, 0 } },
	{ "Ctrl+C with Lock",
	  { MOD_CONTROL | MOD_LOCK, MOD_CONTROL, 0 },
	  XK_a,
	  { KEY_A, 0, 0, 0 } },
	{ "Ctrl+C with Lock at the viewer",
	  { MOD_CONTROL, MOD_CONTROL, 0 },
	  XK_A,
	  { KEY_A, 0, 0, 0 } },
	{ "Ctrl+Shift+C",
	  { MOD_CONTROL | MOD_SHIFT, MOD_CONTROL | MOD_SHIFT, 0 },
	  XK_A,
	  { KEY_A, 0, 0, 0 } },
	{ "Ctrl+/", { MOD_CONTROL, MOD_CONTROL, 0 }, XK_slash, { KEY_7, MOD_SHIFT, 0, 0 } },
	{ "Super+A in Cyrillic", { MOD_SUPER, MOD_SUPER, 1 }, XK_a, { KEY_A, 0, 0, 0 } },
	{ "Ctrl+@", { MOD_CONTROL, MOD_CONTROL, 0 }, XK_at, { KEY_Q, MOD_ALTGR, 0, 0 } },
	{ "AltGr from Windows",
	  { MOD_CONTROL | MOD_ALT, MOD_CONTROL | MOD_ALT, 0 },
	  XK_at,
	  { KEY_Q, MOD_ALTGR, MOD_CONTROL | MOD_ALT, 0 } },
	{ "Ctrl+Alt+A",
	  { MOD_CONTROL | MOD_ALT, MOD_CONTROL | MOD_ALT, 0 },
	  XK_a,
	  { KEY_A, 0, 0, 0 } },
	{ "Alt+Print", { MOD_ALT, MOD_ALT, 0 }, XK_Print, { KEY_PRINT, 0, 0, 0 } },
	{ "SysRq", { MOD_ALT, MOD_ALT, 0 }, XK_Sys_Req, { KEY_PRINT, 0, 0, 0 } },
	{ "Ctrl+Alt+F1 would switch the console",
	  { MOD_CONTROL | MOD_ALT, MOD_CONTROL | MOD_ALT, 0 },
	  XK_F1,
	  { 0, 0, 0, 0 } },
	{ "a console by its own keysym",
	  { MOD_CONTROL | MOD_ALT, MOD_CONTROL | MOD_ALT, 0 },
	  XF86XK_Switch_VT_1,
	  { 0, 0, 0, 0 } },
	{ "Ctrl+F1", { MOD_CONTROL, MOD_CONTROL, 0 }, XK_F1, { KEY_F1, 0, 0, 0 } },
	{ "Caps Lock", { 0, 0, 0 }, XK_Caps_Lock, { KEY_CAPS, 0, 0, 0 } },
	{ "ASCII's Tab", { 0, 0, 0 }, 0x09, { KEY_TAB, 0, 0, 0 } },
};

static void test_plan(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(plans); i++) {
		struct keymap_plan plan = { 0 };
		int r = keymap_plan(&keymap, &plans[i].state, plans[i].keysym, 0, &plan);

		if (r != (plans[i].plan.keycode ? 0 : -ENOENT) ||
		    plan.keycode != plans[i].plan.keycode || plan.press != plans[i].plan.press ||
		    plan.release != plans[i].plan.release || plan.group != plans[i].plan.group)
			fail_msg("%s: %d, key %d, +%x -%x, group %d", plans[i].what, r,
				 plan.keycode, plan.press, plan.release, plan.group);
	}
}

static void test_plan_modifier(void **state)
{
	static const struct {
		uint32_t keysym;
		uint8_t keycode;
	} cases[] = {
		{ XK_Shift_L, KEY_SHIFT },     { XK_Shift_R, KEY_SHIFT },
		{ XK_Control_R, KEY_CONTROL }, { XK_Alt_L, KEY_ALT },
		{ XK_Alt_R, KEY_ALT },	       { XK_Meta_L, KEY_ALT },
		{ XK_Meta_R, KEY_ALT },	       { XK_Super_R, KEY_SUPER },
		{ XK_Hyper_R, KEY_SUPER },     { XK_Mode_switch, KEY_ALTGR },
	};
	/* Shift does not choose the key, although Meta is on Alt's second level. */
	const struct keymap_state shifted = { MOD_SHIFT, MOD_SHIFT, 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct keymap_plan plan;

		assert_int_equal(keymap_plan_modifier(&keymap, &shifted, cases[i].keysym, &plan),
				 0);
		assert_int_equal(plan.keycode, cases[i].keycode);
		assert_int_equal(plan.press | plan.release, 0);
		assert_int_equal(plan.group, 1);
	}
}

static void test_missing_modifier(void **state)
{
	const struct keymap_state nothing = { 0, 0, 0 };
	struct keymap_plan plan;

	(void)state;
	keymap.keys[KEY_ALTGR] = (struct keymap_key){ 0 };
	keymap_prepare(&keymap);
	assert_int_equal(keymap_plan_modifier(&keymap, &nothing, XK_ISO_Level3_Shift, &plan),
			 -ENOENT);
	assert_int_equal(keymap_plan(&keymap, &nothing, XK_at, 0, &plan), -ENOENT);
	assert_int_equal(keymap_plan(&keymap, &nothing, XK_slash, 0, &plan), 0);
}

static uint8_t plan_lock(uint8_t modifiers, uint32_t keysym, uint8_t position)
{
	const struct keymap_state at = { modifiers, modifiers, 0 };
	struct keymap_plan plan = { 0 };
	int r = keymap_plan_lock(&keymap, &at, keysym, position, &plan);

	assert_int_equal(plan.press | plan.release | plan.group, 0);
	assert_int_equal(r, plan.keycode ? 0 : -ENOENT);
	return plan.keycode;
}

static void test_plan_lock(void **state)
{
	uint32_t *caps = keymap.keys[KEY_CAPS].groups[0].symbols;
	uint32_t *f1 = keymap.keys[KEY_F1].groups[0].symbols;

	(void)state;
	assert_int_equal(plan_lock(0, XK_Caps_Lock, 0), KEY_CAPS);
	/* A lock that is on another key, and one that is not: its place counts. */
	caps[0] = XK_Escape;
	assert_int_equal(plan_lock(0, XK_Caps_Lock, 0), KEY_CAPS);
	assert_int_equal(plan_lock(0, XK_Caps_Lock, KEY_F1), KEY_F1);
	f1[0] = XK_Caps_Lock;
	assert_int_equal(plan_lock(0, XK_Caps_Lock, 0), KEY_F1);
	assert_int_equal(plan_lock(0, XK_Caps_Lock, KEY_CAPS), KEY_F1);
	/* Never with another modifier than the viewer holds. */
	f1[0] = XK_F1;
	keymap.keys[KEY_TAB].groups[0].symbols[1] = XK_Caps_Lock;
	assert_int_equal(plan_lock(0, XK_Caps_Lock, 0), KEY_CAPS);
	assert_int_equal(plan_lock(MOD_SHIFT, XK_Caps_Lock, 0), KEY_TAB);
	/* A place without a meaning, or with one that must not be. */
	caps[0] = 0;
	assert_int_equal(plan_lock(0, XK_Caps_Lock, 0), 0);
	caps[0] = XK_Terminate_Server;
	assert_int_equal(plan_lock(0, XK_Caps_Lock, 0), 0);
	assert_int_equal(plan_lock(0, XK_ISO_Next_Group, 0), 0);
}

static void test_levels(void **state)
{
	const uint8_t spare = (uint8_t)(keymap.n_types - 1); /* that with four levels and Lock */
	const struct keymap_state nothing = { 0 }, locked = { MOD_SHIFT, 0, 0 },
				  shifted = { MOD_SHIFT, MOD_SHIFT, 0 },
				  all = { MOD_SHIFT | MOD_ALTGR | MOD_CONTROL, 0, 0 };

	(void)state;
	assert_int_equal(keymap_levels(&keymap, &nothing, spare), 0xf);
	assert_int_equal(keymap_levels(&keymap, &shifted, spare), 0xf);
	assert_int_equal(keymap_levels(&keymap, &locked, spare), 0xa);
	assert_int_equal(keymap_levels(&keymap, &all, spare), 0x8);
	assert_int_equal(keymap_levels(&keymap, &nothing, 0), 0x1);
}

static void test_key_has(void **state)
{
	(void)state;
	assert_true(keymap_key_has(&keymap, KEY_A, XK_Cyrillic_EF));
	assert_true(keymap_key_has(&keymap, KEY_A, 0x01000424));
	assert_false(keymap_key_has(&keymap, KEY_A, XK_q));
	assert_false(keymap_key_has(&keymap, KEY_SPARE, XK_a));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_prepare_finds_modifiers),
		TEST(test_symbol),
		TEST(test_groups_out_of_range),
		TEST(test_plan),
		TEST(test_plan_modifier),
		TEST(test_missing_modifier),
		TEST(test_plan_lock),
		TEST(test_levels),
		TEST(test_key_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
