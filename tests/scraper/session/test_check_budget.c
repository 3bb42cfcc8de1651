/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "session/check_budget.h"

#define MINUTE UINT64_C(60000000)

static unsigned take_all(struct check_budget *budget, uint64_t now)
{
	unsigned n = 0;

	while (check_budget_take(budget, now))
		n++;
	return n;
}

static void test_reserve(void **state)
{
	struct check_budget budget = { 0 };
	uint64_t now = 1000 * MINUTE;

	(void)state;
	assert_int_equal(take_all(&budget, now), CHECK_BUDGET_RESERVE);
	assert_false(check_budget_take(&budget, now + CHECK_BUDGET_INTERVAL - 1));
	now += CHECK_BUDGET_INTERVAL;
	assert_int_equal(take_all(&budget, now), 1);
	now += 7 * CHECK_BUDGET_INTERVAL;
	assert_int_equal(take_all(&budget, now), 7);
	/* It is full again some time, and never more than that. */
	now += 1000 * MINUTE;
	assert_int_equal(take_all(&budget, now), CHECK_BUDGET_RESERVE);
}

/* As fast as a taken-over proxy can: 12,600 guesses a second, for an hour. */
static void test_a_flood_of_guesses(void **state)
{
	struct check_budget budget = { 0 };
	uint64_t begin = MINUTE, n = 0;

	(void)state;
	for (uint64_t now = begin; now < begin + 60 * MINUTE; now += 1000000 / 12600)
		n += check_budget_take(&budget, now);
	assert_in_range(n, 60 * 180, 60 * 180 + CHECK_BUDGET_RESERVE);
}

static void test_right_passwords_do_not_count(void **state)
{
	struct check_budget budget = { 0 };

	(void)state;
	for (int i = 0; i < 10 * CHECK_BUDGET_RESERVE; i++) {
		assert_true(check_budget_take(&budget, MINUTE));
		check_budget_give_back(&budget);
	}
	assert_int_equal(take_all(&budget, MINUTE), CHECK_BUDGET_RESERVE);
	/* Nor is there ever more than the reserve. */
	check_budget_give_back(&budget);
	assert_int_equal(take_all(&budget, MINUTE), 1);
}

/* The clock may be anything above the time of one check, as soon after boot. */
static void test_soon_after_boot(void **state)
{
	struct check_budget budget = { 0 };

	(void)state;
	assert_true(check_budget_take(&budget, 0));
	check_budget_give_back(&budget);
	assert_int_equal(take_all(&budget, 0), CHECK_BUDGET_RESERVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_a_flood_of_guesses),
		cmocka_unit_test(test_right_passwords_do_not_count),
		cmocka_unit_test(test_soon_after_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
