/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <X11/keysym.h>

#include "input/key_plan.h"
#include "tests/scraper/keymap_fixture.h"

enum { HAN = 0x01004e00, NOW = 1000000 };

static struct keymap keymap;
static bool is_stale;
static struct spare_keys spares; /* none, or none that may be used: nothing is asked of X */
static struct display display;
static struct focus_ping ping = { .display = &display };
static uint8_t held[KEYMAP_KEYS];
static uint32_t expected[KEY_PLAN_EXPECTED_MAX];

static int setup(void **state)
{
	(void)state;
	keymap_fixture(&keymap);
	spares = (struct spare_keys){ 0 };
	is_stale = false;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	keymap_finish(&keymap);
	return 0;
}

static int make(struct keymap_state at, uint8_t latched, uint32_t keysym,
		struct keymap_plan *ret_plan)
{
	const struct key_plan_keyboard keyboard = { &keymap, &is_stale, &spares, &ping,
						    held,    expected,	latched };

	*ret_plan = (struct keymap_plan){ 0 };
	return key_plan_make(&keyboard, &at, keysym, 0, NOW, ret_plan);
}

static void test_plans(void **state)
{
	static const struct {
		struct keymap_state at;
		uint8_t latched;
		uint32_t keysym;
		uint8_t keycode, press; /* keycode 0: none */
	} cases[] = {
		{ { 0, 0, 0 }, 0, XK_A, KEY_A, MOD_SHIFT },
		{ { 0, 0, 0 }, 0, XK_Control_L, KEY_CONTROL, 0 },
		{ { 0, 0, 0 }, 0, XK_Caps_Lock, KEY_CAPS, 0 },
		{ { 0, 0, 0 }, 0, XK_ISO_Next_Group, 0, 0 },
		{ { 0, 0, 0 }, 0, HAN, 0, 0 },
		/* Shift is latched: it is meant for this key. */
		{ { MOD_SHIFT, 0, 0 }, MOD_SHIFT, XK_a, KEY_A, 0 },
		{ { MOD_SHIFT, 0, 0 }, MOD_SHIFT, XK_7, KEY_7, 0 },
		/* Shift is locked, and no key is spare: the other case is better than nothing. */
		{ { MOD_SHIFT, 0, 0 }, 0, XK_a, KEY_A, 0 },
		{ { MOD_SHIFT | MOD_LOCK, 0, 0 }, 0, XK_A, KEY_A, 0 },
		{ { MOD_SHIFT, 0, 0 }, 0, XK_7, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct keymap_plan plan;
		int r = make(cases[i].at, cases[i].latched, cases[i].keysym, &plan);

		assert_int_equal(r, cases[i].keycode ? 0 : -ENOENT);
		assert_int_equal(plan.keycode, cases[i].keycode);
		assert_int_equal(plan.press, cases[i].press);
		assert_int_equal(plan.release, 0);
	}
}

static void test_it_must_wait(void **state)
{
	struct keymap_plan plan;

	(void)state;
	spare_keys_check(&spares, &keymap);
	assert_int_equal(spares.n, 1);
	spares.last_change = NOW - SPARE_KEYS_PACE + 1;
	assert_int_equal(make((struct keymap_state){ 0 }, 0, HAN, &plan), -EAGAIN);
	/* Also for a letter: its other case is for when there is no other way. */
	assert_int_equal(make((struct keymap_state){ MOD_SHIFT, 0, 0 }, 0, XK_a, &plan), -EAGAIN);
	assert_false(is_stale);
}

static void test_losses(void **state)
{
	(void)state;
	assert_true(key_plan_is_loss(HAN));
	assert_true(key_plan_is_loss(XK_a));
	assert_false(key_plan_is_loss(XK_Caps_Lock));
	assert_false(key_plan_is_loss(XK_F1));
	assert_false(key_plan_is_loss(0));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_plans),
		TEST(test_it_must_wait),
		TEST(test_losses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
