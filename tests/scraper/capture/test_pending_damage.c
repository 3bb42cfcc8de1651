/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be captured when, of several kinds of drawing at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture/pending_damage.h"
#include "tests/scraper/random.h"

enum { WIDTH = 2560, HEIGHT = 1600, FRAME = 16667, GAP = 1200 };

static const struct rect spot = { 64, 64, 32, 20 }, upper = { 480, 300, 1600, 600 },
			 lower = { 480, 900, 1600, 400 }, other = { 0, 1400, 2560, 200 };
static struct pending_damage pending;
static uint64_t now;

/* X reports `area` now, and it is fetched. */
static void draw(struct rect area)
{
	struct rect rects[] = { area };

	pending_damage_reported(&pending, now);
	pending_damage_fetched(&pending, rects, 1, now);
}

static void capture(void)
{
	assert_in_range(pending_damage_due(&pending), 0, now);
	pending_damage_capture(&pending, now);
	pending_damage_captured(&pending);
}

/* All was captured once, and the stream of strips is known. */
static int set_up(void **state)
{
	(void)state;
	now = 1000000;
	pending_damage_init(&pending, 60);
	pending_damage_reset(&pending, WIDTH, HEIGHT);
	capture();
	for (int i = 0; i < 10; i++) {
		now += 2 * FRAME;
		draw(upper);
		if (pending_damage_due(&pending) <= now)
			capture();
		now += GAP;
		draw(lower);
		capture();
	}
	now += 2 * FRAME;
	return 0;
}

static void test_nothing(void **state)
{
	(void)state;
	assert_int_equal(pending_damage_due(&pending), UINT64_MAX);
	assert_int_equal(pending_damage_fetch_due(&pending, now), UINT64_MAX);
	assert_int_equal(pending_damage_pixels(&pending), 0);
}

static void test_a_small_change_does_not_wait_for_strips(void **state)
{
	(void)state;
	draw(upper);
	assert_int_equal(pending_damage_due(&pending), now + DAMAGE_SETTLING_NEXT);
	now += 200;
	draw(spot);
	assert_int_equal(pending_damage_pixels(&pending), 1600 * 600 + 32 * 20);
	pending_damage_capture(&pending, now);
	assert_int_equal(pending.n, 1);
	assert_memory_equal(&pending.rects[0], &spot, sizeof(spot));
	pending_damage_captured(&pending);
	assert_int_equal(pending_damage_pixels(&pending), 1600 * 600);
	now += GAP;
	draw(lower);
	pending_damage_capture(&pending, now);
	assert_int_equal(pending.n, 1);
	assert_int_equal(pending.rects[0].h, 1000);
	pending_damage_captured(&pending);
	assert_int_equal(pending_damage_due(&pending), UINT64_MAX);
}

/* What is large may show half of the picture: it waits too, but not for long. */
static void test_a_large_change_waits_with_strips(void **state)
{
	(void)state;
	draw(other);
	draw(upper);
	assert_int_equal(pending_damage_due(&pending), now + DAMAGE_SETTLING_NEXT);
	now += GAP;
	draw(lower);
	capture();
	assert_int_equal(pending_damage_due(&pending), UINT64_MAX);

	now += 2 * FRAME;
	draw(upper);
	pending.everything = true;
	assert_int_equal(pending_damage_due(&pending), now + DAMAGE_SETTLING_NEXT);
	now += DAMAGE_SETTLING_NEXT;
	capture();
	assert_int_equal(pending_damage_due(&pending), UINT64_MAX);
}

/* Without a pending change, each report is fetched at once; with one, only now and then. */
static void test_when_to_fetch(void **state)
{
	(void)state;
	pending_damage_reported(&pending, now);
	assert_int_equal(pending_damage_fetch_due(&pending, now), 0);
	draw(upper);
	now += 100;
	pending_damage_reported(&pending, now);
	assert_int_equal(pending_damage_fetch_due(&pending, now), now + 400);
	/* The time of the first report is the one that counts. */
	pending_damage_reported(&pending, now + 300);
	assert_int_equal(pending.noticed, now);

	/* Captured, and drawn again: it waits for its turn. */
	draw(lower);
	for (int i = 0; i < 2; i++) {
		capture();
		draw(other);
	}
	uint64_t due = pending_damage_due(&pending);

	assert_in_range(due, now + 16000, now + 21000);
	pending_damage_reported(&pending, now);
	assert_int_equal(pending_damage_fetch_due(&pending, now), now + 4000);
	pending.fetched = now = due - 1000;
	assert_int_equal(pending_damage_fetch_due(&pending, now), due);
}

/* A capture that failed leaves all as it is, strips too. */
static void test_a_failed_capture(void **state)
{
	(void)state;
	draw(spot);
	draw(upper);
	now += GAP;
	draw(lower);
	pending_damage_capture(&pending, now);
	assert_int_equal(pending.n, 2);
	assert_in_range(pending_damage_due(&pending), 0, now + FRAME);
	now += FRAME;
	capture();
	assert_int_equal(pending_damage_due(&pending), UINT64_MAX);
}

static void test_another_size(void **state)
{
	(void)state;
	draw(upper);
	pending_damage_reset(&pending, 1024, 768);
	assert_int_equal(pending_damage_pixels(&pending), 1024 * 768);
	assert_in_range(pending_damage_due(&pending), 0, now);
}

/* Anything may be drawn at any time: all of it is captured, and within a tenth of a second. */
static void test_nothing_is_lost(void **state)
{
	enum { DRAWN_MAX = 400 };
	static struct rect drawn[DRAWN_MAX];
	static uint64_t since[DRAWN_MAX];
	struct random chance = { 11 };
	size_t n = 0;
	unsigned n_captures = 0;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		if (i < 99000 && random_below(&chance, 3) == 0 && n < DRAWN_MAX) {
			int y = (int)random_below(&chance, 4), x = (int)random_below(&chance, 6);

			drawn[n] = (struct rect){ 64 * x, 300 * y, 1600 >> x % 3 * 2,
						  300 * (1 + (int)random_below(&chance, 2)) };
			since[n] = now;
			draw(drawn[n++]);
		}
		now += random_below(&chance, 3000);
		if (pending_damage_due(&pending) > now)
			continue;
		pending_damage_capture(&pending, now);
		n_captures++;
		size_t left = 0;

		for (size_t k = 0; k < n; k++) {
			bool is_captured = false;

			for (size_t m = 0; m < pending.n; m++)
				is_captured |= rect_contains(pending.rects[m], drawn[k]);
			assert_true(is_captured || now < since[k] + 100000);
			if (!is_captured) {
				since[left] = since[k];
				drawn[left++] = drawn[k];
			}
		}
		n = left;
		pending_damage_captured(&pending);
	}
	assert_int_equal(n, 0);
	assert_int_equal(pending_damage_due(&pending), UINT64_MAX);
	assert_in_range(n_captures, 1000, 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing, set_up),
		cmocka_unit_test_setup(test_a_small_change_does_not_wait_for_strips, set_up),
		cmocka_unit_test_setup(test_a_large_change_waits_with_strips, set_up),
		cmocka_unit_test_setup(test_when_to_fetch, set_up),
		cmocka_unit_test_setup(test_a_failed_capture, set_up),
		cmocka_unit_test_setup(test_another_size, set_up),
		cmocka_unit_test_setup(test_nothing_is_lost, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
