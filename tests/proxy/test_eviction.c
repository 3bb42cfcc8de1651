/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/eviction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { TRIALS = 20000 };

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
	assert_int_equal(eviction_decide(entries, 0, sources), EVICTION_HAS_ROOM);
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL - 1, &sources[9]),
			 EVICTION_HAS_ROOM);
	assert_int_equal(eviction_decide(entries, 63, &sources[0]), EVICTION_HAS_ROOM);
}

/* A source that has failed has a smaller share. */
static void test_full_share_of_a_guesser(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];
	const unsigned n = EVICTION_PER_FAILED;

	(void)state;
	fill(entries, 64, EVICTION_SILENT);
	assert_int_equal(eviction_decide(entries, n, &sources[0]), EVICTION_HAS_ROOM);
	for (unsigned i = 0; i < EVICTION_TOTAL; i++)
		entries[i].source_failed = true;
	assert_int_equal(eviction_decide(entries, n - 1, &sources[0]), EVICTION_HAS_ROOM);
	assert_int_equal(eviction_decide(entries, n, &sources[0]), 0);
	assert_int_equal(eviction_decide(entries, n, &sources[1]), EVICTION_HAS_ROOM);
	/* Those who are beyond that go at once. */
	assert_int_equal(eviction_find_surplus(entries, n, &sources[0]), EVICTION_HAS_ROOM);
	assert_int_equal(eviction_find_surplus(entries, n + 1, &sources[0]), 0);
	assert_int_equal(eviction_find_surplus(entries, n + 1, &sources[1]), EVICTION_HAS_ROOM);
	for (unsigned i = 0; i <= n; i++)
		entries[i].kind = EVICTION_CHECKED;
	assert_int_equal(eviction_find_surplus(entries, n + 1, &sources[0]), EVICTION_REFUSED);
}

static void test_full_share(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];

	(void)state;
	fill(entries, 64, EVICTION_SILENT);
	assert_int_equal(eviction_decide(entries, 128, &sources[1]), 64);
	entries[100].kind = EVICTION_OVER;
	assert_int_equal(eviction_decide(entries, 128, &sources[1]), 100);
	for (unsigned i = 64; i < 128; i++)
		entries[i].kind = EVICTION_CHECKED;
	assert_int_equal(eviction_decide(entries, 128, &sources[1]), EVICTION_REFUSED);
	entries[127].kind = EVICTION_SILENT;
	assert_int_equal(eviction_decide(entries, 128, &sources[1]), 127);
	/* One that waits for its failure takes no place of the share. */
	entries[90].kind = EVICTION_FAILING;
	assert_int_equal(eviction_decide(entries, 128, &sources[1]), EVICTION_HAS_ROOM);
}

/* How often each of the entries is closed in so many trials; [n]: the new one is refused. */
static void count(const struct eviction_entry *entries, size_t n, const void *source,
		  unsigned counts[static EVICTION_TOTAL + 1])
{
	memset(counts, 0, (EVICTION_TOTAL + 1) * sizeof(*counts));
	for (unsigned i = 0; i < TRIALS; i++) {
		int index = eviction_decide(entries, n, source);

		assert_true(index != EVICTION_HAS_ROOM);
		counts[index == EVICTION_REFUSED ? n : (size_t)index]++;
	}
}

/* The new one and the old ones have the same chance, also at a known source. */
static void test_full_share_of_those_who_wait(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];
	unsigned counts[EVICTION_TOTAL + 1];

	(void)state;
	fill(entries, 64, EVICTION_WAITING);
	for (unsigned i = 0; i < 64; i++)
		entries[i].source_trusted = true;
	count(entries, 64, &sources[0], counts);
	for (unsigned i = 0; i <= 64; i++)
		assert_in_range(counts[i], TRIALS / 65 / 3, TRIALS / 65 * 3);
}

static void test_all_places_taken(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];

	(void)state;
	fill(entries, 1, EVICTION_SILENT);
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL), 0);
	/* The source with the most entries loses one, even if another is older. */
	entries[70].source_users = entries[71].source_users = 2;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL), 70);
	/* Of that source it is the silent one, then the one that has failed. */
	entries[70].kind = EVICTION_FAILING;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL), 71);
	entries[71].kind = EVICTION_WAITING;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL), 70);
	/* One that waits and may be trusted stays. */
	entries[70].kind = EVICTION_WAITING;
	entries[70].source_trusted = entries[71].source_trusted = true;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL), 0);
	entries[200].kind = EVICTION_OVER;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL), 200);
}

static void test_nobody_may_go(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];

	(void)state;
	fill(entries, 4, EVICTION_CHECKED);
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL), EVICTION_REFUSED);
	assert_int_equal(eviction_choose(entries, EVICTION_TOTAL), EVICTION_REFUSED);
	assert_int_equal(eviction_choose(entries, 0), EVICTION_REFUSED);
	entries[9].kind = EVICTION_SILENT;
	assert_int_equal(eviction_choose(entries, EVICTION_TOTAL), 9);
}

static void test_all_wait(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];
	unsigned counts[EVICTION_TOTAL + 1];

	(void)state;
	fill(entries, 1, EVICTION_WAITING);
	entries[0].source_trusted = true;
	count(entries, EVICTION_TOTAL, NULL, counts);
	assert_int_equal(counts[0], 0);
	for (unsigned i = 1; i <= EVICTION_TOTAL; i++)
		assert_in_range(counts[i], TRIALS / 256 / 3, TRIALS / 256 * 3);
	/* A source with more than others loses one, and the new one is safe. */
	entries[90].source_users = entries[91].source_users = 2;
	count(entries, EVICTION_TOTAL, NULL, counts);
	assert_int_equal(counts[90] + counts[91], TRIALS);
	assert_in_range(counts[90], TRIALS / 3, TRIALS / 3 * 2);
}

/* In a crowd of single connections, a moment's silence is no reason to go first. */
static void test_young_ones(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];
	unsigned counts[EVICTION_TOTAL + 1];

	(void)state;
	fill(entries, 1, EVICTION_WAITING);
	for (unsigned i = 0; i < 3; i++) {
		entries[i].kind = EVICTION_SILENT;
		entries[i].young = true;
	}
	entries[1].source_trusted = true;
	entries[2].is_new = true;
	count(entries, EVICTION_TOTAL, NULL, counts);
	assert_int_equal(counts[1], 0);
	for (unsigned i = 2; i <= EVICTION_TOTAL; i++)
		assert_in_range(counts[i], TRIALS / 256 / 3, TRIALS / 256 * 3);
	/* When descriptors are short, it is. */
	assert_int_equal(eviction_choose(entries, EVICTION_TOTAL), 0);
	entries[0].young = false;
	assert_int_equal(eviction_decide(entries, EVICTION_TOTAL, NULL), 0);
}

/* Only one of them waits when checks run short (throttle.h). */
static void test_new_ones_keep_their_places(void **state)
{
	struct eviction_entry entries[EVICTION_TOTAL];
	unsigned counts[EVICTION_TOTAL + 1];

	(void)state;
	fill(entries, 1, EVICTION_WAITING);
	entries[7].is_new = true;
	count(entries, EVICTION_TOTAL, NULL, counts);
	assert_int_equal(counts[7], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_full_share_of_a_guesser),
		cmocka_unit_test(test_full_share),
		cmocka_unit_test(test_full_share_of_those_who_wait),
		cmocka_unit_test(test_all_places_taken),
		cmocka_unit_test(test_all_wait),
		cmocka_unit_test(test_young_ones),
		cmocka_unit_test(test_new_ones_keep_their_places),
		cmocka_unit_test(test_nobody_may_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
