/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/ask_limit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void take_all(struct ask_limit *limit, uint64_t now)
{
	uint64_t when = 7;

	for (int i = 0; i < ASK_LIMIT_BURST; i++)
		assert_int_equal(ask_limit_take(limit, now, &when), 0);
	assert_int_equal(when, 7);
}

static void test_one_too_many_waits_for_the_next_interval(void **state)
{
	struct ask_limit limit = { 0 };
	uint64_t when = 0;

	(void)state;
	take_all(&limit, 5000000);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ask_limit_take(&limit, 5000000 + ASK_LIMIT_INTERVAL - 1, &when),
				 -EAGAIN);
		assert_int_equal(when, 5000000 + ASK_LIMIT_INTERVAL);
	}
	take_all(&limit, when);
	assert_int_equal(ask_limit_take(&limit, when, &when), -EAGAIN);
}

/* However it is asked: never more than two intervals' worth in one. */
static void test_a_flood(void **state)
{
	struct ask_limit limit = { 0 };
	uint64_t when;
	unsigned n = 0;

	(void)state;
	for (uint64_t now = 0; now < 10000000; now += 10)
		n += ask_limit_take(&limit, now, &when) == 0;
	assert_int_equal(n, 10000000 / ASK_LIMIT_INTERVAL * ASK_LIMIT_BURST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_too_many_waits_for_the_next_interval),
		cmocka_unit_test(test_a_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
