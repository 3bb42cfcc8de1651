/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Huge updates and viewers that answer probes late, at once, or never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/guacd_clock.h"

#define MS UINT64_C(1000)
#define SECOND UINT64_C(1000000)

enum { FULL = 2560 * 1600 };

/* A viewer that always lacks everything, and its clock. */
struct run {
	struct guacd_clock clock;
	uint64_t now;
	uint64_t encoding, plan; /* what guacd takes for a huge update, and to plan a primer */
	uint64_t free_at;	 /* guacd is encoding until then, */
	bool pending;		 /* and then goes on with what it was sent meanwhile */
	unsigned n_probes;
};

static struct run begin(uint64_t encoding, uint64_t plan)
{
	return (struct run){ .now = 1000 * SECOND, .encoding = encoding, .plan = plan };
}

static enum update_part next(struct run *run, uint64_t *ret_due)
{
	return guacd_clock_next(&run->clock, true, FULL, run->now, ret_due);
}

/* Sends a part, and the viewer answers after `took`. */
static void send(struct run *run, enum update_part part, uint64_t took)
{
	size_t pixels = part == UPDATE_ALL ? FULL : 0;

	guacd_clock_sent(&run->clock, part, pixels, run->now);
	run->now += took;
	guacd_clock_asked(&run->clock, run->now);
}

static bool is_primer(enum update_part part)
{
	return part == UPDATE_PRIMER || part == UPDATE_LIGHT_PRIMER;
}

/*
 * From one update of everything to the next, towards a guacd that reads at once, plans 10 ms after
 * a change or when it has encoded, and answers nothing meanwhile. Returns how it began.
 */
static enum update_part serve(struct run *run)
{
	uint64_t due = 0;
	enum update_part part = next(run, &due), first = part;

	run->n_probes = 0;
	if (is_primer(part)) {
		uint64_t plan_at = run->now + 10 * MS;

		plan_at = plan_at > run->free_at ? plan_at : run->free_at;
		if (run->pending)
			run->free_at += run->encoding;
		run->pending = false;
		send(run, part, MS / 10);
		while ((part = next(run, &due)) != UPDATE_ALL) {
			if (part == UPDATE_NONE) {
				assert_true(due > run->now);
				run->now = due;
				continue;
			}
			assert_int_equal(part, UPDATE_PROBE);
			run->n_probes++;
			bool planned = run->now < plan_at + run->plan && run->now >= plan_at;

			send(run, part, planned ? plan_at + run->plan - run->now : MS / 10);
		}
	}
	send(run, UPDATE_ALL, 5 * MS);
	run->pending = run->now < run->free_at;
	if (!run->pending)
		run->free_at = run->now + run->encoding;
	return first;
}

static void test_small_updates_are_not_held(void **state)
{
	struct run run = begin(0, 0);
	uint64_t due;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
			guacd_clock_next(&run.clock, true, GUACD_CLOCK_HUGE - 1, run.now, &due),
			UPDATE_ALL);
		send(&run, UPDATE_ALL, MS);
	}
	assert_int_equal(guacd_clock_next(&run.clock, true, GUACD_CLOCK_HUGE, run.now, &due),
			 UPDATE_PRIMER);
}

static void test_other_viewers_are_not_held(void **state)
{
	struct run run = begin(0, 0);
	uint64_t due;

	(void)state;
	assert_int_equal(guacd_clock_next(&run.clock, false, FULL, run.now, &due), UPDATE_ALL);
	/* Nor once it turns out that it is another one, or far away. */
	send(&run, UPDATE_PRIMER, MS);
	assert_int_equal(guacd_clock_next(&run.clock, false, FULL, run.now, &due), UPDATE_ALL);
	assert_int_equal(guacd_clock_held_until(&run.clock, false, run.now), 0);
	send(&run, UPDATE_ALL, MS);
	assert_int_equal(run.clock.n_missed, 0);
}

/* Each update goes out when guacd has encoded the one before, and not much later. */
static void test_a_slow_guacd_is_followed(void **state)
{
	struct run run = begin(400 * MS, 20 * MS);

	(void)state;
	for (int i = 0; i < 20; i++) {
		uint64_t free_at = run.free_at;

		assert_int_equal(serve(&run), UPDATE_PRIMER);
		if (i)
			assert_in_range(run.now - free_at, 20 * MS, 35 * MS);
	}
}

/* While everything is moving anyway, the primer need not be more than a change. */
static void test_a_light_primer(void **state)
{
	struct run run = begin(120 * MS, 20 * MS);

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_int_equal(serve(&run), i < 2 ? UPDATE_PRIMER : UPDATE_LIGHT_PRIMER);
	run.now += SECOND;
	assert_int_equal(serve(&run), UPDATE_PRIMER);
}

