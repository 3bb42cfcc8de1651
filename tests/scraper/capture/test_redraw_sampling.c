/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Areas that are redrawn and do not change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture/redraw_sampling.h"

static const struct rect window = { 480, 300, 1600, 1000 };
static const struct rect spot = { 1260, 775, 50, 50 };
static const struct rect nothing;

enum { OWED = DOUBT_FULL_USEC + DOUBT_GRACE_USEC };

static void make_doubted(struct doubt *doubt, uint64_t now)
{
	for (int i = 0; i < DOUBT_STREAK; i++) {
		assert_null(doubt_find(doubt, window, now));
		doubt_was_read(doubt, window, spot, rect_area(spot), now);
	}
}

static void test_doubted_after_a_streak(void **state)
{
	struct doubt doubt = { 0 };
	struct rect other = { 0, 0, 2560, 280 };

	(void)state;
	make_doubted(&doubt, 100);
	struct doubt_area *entry = doubt_find(&doubt, window, 101);
	assert_non_null(entry);
	assert_memory_equal(&entry->hot, &spot, sizeof(spot));
	assert_null(doubt_find(&doubt, other, 101));
	/* A whole read every DOUBT_FULL_USEC. */
	assert_non_null(doubt_find(&doubt, window, 100 + DOUBT_FULL_USEC - 1));
	assert_null(doubt_find(&doubt, window, 100 + DOUBT_FULL_USEC));
}

static void test_sampled_is_owed_a_whole_read(void **state)
{
	struct doubt doubt = { 0 };
	struct rect due[DOUBT_AREAS];

	(void)state;
	make_doubted(&doubt, 100);
	assert_int_equal(doubt_due(&doubt), UINT64_MAX);
	doubt_was_sampled(doubt_find(&doubt, window, 101), nothing);
	assert_int_equal(doubt_due(&doubt), 100 + OWED);
	assert_int_equal(doubt_take_due(&doubt, 100 + OWED - 1, due), 0);
	assert_int_equal(doubt_take_due(&doubt, 100 + OWED, due), 1);
	assert_memory_equal(&due[0], &window, sizeof(window));
	doubt_was_read(&doubt, window, nothing, 0, 100 + OWED);
	assert_int_equal(doubt_due(&doubt), UINT64_MAX);
}

static void test_read_as_part_of_more_is_paid_too(void **state)
{
	struct doubt doubt = { 0 };
	struct rect screen = { 0, 0, 2560, 1600 };

	(void)state;
	make_doubted(&doubt, 100);
	doubt_was_sampled(doubt_find(&doubt, window, 101), spot);
	doubt_was_read(&doubt, screen, screen, rect_area(screen), 200);
	assert_int_equal(doubt_due(&doubt), UINT64_MAX);
}

static void test_a_part_does_not_pay_for_the_whole(void **state)
{
	struct rect part = { 480, 300, 1600, 500 };
	struct doubt doubt = { 0 };

	(void)state;
	make_doubted(&doubt, 100);
	doubt_was_sampled(doubt_find(&doubt, window, 101), spot);
	doubt_was_read(&doubt, part, nothing, 0, 200);
	assert_int_equal(doubt_due(&doubt), 100 + OWED);
}

static void test_real_change_ends_the_doubt(void **state)
{
	struct doubt doubt = { 0 };

	(void)state;
	make_doubted(&doubt, 100);
	doubt_was_read(&doubt, window, window, rect_area(window), 200);
	assert_null(doubt_find(&doubt, window, 201));
}

static void test_small_areas_are_not_worth_it(void **state)
{
	struct rect small = { 0, 0, 255, 256 };
	struct doubt doubt = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		doubt_was_read(&doubt, small, nothing, 0, 100);
	assert_null(doubt_find(&doubt, small, 101));
}

static void test_bounded(void **state)
{
	struct doubt doubt = { 0 };

	(void)state;
	for (int i = 0; i < 3 * DOUBT_AREAS; i++) {
		struct rect area = { 0, 300 * i, 300, 300 };

		for (int k = 0; k < DOUBT_STREAK; k++)
			doubt_was_read(&doubt, area, nothing, 0, (uint64_t)(100 + i));
		struct doubt_area *entry = doubt_find(&doubt, area, (uint64_t)(101 + i));
		assert_non_null(entry); /* in the place of the oldest */
	}
	/* What is owed a read is never forgotten for another. */
	for (int i = 0; i < DOUBT_AREAS; i++)
		doubt.areas[i].owed = true;
	struct rect area = { 1000, 0, 300, 300 };
	for (int k = 0; k < DOUBT_STREAK; k++)
		doubt_was_read(&doubt, area, nothing, 0, 200);
	assert_null(doubt_find(&doubt, area, 201));
	struct rect due[DOUBT_AREAS];
	assert_int_equal(doubt_take_due(&doubt, 300 + OWED, due), DOUBT_AREAS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doubted_after_a_streak),
		cmocka_unit_test(test_sampled_is_owed_a_whole_read),
		cmocka_unit_test(test_read_as_part_of_more_is_paid_too),
		cmocka_unit_test(test_a_part_does_not_pay_for_the_whole),
		cmocka_unit_test(test_real_change_ends_the_doubt),
		cmocka_unit_test(test_small_areas_are_not_worth_it),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
