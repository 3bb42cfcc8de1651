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
_Static_assert(60 * 1000000 / CHECK_BUDGET_INTERVAL >= 90 + 10, "more than the scraper checks");
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
	throttle_release(t, s);
}

static void test_delays_are_remembered_without_connections(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *s = acquire4(t, 1, START);
	uint64_t delay, when;

	guess(t, s, START, &delay);
	throttle_release(t, s);
	s = acquire4(t, 1, START + 1);
	assert_int_equal(throttle_begin_check(t, s, START + 1, &when), -EAGAIN);
	assert_int_equal(when, START + 500000);
	throttle_release(t, s);
	s = acquire4(t, 1, START + THROTTLE_FORGET_AFTER - 1);
	assert_int_equal(throttle_source_failures(s), 1);
	throttle_release(t, s);
	s = acquire4(t, 1, START + THROTTLE_FORGET_AFTER);
	assert_int_equal(throttle_source_failures(s), 0);
	throttle_release(t, s);
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
	throttle_release(t, a);
	throttle_release(t, a);
	throttle_release(t, b);
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
		throttle_release(t, sources[i]);
	return guesses;
}

static void test_guesses_of_one_source(void **state)
{
	assert_int_equal(count_guesses(*state, 1, START), 10);
	assert_in_range(count_guesses(*state, 1, START + 60 * SECOND), 5, 7);
}

/* From so many addresses of as many networks, as fast as possible; returns how many are checked. */
static unsigned guess_from_many(struct throttle *t, uint32_t address, unsigned n, unsigned times,
				uint64_t now)
{
	unsigned guesses = 0;

	for (unsigned i = 0; i < n; i++) {
		for (unsigned k = 0; k < times; k++) {
			struct throttle_source *s = acquire4(t, address + (i << 8), now);
			uint64_t when;

			if (throttle_begin_check(t, s, now, &when) == 0) {
				throttle_check_failed(s, now);
				guesses++;
			}
			throttle_release(t, s);
		}
	}
	return guesses;
}

/* Who fills the shares of new and seen sources leaves that of failed ones, and the other way. */
static void test_shares(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *mistaken = acquire4(t, 1, START), *owner;
	uint64_t delay, when;

	guess(t, mistaken, START, &delay);
	assert_in_range(guess_from_many(t, 0x0a000000, 1000, 1, START), 60, 90);
	assert_in_range(guess_from_many(t, 0x0a000000, 1000, 1, START), 50, 150);
	pass(t, mistaken, false, START + delay);
	owner = acquire4(t, 2, START);
	assert_int_equal(throttle_begin_check(t, owner, START, &when), -EBUSY);
	assert_true(when > START && when != UINT64_MAX);
	assert_ptr_equal(acquire4(t, 2, START), owner);
	assert_int_equal(throttle_begin_check(t, owner, START, &when), -EAGAIN);
	/* All of it is little more than the reserve. */
	assert_int_equal(guess_from_many(t, 0x0b000000, 1000, 9, START + SECOND), 0);
}

