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

#define SECOND UINT64_C(1000000)
#define START (100 * SECOND)

static struct throttle_source *acquire4(struct throttle *t, uint32_t address, uint64_t now)
{
	const struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };

	return throttle_acquire(t, (const struct sockaddr *)&in, now);
}

static struct throttle_source *acquire6(struct throttle *t, const char *address, uint64_t now)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
	return throttle_acquire(t, (const struct sockaddr *)&in6, now);
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
	*ret_delay = throttle_check_failed(t, s, now);
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
	throttle_check_passed(t, s);
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
	throttle_check_abandoned(a);
	assert_int_equal(throttle_source_failures(a), 0);
	assert_int_equal(throttle_begin_check(t, a, START, &when), 0);
	throttle_check_passed(t, a);
	throttle_check_passed(t, b);
	throttle_release(t, a, START);
	throttle_release(t, a, START);
	throttle_release(t, b, START);
}

static void test_what_is_one_source(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *a = acquire6(t, "2001:db8:1:2::1", START);
	struct throttle_source *v4 = acquire4(t, 0xac110002, START);

	assert_ptr_equal(acquire6(t, "2001:db8:1:2:ffff::9", START), a);
	assert_ptr_not_equal(acquire6(t, "2001:db8:1:3::1", START), a);
	assert_ptr_equal(acquire6(t, "::ffff:172.17.0.2", START), v4);
	assert_ptr_not_equal(acquire6(t, "::ffff:172.17.0.3", START), v4);
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
			throttle_check_failed(t, sources[i], now);
			guesses++;
		}
	}
	for (unsigned i = 0; i < n_sources; i++)
		throttle_release(t, sources[i], begin + 60 * SECOND);
	return guesses;
}

static void test_guesses_of_one_source(void **state)
{
	unsigned n = count_guesses(*state, 1, START);

	assert_in_range(n, 5, 20);
	assert_in_range(count_guesses(*state, 1, START + 60 * SECOND), 5, 7);
}

static void test_guesses_of_many_sources(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *owner = acquire4(t, 1, START), *stranger;
	uint64_t when;

	assert_int_equal(throttle_begin_check(t, owner, START, &when), 0);
	throttle_check_passed(t, owner);
	assert_in_range(count_guesses(t, 200, START), 80, 120);
	/* Nothing is left. The owner does not need it, and a stranger soon gets some. */
	assert_int_equal(throttle_begin_check(t, owner, START + 60 * SECOND, &when), 0);
	throttle_check_passed(t, owner);
	stranger = acquire4(t, 2, START + 60 * SECOND);
	if (throttle_begin_check(t, stranger, START + 60 * SECOND, &when) < 0)
		assert_in_range(when, START + 60 * SECOND, START + 61 * SECOND);
	throttle_release(t, stranger, START + 60 * SECOND);
	throttle_release(t, owner, START + 60 * SECOND);
}

static void test_right_passwords_cost_nothing(void **state)
{
	struct throttle *t = *state;
	uint64_t when;

	for (uint32_t i = 0; i < 1000; i++) {
		struct throttle_source *s = acquire4(t, i, START);

		assert_int_equal(throttle_begin_check(t, s, START, &when), 0);
		throttle_check_passed(t, s);
		throttle_release(t, s, START);
	}
}

static void test_turns(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *good = acquire4(t, 1, START), *fresh = acquire4(t, 2, START);
	struct throttle_source *once = acquire4(t, 3, START), *twice = acquire4(t, 4, START);
	uint64_t delay, when;

	assert_int_equal(throttle_begin_check(t, good, START, &when), 0);
	throttle_check_passed(t, good);
	guess(t, once, START, &delay);
	guess(t, twice, guess(t, twice, START, &delay), &delay);
	assert_true(throttle_compare(good, fresh) < 0);
	assert_true(throttle_compare(fresh, good) > 0);
	assert_true(throttle_compare(fresh, once) < 0);
	assert_true(throttle_compare(once, twice) < 0);
	assert_int_equal(throttle_compare(once, once), 0);
	assert_true(throttle_source_is_unknown(fresh));
	assert_false(throttle_source_is_unknown(good));
	assert_false(throttle_source_is_unknown(once));
}

/* A source that leaves before its answer and comes back is no new one. */
static void test_giving_up(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *fresh = acquire4(t, 1, START), *guesser = acquire4(t, 2, START);
	uint64_t when;

	throttle_gave_up(guesser, START);
	assert_false(throttle_source_is_unknown(guesser));
	assert_int_equal(throttle_source_failures(guesser), 0);
	assert_true(throttle_compare(fresh, guesser) < 0);
	throttle_release(t, guesser, START);
	guesser = acquire4(t, 2, START + 1);
	assert_true(throttle_compare(fresh, guesser) < 0);
	/* It loses its turn, but gets no delay. */
	assert_int_equal(throttle_begin_check(t, guesser, START + 1, &when), 0);
	throttle_check_passed(t, guesser);
	throttle_gave_up(guesser, START + 1);
	assert_true(throttle_compare(guesser, fresh) < 0);
	throttle_release(t, guesser, START + 1);
	throttle_gave_up(fresh, START);
	throttle_release(t, fresh, START);
	fresh = acquire4(t, 1, START + THROTTLE_FORGET_AFTER);
	assert_true(throttle_source_is_unknown(fresh));
	throttle_release(t, fresh, START + THROTTLE_FORGET_AFTER);
}

static void test_trust(void **state)
{
	struct throttle *t = *state;
	struct throttle_source *s = acquire4(t, 1, START);
	uint64_t when;

	assert_false(throttle_source_is_trusted(s));
	assert_int_equal(throttle_begin_check(t, s, START, &when), 0);
	assert_true(throttle_source_is_trusted(s));
	throttle_check_failed(t, s, START);
	assert_false(throttle_source_is_trusted(s));
	assert_int_equal(throttle_begin_check(t, s, START + SECOND, &when), 0);
	throttle_check_passed(t, s);
	assert_true(throttle_source_is_trusted(s));
	throttle_release(t, s, START + SECOND);
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
	uint64_t now = START, delay, when;

	assert_int_equal(throttle_begin_check(t, s, now, &when), 0);
	throttle_check_passed(t, s);
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
	assert_false(throttle_source_is_unknown(s));
	throttle_release(t, s, now);
	s = acquire4(t, THROTTLE_SOURCES_MAX, now);
	assert_int_equal(throttle_source_failures(s), 1);
	throttle_release(t, s, now);
	s = acquire4(t, 1, now);
	assert_true(throttle_source_is_unknown(s));
	throttle_release(t, s, now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_delays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_delays_are_remembered_without_connections,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_check_at_a_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_one_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guesses_of_one_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guesses_of_many_sources, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_right_passwords_cost_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_turns, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_giving_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_trust, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full_table_of_used_sources, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full_table_forgets_what_taught_least, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
