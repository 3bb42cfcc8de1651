/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "capture/missed_damage.h"

#define START UINT64_C(7000000)

static void test_finding_nothing_makes_it_rare(void **state)
{
	struct missed_damage missed;
	uint64_t now = START, last = 0;
	unsigned checks = 0;

	(void)state;
	missed_damage_init(&missed, now);
	assert_int_equal(missed_damage_due(&missed), START + MISSED_DAMAGE_FIRST);
	while (now < START + UINT64_C(600) * 1000000) {
		uint64_t interval = missed_damage_due(&missed) - now;

		assert_in_range(interval, last, MISSED_DAMAGE_LONGEST);
		last = interval;
		now = missed_damage_due(&missed);
		missed_damage_done(&missed, now, false);
		checks++;
	}
	assert_int_equal(last, MISSED_DAMAGE_LONGEST);
	/* Ten minutes of a still screen: about forty checks. */
	assert_in_range(checks, 1, 45);
}

/* Eight checks that find nothing; returns the time of the last. */
static uint64_t find_nothing(struct missed_damage *missed)
{
	uint64_t now = START;

	missed_damage_init(missed, now);
	for (int i = 0; i < 8; i++) {
		now = missed_damage_due(missed);
		missed_damage_done(missed, now, false);
	}
	return now;
}

static void test_finding_something_makes_it_frequent(void **state)
{
	struct missed_damage missed;
	uint64_t now = find_nothing(&missed);

	(void)state;
	now = missed_damage_due(&missed);
	missed_damage_done(&missed, now, true);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(missed_damage_due(&missed), now + MISSED_DAMAGE_SHORTEST);
		now = missed_damage_due(&missed);
		missed_damage_done(&missed, now, true);
	}
	missed_damage_done(&missed, now, false);
	assert_in_range(missed_damage_due(&missed), now + MISSED_DAMAGE_SHORTEST + 1,
			now + MISSED_DAMAGE_FIRST);
}

static void test_activity(void **state)
{
	struct missed_damage missed;
	uint64_t now = find_nothing(&missed);

	(void)state;
	/* Input brings the next check soon, and more of it does not delay that. */
	missed_damage_activity(&missed, true, now + 5);
	assert_int_equal(missed_damage_due(&missed), now + 5 + MISSED_DAMAGE_INPUT);
	for (uint64_t t = now + 5; t < now + 5 + MISSED_DAMAGE_INPUT; t += 10000)
		missed_damage_activity(&missed, true, t);
	assert_int_equal(missed_damage_due(&missed), now + 5 + MISSED_DAMAGE_INPUT);
}

/* Damage elsewhere never delays a check. */
static void test_damage(void **state)
{
	struct missed_damage missed;
	uint64_t now = find_nothing(&missed);

	(void)state;
	for (int i = 0; i < 100; i++)
		missed_damage_activity(&missed, false, now + (uint64_t)i * 10000);
	assert_int_equal(missed_damage_due(&missed), now + MISSED_DAMAGE_FIRST);
}

/* Rows are on the screen, ascending, each once; in the end all get their turn. */
static void test_rows(void **state)
{
	static const int heights[] = { 1,   2,	 15,  16,  17,	 31,   33,   100,  464,
				       465, 599, 601, 800, 1080, 1600, 2160, 7424, 32767 };

	(void)state;
	for (size_t h = 0; h < sizeof(heights) / sizeof(*heights); h++) {
		int height = heights[h],
		    spacing = (height + MISSED_DAMAGE_ROWS - 1) / MISSED_DAMAGE_ROWS;
		char *seen = calloc(1, (size_t)height);
		int n_seen = 0;
		struct missed_damage missed;

		missed_damage_init(&missed, 0);
		for (int round = 0; round < spacing * 29; round++) {
			int rows[MISSED_DAMAGE_ROWS], n = missed_damage_rows(&missed, height, rows);

			assert_in_range(n, 1, MISSED_DAMAGE_ROWS);
			for (int i = 0; i < n; i++) {
				assert_in_range(rows[i], i ? rows[i - 1] + 1 : 0, height - 1);
				n_seen += !seen[rows[i]];
				seen[rows[i]] = 1;
			}
			missed_damage_done(&missed, 0, false);
		}
		if (n_seen != height)
			print_message("height %d: %d rows seen\n", height, n_seen);
		assert_int_equal(n_seen, height);
		free(seen);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finding_nothing_makes_it_rare),
		cmocka_unit_test(test_finding_something_makes_it_frequent),
		cmocka_unit_test(test_activity),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
