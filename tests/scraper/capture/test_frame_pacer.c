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
		frame_pacer_drawn(&pacer, false, now);
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

struct outcome {
	unsigned n_captures, n_late; /* late: seen more than half a frame after it was drawn */
	uint64_t latest; /* µs from drawing to capture, the most after the first second */
};

/*
 * A source that draws `rate` frames a second for 10 s, each in steps that are `step` µs apart, up
 * to `jitter` late. Each drawing is seen at once.
 */
static struct outcome draw_in_steps(unsigned frame_rate, unsigned rate, unsigned n_steps,
				    unsigned step, unsigned jitter)
{
	struct random chance = { 7 };
	struct frame_pacer pacer;
	struct outcome outcome = { 0, 0, 0 };
	uint64_t waiting = 0; /* since when something has been drawn */

	frame_pacer_init(&pacer, frame_rate);
	for (unsigned i = 0; i < 10 * rate * n_steps; i++) {
		uint64_t drawn = START + i / n_steps * SECOND / rate + i % n_steps * step +
				 random_below(&chance, jitter + 1);
		uint64_t due = frame_pacer_due(&pacer, false);

		while (waiting && (due > waiting ? due : waiting) <= drawn) {
			uint64_t late = due > waiting ? due - waiting : 0;

			frame_pacer_captured(&pacer, false, waiting + late);
			outcome.n_captures++;
			outcome.n_late += late > SECOND / rate / 2;
			if (drawn > START + SECOND && late > outcome.latest)
				outcome.latest = late;
			waiting = 0;
		}
		frame_pacer_drawn(&pacer, false, drawn);
		waiting = waiting ? waiting : drawn;
	}
	return outcome;
}

/* An old place and a new one, say: at the rate, or just below it. */
static void test_a_frame_in_two_steps_is_one_frame(void **state)
{
	static const unsigned steps[] = { 100, 300, 1000, 2000, 3000, 3200 };

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		for (unsigned rate = 57; rate <= 60; rate++) {
			struct outcome outcome = draw_in_steps(60, rate, 2, steps[i], 0);

			assert_in_range(outcome.n_late, 0, 1); /* from which it learns */
			assert_in_range(outcome.n_captures, 10 * rate - 1, 10 * 61 + 8);
			assert_in_range(outcome.latest, 0, 4083);
		}
}

static void test_steps_with_jitter(void **state)
{
	struct outcome outcome = draw_in_steps(60, 60, 2, 1000, 500);

	(void)state;
	assert_in_range(outcome.n_late, 0, 1);
	assert_in_range(outcome.latest, 0, 4083);
	assert_in_range(outcome.n_captures, 599, 10 * 61 + 8);
	outcome = draw_in_steps(60, 59, 3, 500, 200);
	assert_in_range(outcome.n_late, 0, 1);
	assert_in_range(outcome.latest, 0, 4083);
	assert_in_range(outcome.n_captures, 589, 10 * 61 + 8);
}

/* No step waits for another longer than a quarter of a period, or at all if there is time. */
static void test_what_is_never_waited_for(void **state)
{
	struct outcome outcome = draw_in_steps(60, 30, 2, 1000, 0);

	(void)state;
	assert_int_equal(outcome.n_captures, 599);
	assert_int_equal(outcome.latest, 0);
	outcome = draw_in_steps(240, 240, 2, 800, 0);
	assert_in_range(outcome.latest, 0, 1020);
	assert_in_range(outcome.n_captures, 2399, 10 * 245 + 8);
	outcome = draw_in_steps(60, 60, 2, 8000, 0);
	assert_in_range(outcome.n_captures, 599, 10 * 61 + 8);
}

/* As when somebody types after something moved: at most so many wait, each a little. */
static void test_what_was_learnt_is_forgotten(void **state)
{
	struct frame_pacer pacer;
	uint64_t now = START;
	unsigned n_waited = 0;

	(void)state;
	frame_pacer_init(&pacer, 60);
	for (unsigned i = 0; i < 20; i++) {
		now = START + i * 16667;
		for (int step = 0; step < 2; step++, now += 1000) {
			frame_pacer_drawn(&pacer, false, now);
			if (frame_pacer_due(&pacer, false) <= now)
				frame_pacer_captured(&pacer, false, now);
		}
	}
	frame_pacer_captured(&pacer, false, now);
	/* Keys, 30 a second: none waits. */
	for (unsigned i = 0; i < 20; i++) {
		now += 33000;
		frame_pacer_drawn(&pacer, false, now);
		assert_true(frame_pacer_due(&pacer, false) <= now);
		frame_pacer_captured(&pacer, false, now);
	}
	/* One drawing a frame, too often: each waits for its turn, and nothing else in the end. */
	for (unsigned i = 0; i < 3 * FRAME_PACER_VAIN; i++) {
		frame_pacer_drawn(&pacer, false, now);
		uint64_t due = frame_pacer_due(&pacer, false);

		n_waited += pacer.kinds[false].wait != 0;
		now = due > now ? due : now;
		frame_pacer_captured(&pacer, false, now);
	}
	assert_in_range(n_waited, 1, FRAME_PACER_VAIN + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_is_at_once),
		cmocka_unit_test(test_never_more_than_requested),
		cmocka_unit_test(test_a_source_of_that_rate_loses_nothing),
		cmocka_unit_test(test_after_rest_one_is_at_once_and_no_burst_comes),
		cmocka_unit_test(test_small_areas_do_not_wait_for_large_ones),
		cmocka_unit_test(test_a_frame_in_two_steps_is_one_frame),
		cmocka_unit_test(test_steps_with_jitter),
		cmocka_unit_test(test_what_is_never_waited_for),
		cmocka_unit_test(test_what_was_learnt_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
