/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Updates a second, over the last seconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/frame_count.h"

#define SECOND UINT64_C(1000000)
#define START (1000 * SECOND)

/* `rate` updates a second from `from` on. */
static void send(struct frame_count *rate, uint64_t from, unsigned per_second, uint64_t span)
{
	for (uint64_t at = from; at < from + span; at += SECOND / per_second)
		frame_count_add(rate, at);
}

static void test_steady(void **state)
{
	struct frame_count rate = { 0 };

	(void)state;
	send(&rate, START, 25, 20 * SECOND);
	assert_in_range(frame_count_read(&rate, START, START + 20 * SECOND - 1), 245, 255);
	assert_in_range(frame_count_read(&rate, START, START + 20 * SECOND + SECOND / 4), 230, 250);
}

static void test_nothing_lately(void **state)
{
	struct frame_count rate = { 0 };

	(void)state;
	assert_int_equal(frame_count_read(&rate, START, START + SECOND), 0);
	send(&rate, START, 60, SECOND);
	assert_true(frame_count_read(&rate, START, START + 2 * SECOND) > 0);
	assert_int_equal(frame_count_read(&rate, START, START + 6 * SECOND), 0);
	/* The same when the ring wraps around. */
	frame_count_add(&rate, START + 8 * SECOND);
	assert_in_range(frame_count_read(&rate, START, START + 8 * SECOND + 1), 2, 3);
}

static void test_just_come(void **state)
{
	struct frame_count rate = { 0 };

	(void)state;
	frame_count_add(&rate, START);
	/* One update at once is not a million a second. */
	assert_int_equal(frame_count_read(&rate, START, START), 20);
	assert_int_equal(frame_count_read(&rate, START, START + 1), 20);
	send(&rate, START, 10, SECOND);
	assert_in_range(frame_count_read(&rate, START, START + SECOND), 100, 120);
}

static void test_right_after_boot(void **state)
{
	struct frame_count rate = { 0 };

	(void)state;
	assert_int_equal(frame_count_read(&rate, 0, 1), 0);
	send(&rate, 0, 10, SECOND);
	assert_int_equal(frame_count_read(&rate, 0, SECOND), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steady),
		cmocka_unit_test(test_nothing_lately),
		cmocka_unit_test(test_just_come),
		cmocka_unit_test(test_right_after_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
