/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which drawing is held, and for how long: a picture of four strips of 400 rows, 1.2 ms apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "capture/damage_settling.h"

enum { X = 480, Y = 100, WIDTH = 1600, ROWS = 400, STRIPS = 4, GAP = 1200, FRAME = 16667 };

static struct damage_settling settling;
static uint64_t now;

static int set_up(void **state)
{
	(void)state;
	settling = (struct damage_settling){ .fetched = 0 };
	now = 1000000;
	return 0;
}

static struct rect strips(int first, int n)
{
	return (struct rect){ X, Y + first * ROWS, WIDTH, n * ROWS };
}

/* Fetches `area` as soon as it is reported, `later` µs after the last. Returns whether it is held.
 */
static bool draw(struct rect area, unsigned later)
{
	struct rect rects[] = { area };

	now += later;
	return damage_settling_take(&settling, rects, 1, now, now) == 0;
}

static uint64_t due(void)
{
	return damage_settling_due(&settling, 0);
}

/* Releases what is due now: one picture's bounds, or nothing. */
static struct rect release(void)
{
	struct rect areas[DAMAGE_SETTLING_STREAMS] = { { 0, 0, 0, 0 } };
	size_t n = damage_settling_release(&settling, 0, now, areas);

	assert_in_range(n, 0, 1);
	return areas[0];
}

static void assert_rect(struct rect area, struct rect expected)
{
	assert_memory_equal(&area, &expected, sizeof(area));
}

static void draw_picture(void)
{
	for (int i = 0; i < STRIPS; i++)
		draw(strips(i, 1), i ? GAP : FRAME - (STRIPS - 1) * GAP);
}

/* After some pictures, all of a stream is known. */
static void learn(void)
{
	for (int i = 0; i < 20; i++) {
		draw_picture();
		release();
	}
}

static void test_the_first_picture(void **state)
{
	(void)state;
	assert_false(draw(strips(0, 1), FRAME));
	/* This one adjoins; whether more will come is not known. */
	assert_true(draw(strips(1, 1), GAP));
	assert_int_equal(due(), now);
	release();
	assert_true(draw(strips(2, 1), GAP));
	assert_int_equal(due(), now);
	release();
	assert_true(draw(strips(0, 1), FRAME));
	assert_int_equal(due(), now + DAMAGE_SETTLING_NEXT);
}

static void test_a_picture_is_held_until_it_is_whole(void **state)
{
	(void)state;
	learn();
	for (int picture = 0; picture < 100; picture++) {
		for (int i = 0; i < STRIPS; i++) {
			assert_true(draw(strips(i, 1), i ? GAP : FRAME - 3 * GAP));
			assert_int_equal(due(), i < STRIPS - 1 ? now + DAMAGE_SETTLING_NEXT : now);
		}
		assert_false(damage_settling_awaits(&settling));
		assert_int_equal(damage_settling_area(&settling), WIDTH * ROWS * STRIPS);
		assert_rect(release(), strips(0, STRIPS));
		assert_int_equal(due(), UINT64_MAX);
		assert_int_equal(damage_settling_area(&settling), 0);
	}
}

/* Twelve strips over 13 ms, the last of which is small. */
static void test_a_large_screen(void **state)
{
	(void)state;
	for (int picture = 0; picture < 10; picture++) {
		for (int i = 0; i < 12; i++) {
			int rows = i < 11 ? 136 : 1;

			draw((struct rect){ 0, 136 * i, 7680, rows }, i ? GAP : 3000);
			if (picture)
				assert_int_equal(due() <= now, i == 11);
		}
		assert_rect(release(), (struct rect){ 0, picture ? 0 : 136, 7680,
						      picture ? 1497 : 1497 - 136 });
	}
}

/* Several strips are fetched at once, as when the X server is busy. */
static void test_strips_reported_together(void **state)
{
	(void)state;
	learn();
	assert_true(draw(strips(0, 2), FRAME));
	assert_int_equal(due(), now + DAMAGE_SETTLING_NEXT);
	assert_true(draw(strips(2, 2), 2 * GAP));
	assert_rect(release(), strips(0, STRIPS));
}

/* All of a picture at once: the next may have begun, so it must be quiet for a little. */
static void test_all_strips_at_once(void **state)
{
	(void)state;
	learn();
	assert_true(draw(strips(0, STRIPS), FRAME));
	assert_in_range(due(), now + GAP, now + 2 * GAP);
	assert_true(damage_settling_awaits(&settling));
	assert_int_equal(release().h, 0);
	now = due();
	assert_rect(release(), strips(0, STRIPS));
	/* It had: this is its second strip, and its last two follow. */
	assert_true(draw(strips(0, STRIPS), FRAME));
	assert_true(draw(strips(1, 1), GAP));
	assert_int_equal(due(), now + DAMAGE_SETTLING_NEXT);
	assert_true(draw(strips(2, 2), GAP));
	assert_int_equal(due(), now);
}

