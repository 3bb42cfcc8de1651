/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/turns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

enum { TRIALS = 3000 };

static const char sources[9];

static void test_ranks_and_lots(void **state)
{
	struct turn turns[9];
	unsigned first[9] = { 0 };
	size_t order[9];

	(void)state;
	for (size_t i = 0; i < 9; i++)
		turns[i] = (struct turn){ &sources[i], i == 8 ? 0 : i < 3 ? 2 : 1, 0 };
	for (unsigned n = 0; n < TRIALS; n++) {
		turns_draw(turns, 9, order);
		assert_int_equal(order[0], 8);
		for (size_t i = 1; i < 6; i++)
			assert_in_range(order[i], 3, 7);
		for (size_t i = 6; i < 9; i++)
			assert_in_range(order[i], 0, 2);
		first[order[1]]++;
	}
	for (size_t i = 3; i < 8; i++)
		assert_in_range(first[i], TRIALS / 10, TRIALS * 3 / 10);
	turns_draw(turns, 0, order);
	assert_int_equal(turns_draw_checks(turns, 0, order), 0);
}

/* 250 connections of one source have no better chance than one of another. */
static void test_one_ticket_for_a_source(void **state)
{
	struct turn turns[TURNS_MAX];
	size_t order[TURNS_MAX];
	unsigned n_first = 0;

	(void)state;
	for (size_t i = 0; i < TURNS_MAX; i++)
		turns[i] = (struct turn){ &sources[i == 100], 1, 0 };
	for (unsigned n = 0; n < TRIALS; n++) {
		assert_int_equal(turns_draw_checks(turns, TURNS_MAX, order), 2);
		assert_true((order[0] == 100) != (order[1] == 100));
		n_first += order[0] == 100;
	}
	assert_in_range(n_first, TRIALS * 4 / 10, TRIALS * 6 / 10);
}

static void test_newest_any_and_oldest(void **state)
{
	struct turn turns[] = { { &sources[0], 1, 0 },
				{ &sources[1], 1, 0 },
				{ &sources[1], 1, 0 },
				{ &sources[1], 1, 0 } };
	unsigned chosen[TURNS_KINDS][4] = { { 0 } };
	size_t order[4];

	(void)state;
	for (unsigned n = 0; n < TRIALS; n++) {
		for (size_t i = 1; i < 4; i++)
			turns[i].source_checks = n;
		assert_int_equal(turns_draw_checks(turns, 4, order), 2);
		chosen[n % TURNS_KINDS][order[0] == 0 ? order[1] : order[0]]++;
	}
	assert_int_equal(chosen[0][3], TRIALS / TURNS_KINDS);
	assert_int_equal(chosen[2][1], TRIALS / TURNS_KINDS);
	for (size_t i = 1; i < 4; i++)
		assert_in_range(chosen[1][i], TRIALS / 9 / 2, TRIALS / 9 * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranks_and_lots),
		cmocka_unit_test(test_one_ticket_for_a_source),
		cmocka_unit_test(test_newest_any_and_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
