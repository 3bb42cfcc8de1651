/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture/redraw_sampling.h"

static const struct rect window = { 480, 300, 1600, 1000 };
static const struct rect spot = { 1260, 775, 50, 50 };
static const struct rect nothing;

enum { DUE = REDRAW_SAMPLING_WHOLE_USEC + REDRAW_SAMPLING_GRACE_USEC };

static void make_sampled(struct redraw_sampling *sampling, uint64_t now)
{
	for (int i = 0; i < REDRAW_SAMPLING_STREAK; i++) {
		assert_null(redraw_sampling_find(sampling, window, now));
		redraw_sampling_note_whole_read(sampling, window, spot, rect_area(spot), now);
	}
}

static void test_sampled_after_a_streak(void **state)
{
	struct redraw_sampling sampling = { 0 };
	struct rect other = { 0, 0, 2560, 280 };

	(void)state;
	make_sampled(&sampling, 100);
	struct redraw_sampling_area *entry = redraw_sampling_find(&sampling, window, 101);
	assert_non_null(entry);
	assert_memory_equal(&entry->changing, &spot, sizeof(spot));
	assert_null(redraw_sampling_find(&sampling, other, 101));
	/* A whole read every REDRAW_SAMPLING_WHOLE_USEC. */
	assert_non_null(
		redraw_sampling_find(&sampling, window, 100 + REDRAW_SAMPLING_WHOLE_USEC - 1));
	assert_null(redraw_sampling_find(&sampling, window, 100 + REDRAW_SAMPLING_WHOLE_USEC));
}

static void test_whole_read_follows_samples(void **state)
{
	struct redraw_sampling sampling = { 0 };
	struct rect due[REDRAW_SAMPLING_AREAS];

	(void)state;
	make_sampled(&sampling, 100);
	assert_int_equal(redraw_sampling_due(&sampling), UINT64_MAX);
	redraw_sampling_note_samples(redraw_sampling_find(&sampling, window, 101), nothing);
	assert_int_equal(redraw_sampling_due(&sampling), 100 + DUE);
	assert_int_equal(redraw_sampling_list_due(&sampling, 100 + DUE - 1, due), 0);
	assert_int_equal(redraw_sampling_list_due(&sampling, 100 + DUE, due), 1);
	assert_memory_equal(&due[0], &window, sizeof(window));
	redraw_sampling_note_whole_read(&sampling, window, nothing, 0, 100 + DUE);
	assert_int_equal(redraw_sampling_due(&sampling), UINT64_MAX);
}

static void test_read_as_part_of_more_counts(void **state)
{
	struct redraw_sampling sampling = { 0 };
	struct rect screen = { 0, 0, 2560, 1600 };

	(void)state;
	make_sampled(&sampling, 100);
	redraw_sampling_note_samples(redraw_sampling_find(&sampling, window, 101), spot);
	redraw_sampling_note_whole_read(&sampling, screen, screen, rect_area(screen), 200);
	assert_int_equal(redraw_sampling_due(&sampling), UINT64_MAX);
}

static void test_read_of_a_part_does_not_count(void **state)
{
	struct rect part = { 480, 300, 1600, 500 };
	struct redraw_sampling sampling = { 0 };

	(void)state;
	make_sampled(&sampling, 100);
	redraw_sampling_note_samples(redraw_sampling_find(&sampling, window, 101), spot);
	redraw_sampling_note_whole_read(&sampling, part, nothing, 0, 200);
	assert_int_equal(redraw_sampling_due(&sampling), 100 + DUE);
}

static void test_real_change_ends_sampling(void **state)
{
	struct redraw_sampling sampling = { 0 };

	(void)state;
	make_sampled(&sampling, 100);
	redraw_sampling_note_whole_read(&sampling, window, window, rect_area(window), 200);
	assert_null(redraw_sampling_find(&sampling, window, 201));
}

static void test_small_areas_are_never_sampled(void **state)
{
	struct rect small = { 0, 0, 255, 256 };
	struct redraw_sampling sampling = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		redraw_sampling_note_whole_read(&sampling, small, nothing, 0, 100);
	assert_null(redraw_sampling_find(&sampling, small, 101));
}

static void test_bounded(void **state)
{
	struct redraw_sampling sampling = { 0 };

	(void)state;
	for (int i = 0; i < 3 * REDRAW_SAMPLING_AREAS; i++) {
		struct rect area = { 0, 300 * i, 300, 300 };

		for (int k = 0; k < REDRAW_SAMPLING_STREAK; k++)
			redraw_sampling_note_whole_read(&sampling, area, nothing, 0,
							(uint64_t)(100 + i));
		struct redraw_sampling_area *entry = redraw_sampling_find(&sampling, area,
									  (uint64_t)(101 + i));
		assert_non_null(entry); /* in the place of the oldest */
	}
	/* An area that is to be read whole is never replaced. */
	for (int i = 0; i < REDRAW_SAMPLING_AREAS; i++)
		sampling.areas[i].unverified = true;
	struct rect area = { 1000, 0, 300, 300 };
	for (int k = 0; k < REDRAW_SAMPLING_STREAK; k++)
		redraw_sampling_note_whole_read(&sampling, area, nothing, 0, 200);
	assert_null(redraw_sampling_find(&sampling, area, 201));
	struct rect due[REDRAW_SAMPLING_AREAS];
	assert_int_equal(redraw_sampling_list_due(&sampling, 300 + DUE, due),
			 REDRAW_SAMPLING_AREAS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sampled_after_a_streak),
		cmocka_unit_test(test_whole_read_follows_samples),
		cmocka_unit_test(test_read_as_part_of_more_counts),
		cmocka_unit_test(test_read_of_a_part_does_not_count),
		cmocka_unit_test(test_real_change_ends_sampling),
		cmocka_unit_test(test_small_areas_are_never_sampled),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
