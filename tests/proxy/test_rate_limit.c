/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/rate_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_burst_and_interval(void **state)
{
	struct rate_limit limit = { 0 };
	uint64_t now = 5;
	unsigned suppressed = 99;

	(void)state;
	for (int i = 0; i < RATE_LIMIT_BURST; i++) {
		assert_true(rate_limit_allows(&limit, now, &suppressed));
		assert_int_equal(suppressed, 0);
	}
	for (int i = 0; i < 7; i++)
		assert_false(rate_limit_allows(&limit, now + RATE_LIMIT_INTERVAL - 1, &suppressed));
	assert_true(rate_limit_allows(&limit, now + RATE_LIMIT_INTERVAL, &suppressed));
	assert_int_equal(suppressed, 7);
	assert_true(rate_limit_allows(&limit, now + RATE_LIMIT_INTERVAL, &suppressed));
	assert_int_equal(suppressed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst_and_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
