/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/eviction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const char sources[EVICTION_TOTAL];

/* All of one kind; entry i has source i / share and was accepted at i. */
static void fill(struct eviction_entry entries[static EVICTION_TOTAL], unsigned share,
		 enum eviction_kind kind)
{
	for (unsigned i = 0; i < EVICTION_TOTAL; i++)
		entries[i] = (struct eviction_entry){ .source = &sources[i / share],
						      .source_users = share,
						      .kind = kind,
						      .since = i };
}

static void test_room(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];

	(void)state;
	fill(entries, 64, EVICTION_SILENT);
	assert_int_equal(eviction_decide(entries, 0, sources, 0), EVICTION_HAS_ROOM);
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL - 1, &sources[9], 0),
			 EVICTION_HAS_ROOM);
	assert_int_equal(eviction_decide(entries, 63, &sources[0], EVICTION_PER_SOURCE - 1),
			 EVICTION_HAS_ROOM);
}

static void test_full_share(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];

	(void)state;
	fill(entries, 64, EVICTION_SILENT);
	assert_int_equal(eviction_decide(entries, 128, &sources[1], EVICTION_PER_SOURCE), 64);
	entries[100].kind = EVICTION_OVER;
	assert_int_equal(eviction_decide(entries, 128, &sources[1], EVICTION_PER_SOURCE), 100);
	for (unsigned i = 64; i < 128; i++)
		entries[i].kind = i % 2 ? EVICTION_WAITING : EVICTION_CHECKED;
	assert_int_equal(eviction_decide(entries, 128, &sources[1], EVICTION_PER_SOURCE),
			 EVICTION_REFUSED);
	entries[127].kind = EVICTION_SILENT;
	assert_int_equal(eviction_decide(entries, 128, &sources[1], EVICTION_PER_SOURCE), 127);
	for (unsigned i = 64; i < 128; i++)
		entries[i] = (struct eviction_entry){
			&sources[1], 64, 5, false, EVICTION_WAITING, i
		};
	assert_int_equal(eviction_decide(entries, 128, &sources[1], EVICTION_PER_SOURCE),
			 EVICTION_REFUSED);
}

static void test_all_places_taken(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];

	(void)state;
	fill(entries, 1, EVICTION_SILENT);
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL, 0), 0);
	/* The source with the most entries loses one, even if another is older. */
	entries[70].source_users = entries[71].source_users = 2;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL, 0), 70);
	/* Of that source it is the silent one, although the other failed before. */
	entries[70].kind = EVICTION_WAITING;
	entries[70].source_failures = entries[71].source_failures = 3;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL, 0), 71);
	entries[71].kind = EVICTION_WAITING;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL, 0), 71);
	/* A source that is unknown loses its first: that would be checked last. */
	entries[70].source_failures = entries[71].source_failures = 0;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL, 0), 70);
	/* One that waits and may be trusted stays. */
	entries[70].source_trusted = entries[71].source_trusted = true;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL, 0), 0);
	entries[200].kind = EVICTION_OVER;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL, 0), 200);
}

static void test_nobody_may_go(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];

	(void)state;
	fill(entries, 4, EVICTION_CHECKED);
	for (unsigned i = 0; i < EVICTION_TOTAL; i++)
		entries[i].source_failures = 1;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL, 0), EVICTION_REFUSED);
	assert_int_equal(eviction_choose(entries, EVICTION_TOTAL), EVICTION_REFUSED);
	assert_int_equal(eviction_choose(entries, 0), EVICTION_REFUSED);
	entries[9].kind = EVICTION_SILENT;
	assert_int_equal(eviction_choose(entries, EVICTION_TOTAL), 9);
}

static void test_all_wait(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];

	(void)state;
	fill(entries, 1, EVICTION_WAITING);
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL, 0), 0);
	entries[0].source_trusted = true;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL, 0), 1);
	/* Sources that failed go before unknown ones, the last of them first. */
	entries[90].source_failures = entries[91].source_failures = 2;
	entries[92].source_failures = 1;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL, 0), 91);
	/* A waiting viewer is not evicted for another one of its source. */
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, &sources[5], EVICTION_PER_SOURCE),
			 EVICTION_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_full_share),
		cmocka_unit_test(test_all_places_taken),
		cmocka_unit_test(test_all_wait),
		cmocka_unit_test(test_nobody_may_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
