/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "input/pointer_sharing.h"

static struct pointer_sharing pointer;
static struct pointer_sharing_user one, other;

static int setup(void **state)
{
	(void)state;
	pointer = (struct pointer_sharing){ 0 };
	one = other = (struct pointer_sharing_user){ 0 };
	return 0;
}

static void expect(struct pointer_sharing_user *user, uint16_t mask, uint64_t now, bool move,
		   uint16_t press, uint16_t release, uint16_t release_before)
{
	struct pointer_sharing_steps steps = pointer_sharing_event(&pointer, user, mask, now);

	assert_int_equal(steps.move, move);
	assert_int_equal(steps.press, press);
	assert_int_equal(steps.release, release);
	assert_int_equal(steps.release_before, release_before);
}

static void test_buttons(void **state)
{
	(void)state;
	expect(&one, 0, 0, true, 0, 0, 0);
	expect(&one, 1, 1, true, 1, 0, 0);
	expect(&one, 5, 2, true, 4, 0, 0);
	expect(&one, 4, 3, true, 0, 1, 0);
	expect(&one, 0x80, 4, true, 0x80, 4, 0);
	expect(&one, 0x100, 5, true, 0x100, 0x80, 0);
	expect(&one, 0, 6, true, 0, 0x100, 0);
}

static void test_dragging_viewer_has_the_pointer_alone(void **state)
{
	(void)state;
	expect(&one, 1, 0, true, 1, 0, 0);
	expect(&other, 0, 1, false, 0, 0, 0);
	expect(&other, 2, 2, false, 0, 0, 0);
	expect(&one, 0, 3, true, 0, 1, 0);
	/* What it pressed meanwhile counts only when pressed again. */
	expect(&other, 2, 4, true, 0, 0, 0);
	expect(&other, 3, 5, true, 1, 0, 0);
	expect(&other, 0, 6, true, 0, 1, 0);
	expect(&other, 2, 7, true, 2, 0, 0);
}

static void test_silent_owner_loses_the_pointer(void **state)
{
	(void)state;
	expect(&one, 1, 0, true, 1, 0, 0);
	expect(&other, 0, POINTER_SHARING_TIMEOUT_MS - 1, false, 0, 0, 0);
	expect(&other, 2, POINTER_SHARING_TIMEOUT_MS, true, 2, 0, 1);
	/* It comes back, still holding the button. */
	expect(&one, 1, POINTER_SHARING_TIMEOUT_MS + 1, false, 0, 0, 0);
	expect(&other, 0, POINTER_SHARING_TIMEOUT_MS + 2, true, 0, 2, 0);
	expect(&one, 1, POINTER_SHARING_TIMEOUT_MS + 3, true, 0, 0, 0);
	expect(&one, 0, POINTER_SHARING_TIMEOUT_MS + 4, true, 0, 0, 0);
	expect(&one, 1, POINTER_SHARING_TIMEOUT_MS + 5, true, 1, 0, 0);
}

static void test_release(void **state)
{
	(void)state;
	expect(&one, 5, 0, true, 5, 0, 0);
	assert_int_equal(pointer_sharing_release(&pointer, &other), 0);
	expect(&other, 0, 1, false, 0, 0, 0);
	assert_int_equal(pointer_sharing_release(&pointer, &one), 5);
	assert_int_equal(pointer_sharing_release(&pointer, &one), 0);
	expect(&other, 1, 2, true, 1, 0, 0);
}

static void test_clamp(void **state)
{
	(void)state;
	assert_int_equal(pointer_sharing_clamp(-1, 100), 0);
	assert_int_equal(pointer_sharing_clamp(0, 100), 0);
	assert_int_equal(pointer_sharing_clamp(99, 100), 99);
	assert_int_equal(pointer_sharing_clamp(100, 100), 99);
	assert_int_equal(pointer_sharing_clamp(INT_MAX, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_buttons, setup),
		cmocka_unit_test_setup(test_dragging_viewer_has_the_pointer_alone, setup),
		cmocka_unit_test_setup(test_silent_owner_loses_the_pointer, setup),
		cmocka_unit_test_setup(test_release, setup),
		cmocka_unit_test(test_clamp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
