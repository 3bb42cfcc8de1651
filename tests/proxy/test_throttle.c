/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/throttle.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "proxy/arrival.h"
#include "scraper/session/check_budget.h"

/* The scraper's own limit must not be felt (check_budget.h). */
_Static_assert(2 * CHECK_BUDGET_INTERVAL <= THROTTLE_ALL_INTERVAL, "more than the scraper checks");
_Static_assert(CHECK_BUDGET_RESERVE >= THROTTLE_ALL_KNOWN_RESERVE + THROTTLE_OTHERS_RESERVE,
	       "more than the scraper has in reserve");

#define SECOND UINT64_C(1000000)
#define START (100 * SECOND)

static struct throttle_source *acquire4(struct throttle *t, uint32_t address, uint64_t now)
{
	const struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };
	struct peer_key key;

	peer_get_key((const struct sockaddr *)&in, ARRIVAL_ADDRESSED, &key);
	return throttle_acquire(t, &key, now);
}

static void pass(struct throttle *t, struct throttle_source *s, bool full, uint64_t now)
{
	uint64_t when;

	assert_int_equal(throttle_begin_check(t, s, now, &when), 0);
	throttle_check_passed(t, s, full, now);
}

static int set_up(void **state)
{
	struct throttle *t = NULL;

	if (throttle_create(&t) < 0)
		return -1;
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	throttle_destroy(*state);
	return 0;
}

/* One wrong guess, as early as possible. Returns when the next is possible. */
static uint64_t guess(struct throttle *t, struct throttle_source *s, uint64_t now,
		      uint64_t *ret_delay)
{
	uint64_t when;

	while (throttle_begin_check(t, s, now, &when) == -EAGAIN) {
		assert_true(when > now && when != UINT64_MAX);
		now = when;
	}
	*ret_delay = throttle_check_failed(s, now);
	return now + *ret_delay;
}

static void test_delays(void **state)
{
	static const uint64_t expected[] = { 500000,  1000000,	2000000,  4000000,
					     8000000, 10000000, 10000000, 10000000 };
	struct throttle *t = *state;
	struct throttle_source *s = acquire4(t, 1, START);
	uint64_t now = START, delay, when;

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		uint64_t next = guess(t, s, now, &delay);

		assert_int_equal(delay, expected[i]);
		assert_int_equal(throttle_source_failures(s), i + 1);
		assert_int_equal(throttle_begin_check(t, s, next - 1, &when), -EAGAIN);
		assert_int_equal(when, next);
		now = next;
	}
	assert_int_equal(throttle_begin_check(t, s, now, &when), 0);
	throttle_check_passed(t, s, true, now);
	assert_int_equal(throttle_source_failures(s), 0);
	guess(t, s, now, &delay);
	assert_int_equal(delay, 500000);
	throttle_release(t, s, now);
}

static void test_delays_are_remembered_without_connections(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *s = acquire4(t, 1, START);
	uint64_t delay, when;

	guess(t, s, START, &delay);
	throttle_release(t, s, START);
	s = acquire4(t, 1, START + 1);
	assert_int_equal(throttle_begin_check(t, s, START + 1, &when), -EAGAIN);
	assert_int_equal(when, START + 500000);
	throttle_release(t, s, START + 1);
	s = acquire4(t, 1, START + THROTTLE_FORGET_AFTER - 1);
	assert_int_equal(throttle_source_failures(s), 1);
	throttle_release(t, s, START + THROTTLE_FORGET_AFTER - 1);
	s = acquire4(t, 1, START + THROTTLE_FORGET_AFTER);
	assert_int_equal(throttle_source_failures(s), 0);
	throttle_release(t, s, START + THROTTLE_FORGET_AFTER);
}

static void test_one_check_at_a_time(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *a = acquire4(t, 1, START), *b = acquire4(t, 2, START);
	uint64_t when = 0;

	assert_ptr_equal(acquire4(t, 1, START), a);
	assert_int_equal(throttle_source_users(a), 2);
	assert_int_equal(throttle_begin_check(t, a, START, &when), 0);
	assert_int_equal(throttle_begin_check(t, a, START, &when), -EAGAIN);
	assert_true(when == UINT64_MAX);
	assert_int_equal(throttle_begin_check(t, b, START, &when), 0);
	throttle_check_abandoned(t, a);
	assert_int_equal(throttle_source_failures(a), 0);
	assert_int_equal(throttle_begin_check(t, a, START, &when), 0);
	throttle_check_passed(t, a, true, START);
	throttle_check_passed(t, b, true, START);
	throttle_release(t, a, START);
	throttle_release(t, a, START);
	throttle_release(t, b, START);
}

