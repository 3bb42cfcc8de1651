/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "proxy/proxy_handoffs.h"

static const struct budget_limit limit = { .interval = 10, .reserve = 4 };

static void test_reserve_and_interval(void **state)
{
	struct budget budget = { 0 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(budget_next(&budget, &limit, 1000), 1000);
		budget_take(&budget, &limit, 1000);
	}
	assert_int_equal(budget_next(&budget, &limit, 1000), 1010);
	assert_int_equal(budget_next(&budget, &limit, 1009), 1010);
	budget_give_back(&budget, &limit);
	assert_int_equal(budget_next(&budget, &limit, 1000), 1000);
	/* No more than the reserve is kept. */
	for (unsigned i = 0; i < 4; i++)
		budget_take(&budget, &limit, 9000);
	assert_int_equal(budget_next(&budget, &limit, 9000), 9010);
}

/* As fast as ten times the limit on challenges (proxy_handoffs.h), for a second. */
static void test_a_flood(void **state)
{
	static const struct budget_limit asks = { PROXY_ASK_INTERVAL, PROXY_ASKS_AT_ONCE };
	const uint64_t begin = 1000000, end = 2 * begin;
	struct budget budget = { 0 };
	unsigned n = 0;

	(void)state;
	for (uint64_t now = begin; now < end; now += PROXY_ASK_INTERVAL / 10) {
		if (budget_next(&budget, &asks, now) > now)
			continue;
		budget_take(&budget, &asks, now);
		n++;
	}
	assert_in_range(n, 540, 550);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reserve_and_interval),
		cmocka_unit_test(test_a_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
