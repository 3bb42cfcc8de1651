/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture/read_pieces.h"

enum { SCREEN = 16 * 1024 * 1024 };

static struct read_pieces measured(size_t bytes, uint64_t usec, int n)
{
	struct read_pieces pieces = { 0 };

	for (int i = 0; i < n; i++)
		read_pieces_measured(&pieces, bytes, usec);
	return pieces;
}

static void test_fast(void **state)
{
	struct read_pieces pieces = { 0 };

	(void)state;
	assert_int_equal(read_pieces_size(&pieces, SCREEN), SIZE_MAX);
	pieces = measured(SCREEN, READ_PIECES_SLOW_USEC - 10, 10);
	assert_int_equal(read_pieces_size(&pieces, SCREEN), SIZE_MAX);
	/* A clock that stands still. */
	pieces = measured(SIZE_MAX / 2000, 0, 10);
	assert_int_equal(read_pieces_size(&pieces, SCREEN), SIZE_MAX);
}

static void test_slow(void **state)
{
	struct read_pieces pieces = measured(SCREEN, READ_PIECES_SLOW_USEC + 1000, 4);

	(void)state;
	size_t size = read_pieces_size(&pieces, SCREEN);
	assert_in_range(size, SCREEN / 8, SCREEN / 5);
	/* The same speed does for a smaller screen. */
	assert_int_equal(read_pieces_size(&pieces, SCREEN / 2), SIZE_MAX);
}

/* A stall of X, or its first pictures, are no reason. */
static void test_once_is_not_enough(void **state)
{
	struct read_pieces pieces = measured(SCREEN, 10 * READ_PIECES_SLOW_USEC, 3);

	(void)state;
	assert_int_equal(read_pieces_size(&pieces, SCREEN), SIZE_MAX);
	read_pieces_measured(&pieces, SCREEN, 5000);
	assert_int_equal(read_pieces_size(&pieces, SCREEN), SIZE_MAX);
	for (int i = 0; i < 3; i++)
		read_pieces_measured(&pieces, SCREEN, 10 * READ_PIECES_SLOW_USEC);
	assert_int_equal(read_pieces_size(&pieces, SCREEN), SIZE_MAX);
	read_pieces_measured(&pieces, SCREEN, 10 * READ_PIECES_SLOW_USEC);
	assert_true(read_pieces_size(&pieces, SCREEN) < SCREEN);
	/* And a fast one ends it. */
	read_pieces_measured(&pieces, SCREEN, 5000);
	assert_int_equal(read_pieces_size(&pieces, SCREEN), SIZE_MAX);
}

static void test_small_reads_do_not_count(void **state)
{
	struct read_pieces pieces = measured(READ_PIECES_MEASURE_MIN - 1, 1000000, 10);

	(void)state;
	assert_int_equal(read_pieces_size(&pieces, SCREEN), SIZE_MAX);
	pieces = measured(READ_PIECES_MEASURE_MIN, 1000000, 10);
	assert_true(read_pieces_size(&pieces, SCREEN) < SCREEN);
}

/* However slow: where each request takes its time, more of them make it worse. */
static void test_number_is_limited(void **state)
{
	struct read_pieces pieces = measured(SCREEN, UINT64_C(60000000), 4);

	(void)state;
	assert_int_equal(read_pieces_size(&pieces, SCREEN), SCREEN / READ_PIECES_MOST);
	pieces = measured(READ_PIECES_MEASURE_MIN, UINT64_MAX - 1, 4);
	assert_int_equal(read_pieces_size(&pieces, SCREEN), SCREEN / READ_PIECES_MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fast),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_once_is_not_enough),
		cmocka_unit_test(test_small_reads_do_not_count),
		cmocka_unit_test(test_number_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
