/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture/frame_pacer.h"
#include "tests/scraper/random.h"

#define SECOND UINT64_C(1000000)
#define START (5 * SECOND)

/*
 * A source that changes every `period` µs, up to `jitter` µs late, for `seconds`: returns how many
 * captures are made, each as soon as something has changed and the pacer allows it.
 */
static unsigned count_captures(unsigned rate, uint64_t period, unsigned jitter, unsigned seconds)
{
	struct random chance = { 1 };
	struct frame_pacer pacer;
	uint64_t now = START, end = START + seconds * SECOND;
	unsigned n = 0;

	frame_pacer_init(&pacer, rate);
	for (uint64_t change = START; change < end; change += period) {
		uint64_t seen = change + random_below(&chance, jitter + 1);

		if (seen < now)
			continue; /* part of the last capture */
		now = seen;
		if (frame_pacer_due(&pacer, false) > now)
			now = frame_pacer_due(&pacer, false);
		if (now >= end)
			break;
		frame_pacer_captured(&pacer, false, now);
		n++;
	}
	return n;
}

static void test_the_first_is_at_once(void **state)
{
	struct frame_pacer pacer;

	(void)state;
	frame_pacer_init(&pacer, 60);
	assert_true(frame_pacer_due(&pacer, false) <= START);
	assert_true(frame_pacer_due(&pacer, true) <= START);
}

static void test_never_more_than_requested(void **state)
{
	static const unsigned rates[] = { 1, 5, 25, 30, 60, 120, 240 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		unsigned n = count_captures(rates[i], 1000, 0, 20);

		/* 2 % more, and one before its turn. */
		assert_in_range(n, rates[i] * 20 * 95 / 100, rates[i] * 20 * 103 / 100 + 2);
	}
}

static void test_a_source_of_that_rate_loses_nothing(void **state)
{
	(void)state;
	assert_int_equal(count_captures(60, 16667, 0, 20), 1200);
	/* A clock that runs fast by 1 %, and jitter of a third of the period. */
	assert_in_range(count_captures(60, 16500, 0, 20), 1210, 1213);
	assert_in_range(count_captures(60, 16667, 5000, 20), 1190, 1200);
}

static void test_after_rest_one_is_at_once_and_no_burst_comes(void **state)
{
	struct frame_pacer pacer;
	uint64_t now = START;
	unsigned n = 0;

	(void)state;
	frame_pacer_init(&pacer, 50);
	frame_pacer_captured(&pacer, false, now);
	now += 100 * SECOND;
	assert_true(frame_pacer_due(&pacer, false) <= now);
	/* Turns not used in those 100 s are gone. */
	for (uint64_t end = now + SECOND; now < end; now += 100) {
		if (frame_pacer_due(&pacer, false) > now)
			continue;
		frame_pacer_captured(&pacer, false, now);
		n++;
	}
	assert_in_range(n, 49, 53);
}

static void test_small_areas_do_not_wait_for_large_ones(void **state)
{
	struct frame_pacer pacer;

	(void)state;
	frame_pacer_init(&pacer, 10);
	for (int i = 0; i < 3; i++)
		frame_pacer_captured(&pacer, true, START);
	assert_true(frame_pacer_due(&pacer, true) > START);
	assert_true(frame_pacer_due(&pacer, false) <= START);
	for (int i = 0; i < 3; i++)
		frame_pacer_captured(&pacer, false, START);
	assert_true(frame_pacer_due(&pacer, false) > START);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_is_at_once),
		cmocka_unit_test(test_never_more_than_requested),
		cmocka_unit_test(test_a_source_of_that_rate_loses_nothing),
		cmocka_unit_test(test_after_rest_one_is_at_once_and_no_burst_comes),
		cmocka_unit_test(test_small_areas_do_not_wait_for_large_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
