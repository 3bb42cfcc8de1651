/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/sight.h"

static struct sight sight;

static bool key(uint32_t keysym, bool down)
{
	return sight_takes_key(&sight, (struct client_key){ .keysym = keysym, .down = down });
}

static bool point(uint16_t buttons)
{
	return sight_takes_pointer(&sight, (struct client_pointer){ .buttons = buttons });
}

static void look_away(void)
{
	sight = (struct sight){ 0 };
	sight_lose(&sight);
}

/* The desktop, and its first picture. */
static void look_again(void)
{
	sight_regain(&sight, 7);
	sight_requested(&sight, 8);
}

static void test_a_viewer_of_the_desktop(void **state)
{
	(void)state;
	sight = (struct sight){ 0 };
	assert_true(key('a', true));
	assert_true(key('a', false));
	assert_true(point(0));
	assert_true(point(1));
	sight_regain(&sight, 1); /* it has not been away */
	assert_true(key('a', true));
}

static void test_nothing_before_the_first_picture(void **state)
{
	(void)state;
	look_away();
	assert_false(key('a', true));
	assert_false(key('a', false));
	assert_false(point(0));
	sight_requested(&sight, 5);
	assert_false(key('a', true));
	assert_false(key('a', false));
	sight_regain(&sight, 7);
	sight_requested(&sight, 7); /* of the size alone */
	assert_false(key('b', true));
	assert_false(key('b', false));
	assert_false(point(0));
	sight_requested(&sight, 8);
	assert_true(key('b', true));
	assert_true(key('b', false));
	assert_true(point(0));
}

static void test_a_held_key(void **state)
{
	(void)state;
	look_away();
	assert_false(key('a', true));
	assert_false(key('b', true));
	look_again();
	assert_false(key('a', true)); /* a repeat */
	assert_true(key('c', true));
	assert_false(key('a', false));
	assert_true(key('a', true));
	assert_false(key('b', true));
	assert_false(key('b', false));
	assert_true(key('b', true));
}

/* Pressed at the desktop, which has released it itself. */
static void test_a_key_held_from_before(void **state)
{
	(void)state;
	sight = (struct sight){ 0 };
	assert_true(key('a', true));
	sight_lose(&sight);
	assert_false(key('a', true));
	assert_false(key('a', false));
	look_again();
	assert_true(key('a', true));
}

static void test_a_held_button(void **state)
{
	(void)state;
	look_away();
	assert_false(point(1));
	look_again();
	assert_false(point(1));
	assert_false(point(5));
	assert_true(point(0));
	assert_true(point(1));
}

static void test_many_keys(void **state)
{
	(void)state;
	look_away();
	for (uint32_t i = 0; i < 3 * SIGHT_KEYS_MAX; i++)
		assert_false(key(100 + i, true));
	assert_int_equal(sight.n_keys, SIGHT_KEYS_MAX);
	look_again();
	for (uint32_t i = 0; i < SIGHT_KEYS_MAX; i++)
		assert_false(key(100 + i, false));
	assert_int_equal(sight.n_keys, 0);
	assert_true(key(100, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_viewer_of_the_desktop),
		cmocka_unit_test(test_nothing_before_the_first_picture),
		cmocka_unit_test(test_a_held_key),
		cmocka_unit_test(test_a_key_held_from_before),
		cmocka_unit_test(test_a_held_button),
		cmocka_unit_test(test_many_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
