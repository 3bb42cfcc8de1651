/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "input/lost_keys.h"

static void test_warnings(void **state)
{
	struct lost_keys lost = { 0 };

	(void)state;
	assert_true(lost_keys_note(&lost, "why", 0));
	assert_false(lost_keys_note(&lost, "why", LOST_KEYS_QUIET - 1));
	assert_true(lost_keys_note(&lost, "why", LOST_KEYS_QUIET));
	assert_false(lost_keys_note(&lost, "why", LOST_KEYS_QUIET + 1));
	assert_int_equal(lost.n, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_warnings) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