/* Guesses from one network leave something to others. */
static void test_quiet_networks(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *s = NULL;
	unsigned guesses = 0, n_passed = 0;
	uint64_t when;

	for (uint32_t i = 0; i < 250; i++) {
		for (unsigned k = 0; k < 3; k++) {
			s = acquire4(t, 0x0a000000 + i, START);
			if (throttle_begin_check(t, s, START, &when) == 0) {
				throttle_check_failed(s, START);
				guesses++;
			}
			throttle_release(t, s);
		}
	}
	assert_in_range(guesses, 110, 130);
	/* One in a thousand networks shares its budget with that one, by its hash. */
	for (uint32_t i = 1; i <= 4; i++) {
		s = acquire4(t, 0x0a000000 + (i << 8), START);
		if (throttle_begin_check(t, s, START, &when) == 0) {
			throttle_check_passed(t, s, true, START);
			n_passed++;
		}
	}
	assert_in_range(n_passed, 3, 4);
	s = acquire4(t, 0x0a0000ff, START);
	assert_int_equal(throttle_begin_check(t, s, START, &when), -EBUSY);
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

/* 24 hours; all shares are asked for at every second. */
static void test_guesses_of_a_day(void **state)
{
	struct throttle *t = *state;
	const uint64_t end = START + 24 * 3600 * SECOND;
	struct throttle_source *failed[20];
	unsigned guesses = 0;

	for (uint32_t i = 0; i < 20; i++)
		failed[i] = acquire4(t, 0x0a000000 + (i << 8), START);
	for (uint64_t now = START; now < end; now += SECOND) {
		uint32_t address = 0x0b000000 + (uint32_t)(now / SECOND << 8);

		for (size_t i = 0; i < 20; i++) {
			uint64_t when;

			if (throttle_begin_check(t, failed[i], now, &when) < 0)
				continue;
			throttle_check_failed(failed[i], now);
			guesses++;
		}
		guesses += guess_from_many(t, address, 1, 2, now);
	}
	assert_in_range(guesses, 8600, 6 * 60 * 24);
}

static void test_right_passwords_cost_nothing(void **state)
{
	struct throttle *t = *state;

	for (uint32_t i = 0; i < 1000; i++) {
		struct throttle_source *s = acquire4(t, i, START);

		pass(t, s, i % 2, START);
		throttle_release(t, s);
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
	assert_int_equal(throttle_source_kind(s), THROTTLE_FAILED);
	throttle_release(t, s);
}

static void test_kinds(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *s = acquire4(t, 1, START);
	const uint64_t later = START + THROTTLE_KNOWN_FOR;
	uint64_t delay;

	assert_int_equal(throttle_source_kind(s), THROTTLE_NEW);
	assert_false(throttle_source_is_trusted(s));
	throttle_release(t, s);
	assert_ptr_equal(acquire4(t, 1, START), s);
	assert_int_equal(throttle_source_kind(s), THROTTLE_SEEN);
	guess(t, s, START, &delay);
	assert_int_equal(throttle_source_kind(s), THROTTLE_FAILED);
	pass(t, s, false, START + SECOND);
	assert_int_equal(throttle_source_kind(s), THROTTLE_FAILED);
	pass(t, s, true, START + SECOND);
	assert_int_equal(throttle_source_kind(s), THROTTLE_KNOWN);
	assert_true(throttle_source_is_trusted(s));
	/* Its owner is still behind it. */
	guess(t, s, START + SECOND, &delay);
	assert_int_equal(throttle_source_kind(s), THROTTLE_KNOWN);
	assert_ptr_equal(acquire4(t, 1, later + SECOND), s);
	assert_int_equal(throttle_source_kind(s), THROTTLE_NEW);
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
	for (unsigned i = 0; i < 9; i++)
		s = acquire4(t, 2, START);
	guess(t, s, START, &delay);
	assert_int_equal(delay, UINT64_C(9) * THROTTLE_UNKNOWN_CROWD_DELAY);
}

static void test_ranks(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *known = acquire4(t, 1, START), *new = acquire4(t, 2, START);
	struct throttle_source *failed = acquire4(t, 3, START);
	unsigned checks = throttle_get_turn(known).source_checks;
	uint64_t delay;

	pass(t, known, true, START);
	assert_int_equal(throttle_get_turn(known).source_checks, checks + 1);
	guess(t, known, START, &delay);
	guess(t, failed, START, &delay);
	assert_int_equal(throttle_get_turn(known).rank, 0);
	assert_int_equal(throttle_get_turn(new).rank, 1);
	assert_int_equal(throttle_get_turn(failed).rank, 2);
	assert_ptr_equal(throttle_get_turn(failed).source, failed);
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
	assert_int_equal(throttle_source_kind(acquire4(other, 4, START)), THROTTLE_NEW);
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
	throttle_release(t, first);
	throttle_release(t, first);
	assert_non_null(acquire4(t, THROTTLE_SOURCES_MAX, START));
}

/* New ones, then seen ones, then failures, the oldest first; full access is remembered. */
static void test_full_table_forgets_what_taught_least(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *s = acquire4(t, 0, START);
	uint64_t delay;

	pass(t, s, true, START);
	throttle_release(t, s);
	for (uint32_t i = 1; i < THROTTLE_SOURCES_MAX + 10; i++) {
		s = acquire4(t, i, START);
		assert_non_null(s);
		if (i < 10)
			guess(t, s, START, &delay);
		throttle_release(t, s);
	}
	for (uint32_t i = 1; i < 10; i++) {
		s = acquire4(t, i, START);
		assert_int_equal(throttle_source_failures(s), 1);
		throttle_release(t, s);
	}
	s = acquire4(t, 0, START);
	assert_int_equal(throttle_source_kind(s), THROTTLE_KNOWN);
	throttle_release(t, s);
	s = acquire4(t, THROTTLE_SOURCES_MAX + 9, START);
	assert_int_equal(throttle_source_kind(s), THROTTLE_SEEN);
	throttle_release(t, s);
	s = acquire4(t, 10, START); /* the place of 20 */
	assert_int_equal(throttle_source_kind(s), THROTTLE_NEW);
	throttle_release(t, s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_delays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_delays_are_remembered_without_connections,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_check_at_a_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guesses_of_one_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_shares, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_quiet_networks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guesses_of_a_known_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guesses_of_a_day, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_right_passwords_cost_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_view_only_forgives_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kinds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_crowd_at_a_known_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ranks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_known_ones_are_listed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full_table_of_used_sources, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full_table_forgets_what_taught_least, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