static void test_a_fast_guacd_is_left_alone(void **state)
{
	struct run run = begin(10 * MS, 8 * MS);
	unsigned n_primers = 0, n = 0;

	(void)state;
	for (uint64_t end = run.now + 30 * SECOND; run.now < end; n++) {
		n_primers += is_primer(serve(&run));
		run.now += 10 * MS;
	}
	assert_true(n_primers >= GUACD_CLOCK_FAST_ROUNDS);
	assert_true(n_primers < n / 50);
	/* It is asked again, and followed when it has become slow. */
	run.encoding = 300 * MS;
	run.now += GUACD_CLOCK_FAST_SPAN;
	for (int i = 0; i < 4; i++)
		assert_true(is_primer(serve(&run)));
	for (int i = 0; i < 10; i++)
		assert_int_equal(serve(&run), UPDATE_PRIMER);
}

/* After a pause, what was sent last is no longer moving: a fast guacd gets a primer, too. */
static void test_a_pause(void **state)
{
	struct run run = begin(10 * MS, 8 * MS);

	(void)state;
	while (is_primer(serve(&run)))
		;
	run.now += 2 * GUACD_CLOCK_RECENT;
	assert_int_equal(serve(&run), UPDATE_PRIMER);
}

/* No guacd: it never answers late. It is held less and less often. */
static void test_answers_at_once(void **state)
{
	struct run run = begin(0, 0);
	unsigned n_primers = 0;
	uint64_t held = 0;

	(void)state;
	for (uint64_t end = run.now + 300 * SECOND; run.now < end; run.now += 16 * MS) {
		uint64_t before = run.now;
		bool primed = is_primer(serve(&run));

		n_primers += primed;
		held += primed ? run.now - before : 0;
	}
	assert_in_range(n_primers, 2, 5);
	assert_true(held < 3 * SECOND);
}

static void test_a_plan_may_be_overlooked(void **state)
{
	struct run run = begin(300 * MS, 20 * MS);

	(void)state;
	for (int i = 0; i < 5; i++)
		serve(&run);
	for (int i = 0; i < 2; i++) {
		run.plan = 0;
		assert_true(is_primer(serve(&run)));
		run.plan = 20 * MS;
		assert_true(is_primer(serve(&run)));
	}
	/* But not again and again. */
	run.plan = 0;
	for (int i = 0; i < 3; i++)
		assert_true(is_primer(serve(&run)));
	assert_int_equal(serve(&run), UPDATE_ALL);
}

/* An answer after a long time is one: nothing is held for ever, and times have bounds. */
static void test_stops_reading(void **state)
{
	struct run run = begin(300 * MS, 20 * MS);
	uint64_t due;

	(void)state;
	for (int i = 0; i < 5; i++)
		serve(&run);
	send(&run, UPDATE_PRIMER, MS);
	run.now += GUACD_CLOCK_INTERVAL;
	assert_int_equal(next(&run, &due), UPDATE_PROBE);
	send(&run, UPDATE_PROBE, 100 * SECOND);
	assert_int_equal(next(&run, &due), UPDATE_ALL);
	send(&run, UPDATE_ALL, 100 * SECOND);
	run.free_at = run.now;
	send(&run, UPDATE_PRIMER, 100 * SECOND);
	assert_in_range(guacd_clock_held_until(&run.clock, true, run.now), run.now + 1,
			run.now + GUACD_CLOCK_BUSY_MAX);
	run.now += GUACD_CLOCK_BUSY_MAX;
	assert_int_equal(next(&run, &due), UPDATE_ALL);
	send(&run, UPDATE_ALL, MS);
	send(&run, UPDATE_PRIMER, MS);
	assert_true(guacd_clock_held_until(&run.clock, true, run.now) <=
		    run.now + GUACD_CLOCK_BUSY_MAX);
	run.clock.is_primed = false;
	run.free_at = run.now + 300 * MS;
	for (int i = 0; i < 5; i++) {
		uint64_t before = run.now;

		assert_int_equal(serve(&run), UPDATE_PRIMER);
		assert_true(run.now < before + SECOND);
	}
}

/* guacd 1.5 reads nothing while it encodes. */
static void become_blocking(struct run *run)
{
	uint64_t due = 0;

	for (int i = 0; i < GUACD_CLOCK_BLOCK_ROUNDS; i++) {
		assert_true(is_primer(next(run, &due)));
		send(run, UPDATE_PRIMER, 500 * MS);
		run->now += GUACD_CLOCK_INTERVAL;
		assert_int_equal(next(run, &due), UPDATE_PROBE);
		send(run, UPDATE_PROBE, 40 * MS);
		assert_int_equal(next(run, &due), UPDATE_ALL);
		send(run, UPDATE_ALL, 0);
	}
}