/* How many guesses of one source, or of many, are checked in the first minute. */
static unsigned count_guesses(struct throttle *t, unsigned n_sources, uint64_t begin)
{
	struct throttle_source *sources[200];
	unsigned guesses = 0;

	for (unsigned i = 0; i < n_sources; i++)
		sources[i] = acquire4(t, 0x0a000000 + i, begin);
	for (uint64_t now = begin; now < begin + 60 * SECOND; now += 10000) {
		for (unsigned i = 0; i < n_sources; i++) {
			uint64_t when;

			if (throttle_begin_check(t, sources[i], now, &when) < 0)
				continue;
			throttle_check_failed(sources[i], now);
			guesses++;
		}
	}
	for (unsigned i = 0; i < n_sources; i++)
		throttle_release(t, sources[i], begin + 60 * SECOND);
	return guesses;
}

static void test_guesses_of_one_source(void **state)
{
	assert_int_equal(count_guesses(*state, 1, START), 10);
	assert_in_range(count_guesses(*state, 1, START + 60 * SECOND), 5, 7);
}

static void test_guesses_of_many_sources(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *owner = acquire4(t, 1, START), *stranger;

	pass(t, owner, true, START);
	assert_in_range(count_guesses(t, 200, START), 199, 240);
	/* Nothing is left for those that have failed. The owner does not need it. */
	pass(t, owner, true, START + 60 * SECOND);
	assert_in_range(count_guesses(t, 200, START + 60 * SECOND), 60, 100);
	assert_int_equal(throttle_source_kind(owner), THROTTLE_KNOWN);
	/* All have failed now, and leave half of the reserve to a fresh one. */
	(void)count_guesses(t, 200, START + 120 * SECOND);
	stranger = acquire4(t, 2, START + 180 * SECOND);
	pass(t, stranger, true, START + 180 * SECOND);
}

static void test_guesses_of_a_known_source(void **state)
{
	struct throttle *t = *state;

	for (uint32_t i = 0; i < 4; i++)
		pass(t, acquire4(t, 0x0a000000 + i, START), true, START);
	for (unsigned minute = 0; minute < 3; minute++)
		assert_in_range(count_guesses(t, 1, START + minute * 60 * SECOND), 49, 60);
	/* All known ones together. */
	assert_in_range(count_guesses(t, 4, START + 300 * SECOND), 89, 120);
	/* The rest of the world is not concerned. */
	pass(t, acquire4(t, 7, START + 360 * SECOND), true, START + 360 * SECOND);
}

/* 24 hours, a fresh address whenever one may be checked. */
static void test_guesses_of_a_day(void **state)
{
	struct throttle *t = *state;
	const uint64_t end = START + 24 * 3600 * SECOND;
	uint64_t now = START;
	unsigned guesses = 0;

	for (uint32_t i = 0; now < end; i++) {
		struct throttle_source *s = acquire4(t, 0x0a000000 + i, now);
		uint64_t when = 0;

		assert_non_null(s);
		while (now < end && throttle_begin_check(t, s, now, &when) < 0)
			now = when;
		if (now < end) {
			throttle_check_failed(s, now);
			guesses++;
		}
		throttle_release(t, s, now);
	}
	assert_in_range(guesses, 8600, 6 * 60 * 24);
}

static void test_right_passwords_cost_nothing(void **state)
{
	struct throttle *t = *state;

	for (uint32_t i = 0; i < 1000; i++) {
		struct throttle_source *s = acquire4(t, i, START);

		pass(t, s, i % 2, START);
		throttle_release(t, s, START);
	}
}

/* The view-only password between guesses at the full one makes these no faster. */
static void test_view_only_forgives_nothing(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *s = acquire4(t, 1, START);
	unsigned guesses = 0;
	uint64_t when;

	for (uint64_t now = START; now < START + 60 * SECOND; now += 10000) {
		if (throttle_begin_check(t, s, now, &when) < 0)
			continue;
		throttle_check_passed(t, s, false, now);
		if (throttle_begin_check(t, s, now, &when) < 0)
			continue;
		throttle_check_failed(s, now);
		guesses++;
	}
	assert_int_equal(guesses, 10);
	assert_int_equal(throttle_source_failures(s), 10);
	assert_int_equal(throttle_source_kind(s), THROTTLE_SUSPECT);
	throttle_release(t, s, START + 60 * SECOND);
}

static void test_kinds(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *s = acquire4(t, 1, START), *leaver = acquire4(t, 2, START);
	const uint64_t later = START + THROTTLE_KNOWN_FOR;
	uint64_t delay;

	assert_int_equal(throttle_source_kind(s), THROTTLE_FRESH);
	assert_false(throttle_source_is_trusted(s));
	guess(t, s, START, &delay);
	assert_int_equal(throttle_source_kind(s), THROTTLE_SUSPECT);
	throttle_gave_up(leaver, START);
	assert_int_equal(throttle_source_kind(leaver), THROTTLE_SUSPECT);
	assert_int_equal(throttle_source_failures(leaver), 0);
	pass(t, s, false, START + SECOND);
	assert_int_equal(throttle_source_kind(s), THROTTLE_SUSPECT);
	pass(t, s, true, START + SECOND);
	assert_int_equal(throttle_source_kind(s), THROTTLE_KNOWN);
	assert_true(throttle_source_is_trusted(s));
	/* Its owner is still behind it. */
	guess(t, s, START + SECOND, &delay);
	assert_int_equal(throttle_source_kind(s), THROTTLE_KNOWN);
	assert_ptr_equal(acquire4(t, 1, later + SECOND), s);
	assert_int_equal(throttle_source_kind(s), THROTTLE_FRESH);
}