/* The end of one picture and the beginning of the next. */
static void test_between_two_pictures(void **state)
{
	struct rect rects[] = { strips(0, 1), strips(3, 1) };

	(void)state;
	learn();
	now += FRAME;
	assert_int_equal(damage_settling_take(&settling, rects, 2, now, now), 0);
	assert_int_equal(due(), now + DAMAGE_SETTLING_NEXT);
	draw(strips(1, 2), GAP);
	assert_int_equal(due(), now + DAMAGE_SETTLING_NEXT);
	draw(strips(3, 1), GAP);
	assert_int_equal(due(), now);
}

static void test_other_drawing_is_never_held(void **state)
{
	(void)state;
	learn();
	assert_false(draw((struct rect){ 20, 20, 16, 20 }, FRAME));	   /* beside it */
	assert_false(draw((struct rect){ X + 64, Y + 700, 16, 20 }, GAP)); /* in it */
	assert_false(draw((struct rect){ 0, 0, 2560, 1600 }, GAP));	   /* larger */
	assert_true(draw(strips(0, 1), FRAME));
	assert_false(draw((struct rect){ X + 64, Y + 50, 16, 20 }, 100));
	assert_false(draw((struct rect){ X + 64, Y + 900, 16, 20 }, 100));
	assert_rect(settling.streams[0].held, strips(0, 1));
}

/* A window lies in front: what is drawn of a strip are the pieces around it. */
static void test_a_window_in_front(void **state)
{
	struct rect first[] = { { X, Y, WIDTH, 200 },
				{ X, Y + 200, 300, 200 },
				{ X + 800, Y + 200, 800, 200 } };
	struct rect second[] = { { X, Y + 400, 300, 100 },
				 { X + 800, Y + 400, 800, 100 },
				 { X, Y + 500, WIDTH, 300 } };

	(void)state;
	learn();
	now += FRAME;
	assert_int_equal(damage_settling_take(&settling, first, 3, now, now), 0);
	assert_int_equal(due(), now + DAMAGE_SETTLING_NEXT);
	now += GAP;
	assert_int_equal(damage_settling_take(&settling, second, 3, now, now), 0);
	assert_int_equal(due(), now + DAMAGE_SETTLING_NEXT);
	draw(strips(2, 2), GAP);
	assert_int_equal(due(), now);
	assert_rect(release(), strips(0, STRIPS));
}

/* What is drawn at once, again and again, is no stream; and a stream that becomes it is forgotten.
 */
static void test_pictures_in_one_piece(void **state)
{
	unsigned n_held = 0;

	(void)state;
	for (int i = 0; i < 200; i++)
		assert_false(draw(strips(0, STRIPS), i % 3 ? FRAME : 5000));
	learn();
	for (int i = 0; i < 100; i++) {
		if (!draw(strips(0, STRIPS), FRAME))
			continue;
		n_held++;
		now = due();
		release();
	}
	assert_int_equal(n_held, DAMAGE_SETTLING_VAIN);
}

/* The window has become smaller, or larger. */
static void test_another_size(void **state)
{
	(void)state;
	learn();
	for (int picture = 0; picture < 5; picture++) {
		draw(strips(0, 1), FRAME);
		draw(strips(1, 1), GAP);
		/* Twice it waits for more. */
		assert_int_equal(due(), picture < 2 ? now + DAMAGE_SETTLING_NEXT : now);
		now = due();
		assert_rect(release(), strips(0, 2));
	}
	for (int picture = 0; picture < 3; picture++) {
		for (int i = 0; i < STRIPS; i++) {
			draw(strips(i, 1), i ? GAP : FRAME);
			if (!picture && due() <= now)
				release();
		}
		assert_int_equal(due(), picture ? now : UINT64_MAX);
		if (picture)
			assert_rect(release(), strips(0, STRIPS));
	}
}

/* Drawing without end is not held without end; and not for longer because the rate is low. */
static void test_the_longest_hold(void **state)
{
	uint64_t begin;

	(void)state;
	learn();
	draw(strips(0, 1), FRAME);
	begin = now;
	while (due() > now) {
		assert_in_range(now, begin, begin + 50000);
		draw(strips(0, 1), 3000);
	}
	assert_in_range(now, begin + 45000, begin + 50000 + 3000);
	assert_int_equal(damage_settling_due(&settling, now + 100000), now + 104000 - 4000);
	release();
	draw(strips(0, 2), FRAME);
	draw(strips(2, 2), GAP);
	assert_int_equal(damage_settling_due(&settling, now + 100000), now + 100000);
}