/* Its updates keep a distance; where it is slow, some cells are sent several times before. */
static void test_a_guacd_that_blocks(void **state)
{
	struct run run = begin(0, 0);
	uint64_t due = 0;

	(void)state;
	become_blocking(&run);
	for (int i = 0; i < 3; i++) {
		uint64_t sent = run.now;

		assert_int_equal(next(&run, &due), UPDATE_NONE);
		assert_int_equal(due, sent + FULL / GUACD_CLOCK_GAP_PIXELS);
		assert_int_equal(guacd_clock_held_until(&run.clock, true, run.now), due);
		run.now = due;
		assert_int_equal(next(&run, &due), UPDATE_ALL);
		send(&run, UPDATE_ALL, 0);
	}
	for (int i = 0; i < 3; i++) {
		run.now += 2 * GUACD_CLOCK_RECENT;
		for (int k = 0; k < GUACD_CLOCK_SLICES; k++) {
			assert_int_equal(next(&run, &due), UPDATE_PRIMER);
			send(&run, UPDATE_PRIMER, 3 * MS);
		}
		assert_int_equal(next(&run, &due), UPDATE_ALL);
		send(&run, UPDATE_ALL, 0);
	}
}

static void test_a_guacd_that_seemed_to_block(void **state)
{
	struct run run = begin(0, 0);
	uint64_t due = 0;

	(void)state;
	become_blocking(&run);
	run.clock.last_huge = run.now;
	run.now += GUACD_CLOCK_RECENT;
	assert_int_equal(next(&run, &due), UPDATE_PRIMER);
	run.clock.last_huge = run.now - 100 * MS;
	for (int k = 0; k < GUACD_CLOCK_SLICES; k++)
		send(&run, UPDATE_PRIMER, MS);
	send(&run, UPDATE_ALL, 0);
	assert_int_equal(run.clock.n_blocked, 0);
}

/* Requests besides the answer, as with a new size, tell nothing. */
static void test_requests_besides(void **state)
{
	struct run run = begin(0, 0);
	uint64_t due = 0;

	(void)state;
	send(&run, UPDATE_PRIMER, 50 * MS); /* its own answer may be late */
	assert_int_equal(next(&run, &due), UPDATE_NONE);
	run.now += 50 * MS;
	guacd_clock_asked(&run.clock, run.now);
	assert_int_equal(next(&run, &due), UPDATE_NONE);
	assert_int_equal(due, run.now + GUACD_CLOCK_INTERVAL);
	run.now = due;
	send(&run, UPDATE_PROBE, MS);
	run.now += 20 * MS;
	guacd_clock_asked(&run.clock, run.now);
	assert_int_equal(next(&run, &due), UPDATE_NONE);
	run.now += GUACD_CLOCK_INTERVAL;
	send(&run, UPDATE_PROBE, GUACD_CLOCK_LATE);
	assert_int_equal(next(&run, &due), UPDATE_NONE);
	run.now += GUACD_CLOCK_INTERVAL;
	send(&run, UPDATE_PROBE, GUACD_CLOCK_LATE + 1);
	assert_int_equal(next(&run, &due), UPDATE_ALL);
}

static void test_another_size(void **state)
{
	struct run run = begin(0, 0);
	uint64_t due = 0;

	(void)state;
	send(&run, UPDATE_PRIMER, MS);
	assert_true(guacd_clock_held_until(&run.clock, true, run.now) > run.now);
	guacd_clock_resized(&run.clock);
	assert_int_equal(guacd_clock_held_until(&run.clock, true, run.now), 0);
	assert_int_equal(next(&run, &due), UPDATE_PRIMER);
	assert_int_equal(run.clock.n_missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_updates_are_not_held),
		cmocka_unit_test(test_other_viewers_are_not_held),
		cmocka_unit_test(test_a_slow_guacd_is_followed),
		cmocka_unit_test(test_a_light_primer),
		cmocka_unit_test(test_a_fast_guacd_is_left_alone),
		cmocka_unit_test(test_a_pause),
		cmocka_unit_test(test_answers_at_once),
		cmocka_unit_test(test_a_plan_may_be_overlooked),
		cmocka_unit_test(test_stops_reading),
		cmocka_unit_test(test_a_guacd_that_blocks),
		cmocka_unit_test(test_a_guacd_that_seemed_to_block),
		cmocka_unit_test(test_requests_besides),
		cmocka_unit_test(test_another_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
