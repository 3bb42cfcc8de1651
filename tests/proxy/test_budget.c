/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct budget_limit limit = { .interval = 10, .reserve = 4 };

static void test_reserve_and_interval(void **state)
{
	struct budget budget = { 0 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(budget_next(&budget, &limit, 0, 1000), 1000);
		budget_take(&budget, &limit, 1000);
	}
	assert_int_equal(budget_next(&budget, &limit, 0, 1000), 1010);
	assert_int_equal(budget_next(&budget, &limit, 0, 1009), 1010);
	assert_int_equal(budget_next(&budget, &limit, 2, 1000), 1030);
	budget_give_back(&budget, &limit);
	assert_int_equal(budget_next(&budget, &limit, 0, 1000), 1000);
	/* No more than the reserve is kept. */
	for (unsigned i = 0; i < 4; i++)
		budget_take(&budget, &limit, 9000);
	assert_int_equal(budget_next(&budget, &limit, 0, 9000), 9010);
}

static void test_keeping_some(void **state)
{
	struct budget budget = { 0 };

	(void)state;
	budget_take(&budget, &limit, 1000);
	budget_take(&budget, &limit, 1000);
	assert_int_equal(budget_next(&budget, &limit, 2, 1000), 1010);
	assert_int_equal(budget_next(&budget, &limit, 0, 1000), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reserve_and_interval),
		cmocka_unit_test(test_keeping_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