/* Those who wait for their answers at a known source come more seldom than they are checked. */
static void test_crowd_at_a_known_source(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *s = acquire4(t, 1, START);
	uint64_t delay;

	pass(t, s, true, START);
	guess(t, s, START, &delay);
	assert_int_equal(delay, THROTTLE_FIRST_DELAY);
	for (unsigned i = 1; i < 64; i++)
		assert_ptr_equal(acquire4(t, 1, START), s);
	guess(t, s, START, &delay);
	assert_int_equal(delay, UINT64_C(64) * THROTTLE_CROWD_DELAY);
}

static void test_draw(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *sources[9];
	size_t order[9];
	unsigned first[9] = { 0 };
	uint64_t delay;

	for (uint32_t i = 0; i < 9; i++)
		sources[i] = acquire4(t, i, START);
	for (uint32_t i = 0; i < 3; i++)
		guess(t, sources[i], START, &delay);
	pass(t, sources[8], true, START);
	for (unsigned n = 0; n < 1000; n++) {
		throttle_draw(sources, 9, order);
		assert_int_equal(order[0], 8);
		for (size_t i = 1; i < 6; i++)
			assert_in_range(order[i], 3, 7);
		for (size_t i = 6; i < 9; i++)
			assert_in_range(order[i], 0, 2);
		first[order[1]]++;
	}
	for (size_t i = 3; i < 8; i++)
		assert_in_range(first[i], 100, 300);
	throttle_draw(sources, 0, order);
}

static void test_known_ones_are_listed(void **state)
{
	struct throttle *t = *state, *other = NULL;
	struct throttle_known known[4] = { { .full_access = 0 } };
	const uint64_t now = START + 10 * SECOND;

	for (uint32_t i = 0; i < 6; i++)
		pass(t, acquire4(t, i, START), i != 5, START + i * SECOND);
	assert_int_equal(throttle_list_known(t, now, known, 4), 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(known[i].full_access, START + (4 - i) * SECOND);
	assert_int_equal(throttle_list_known(t, START + THROTTLE_KNOWN_FOR + SECOND, known, 4), 3);
	assert_int_equal(throttle_create(&other), 0);
	throttle_add_known(other, known, 3, START + 3 * SECOND);
	/* The first is of the future. */
	assert_int_equal(throttle_source_kind(acquire4(other, 4, START)), THROTTLE_FRESH);
	assert_int_equal(throttle_source_kind(acquire4(other, 3, START)), THROTTLE_KNOWN);
	throttle_destroy(other);
}

static void test_full_table_of_used_sources(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *first = acquire4(t, 0, START);

	for (uint32_t i = 1; i < THROTTLE_SOURCES_MAX; i++)
		assert_non_null(acquire4(t, i, START));
	assert_null(acquire4(t, THROTTLE_SOURCES_MAX, START));
	assert_ptr_equal(acquire4(t, 0, START), first);
	throttle_release(t, first, START);
	throttle_release(t, first, START);
	assert_non_null(acquire4(t, THROTTLE_SOURCES_MAX, START));
}

static void test_full_table_forgets_what_taught_least(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *s = acquire4(t, 0, START);
	uint64_t now = START, delay;

	pass(t, s, true, now);
	throttle_release(t, s, now);
	for (uint32_t i = 1; i < THROTTLE_SOURCES_MAX + 10; i++) {
		now += SECOND;
		s = acquire4(t, i, now);
		assert_non_null(s);
		guess(t, s, now, &delay);
		throttle_release(t, s, now);
	}
	/* The oldest failures made room; the right password is remembered. */
	s = acquire4(t, 0, now);
	assert_int_equal(throttle_source_kind(s), THROTTLE_KNOWN);
	throttle_release(t, s, now);
	s = acquire4(t, THROTTLE_SOURCES_MAX, now);
	assert_int_equal(throttle_source_failures(s), 1);
	throttle_release(t, s, now);
	s = acquire4(t, 1, now);
	assert_int_equal(throttle_source_kind(s), THROTTLE_FRESH);
	throttle_release(t, s, now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_delays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_delays_are_remembered_without_connections,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_check_at_a_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guesses_of_one_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guesses_of_many_sources, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guesses_of_a_known_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guesses_of_a_day, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_right_passwords_cost_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_view_only_forgives_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kinds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_crowd_at_a_known_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_draw, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_known_ones_are_listed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full_table_of_used_sources, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full_table_forgets_what_taught_least, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