/* The time between strips is learnt, up to a limit. */
static void test_the_gap_is_learnt(void **state)
{
	(void)state;
	learn();
	for (unsigned gap = 500; gap < 8000; gap *= 2) {
		for (int picture = 0; picture < 30; picture++) {
			draw(strips(0, 2), FRAME);
			draw(strips(2, 1), gap);
			draw(strips(3, 1), gap);
			release();
		}
		draw(strips(0, STRIPS), FRAME);
		if (gap * 3 / 2 > 4000)
			assert_int_equal(due(), now + 4000);
		else
			assert_in_range(due(), now + (gap > 666 ? gap * 3 / 2 : 1000),
					now + gap * 3 / 2 + 300);
		now = due();
		release();
	}
}

static void test_two_streams(void **state)
{
	struct rect left[] = { { 0, 0, 1024, 400 }, { 0, 400, 1024, 300 } };
	struct rect right[] = { { 1280, 300, 1024, 400 }, { 1280, 700, 1024, 300 } };

	(void)state;
	for (int i = 0; i < 3; i++) {
		draw(left[0], FRAME / 2);
		draw(left[1], GAP);
		release();
		draw(right[0], FRAME / 2);
		draw(right[1], GAP);
		release();
	}
	assert_true(draw(left[0], FRAME));
	assert_true(draw(right[0], GAP / 2));
	assert_true(draw(left[1], GAP / 2));
	assert_rect(release(), (struct rect){ 0, 0, 1024, 700 });
	assert_int_equal(due(), now + DAMAGE_SETTLING_NEXT - GAP / 2);
	assert_true(draw(right[1], GAP / 2));
	assert_rect(release(), (struct rect){ 1280, 300, 1024, 700 });
}

/* More streams than are kept: none takes the place of one that holds something. */
static void test_many_streams(void **state)
{
	struct rect areas[DAMAGE_SETTLING_STREAMS];
	size_t given = 0;

	(void)state;
	for (int pass = 0; pass < 3; pass++) {
		for (int i = 0; i < DAMAGE_SETTLING_STREAMS + 1; i++) {
			draw((struct rect){ 16 * i, 0, 1024, 400 }, FRAME);
			draw((struct rect){ 16 * i, 400, 1024, 400 }, GAP);
			now += DAMAGE_SETTLING_NEXT;
			damage_settling_release(&settling, 0, now, areas);
		}
	}
	now += FRAME;
	for (int i = 0; i < DAMAGE_SETTLING_STREAMS + 1; i++) {
		struct rect area = { 16 * i, 0, 1024, 400 };

		given += draw(area, 100) ? rect_area(area) : 0;
	}
	assert_int_equal(given, DAMAGE_SETTLING_STREAMS * 1024 * 400);
	for (int i = 0; i < 3; i++) {
		struct rect area = { 2000, 400 * i, 512, 512 };

		given += draw(area, 100) ? rect_area(area) : 0;
	}
	assert_int_equal(damage_settling_area(&settling), given);
	now += DAMAGE_SETTLING_NEXT;
	size_t n = damage_settling_release(&settling, 0, now, areas);

	assert_int_equal(n, DAMAGE_SETTLING_STREAMS);
	for (size_t i = 0; i < n; i++)
		given -= rect_area(areas[i]);
	assert_int_equal(given, 0);
	assert_int_equal(damage_settling_area(&settling), 0);
	assert_int_equal(due(), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_the_first_picture, set_up),
		cmocka_unit_test_setup(test_a_picture_is_held_until_it_is_whole, set_up),
		cmocka_unit_test_setup(test_a_large_screen, set_up),
		cmocka_unit_test_setup(test_strips_reported_together, set_up),
		cmocka_unit_test_setup(test_all_strips_at_once, set_up),
		cmocka_unit_test_setup(test_between_two_pictures, set_up),
		cmocka_unit_test_setup(test_other_drawing_is_never_held, set_up),
		cmocka_unit_test_setup(test_a_window_in_front, set_up),
		cmocka_unit_test_setup(test_pictures_in_one_piece, set_up),
		cmocka_unit_test_setup(test_another_size, set_up),
		cmocka_unit_test_setup(test_the_longest_hold, set_up),
		cmocka_unit_test_setup(test_the_gap_is_learnt, set_up),
		cmocka_unit_test_setup(test_two_streams, set_up),
		cmocka_unit_test_setup(test_many_streams, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
