/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How fast a viewer's link is, by what the kernel and the viewer's requests say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "encode/link_speed.h"

static void round_trip(struct link_speed *link, uint64_t bytes, uint64_t usec)
{
	static uint64_t now = 1000000;

	link_speed_sent(link, bytes, now);
	now += usec;
	link_speed_asked(link, now);
}

static void test_near_is_local_until_it_is_slow(void **state)
{
	struct link_speed link = { 0 };

	(void)state;
	assert_true(link_speed_is_local(&link)); /* nothing known: guacd, most likely */
	link_speed_heard(&link, 30, 0, true);
	round_trip(&link, 16 << 20, 20000);
	assert_true(link_speed_is_local(&link));
	/* guacd on a busy machine is slow, but never as slow as a network. */
	for (int i = 0; i < 10; i++)
		round_trip(&link, 16 << 20, 400000);
	assert_true(link_speed_is_local(&link));
	/* With little to read, it begins soon. */
	for (int i = 0; i < 10; i++)
		round_trip(&link, 100000, 55000);
	assert_true(link_speed_is_local(&link));
	/* A near program that passes it on over a slow line: a tunnel. */
	for (int i = 0; i < 2; i++)
		round_trip(&link, 1 << 20, 400000);
	assert_true(link_speed_is_local(&link));
	round_trip(&link, 1 << 20, 400000);
	assert_false(link_speed_is_local(&link));
	assert_true(link_speed_rate(&link) < 100 * 1000 * 1000);
}

static void test_a_tunnel_and_a_viewer_that_asks_early(void **state)
{
	struct link_speed link = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		round_trip(&link, 1 << 20, 400000);
	for (int rest = 0; rest < 5; rest++) {
		round_trip(&link, 1 << 20, 100);
		assert_false(link_speed_is_local(&link));
		round_trip(&link, 1 << 20, 400000);
	}
	for (int i = 0; i < 4; i++)
		round_trip(&link, 1 << 20, 100);
	assert_true(link_speed_is_local(&link));
}

/* guacd reads first, and reads late whenever it encodes, for as long as that takes. */
static void test_a_busy_viewer_on_this_machine(void **state)
{
	struct link_speed link = { .reads_first = true };

	(void)state;
	for (int i = 0; i < 2; i++)
		round_trip(&link, 4 << 20, 10000);
	assert_false(link.is_near);
	round_trip(&link, 4 << 20, 10000);
	assert_true(link.is_near);
	for (int i = 0; i < 50; i++) {
		round_trip(&link, 100000, 300000);
		round_trip(&link, 16 << 20, 3000000);
		assert_true(link_speed_is_local(&link));
	}
	/* The kernel's word goes for more. */
	link_speed_heard(&link, LINK_SPEED_NEAR_RTT, 0, true);
	assert_false(link_speed_is_local(&link));
}

/* Busy from the start: late, until it has been fast. */
static void test_a_viewer_that_is_busy_at_first(void **state)
{
	struct link_speed link = { .reads_first = true };

	(void)state;
	for (int i = 0; i < 10; i++)
		round_trip(&link, 4 << 20, 3000000);
	assert_false(link_speed_is_local(&link));
	for (int i = 0; i < 3; i++)
		round_trip(&link, 100000, 1000);
	assert_true(link_speed_is_local(&link));
	round_trip(&link, 4 << 20, 3000000);
	assert_true(link_speed_is_local(&link));
}

/* A tunnel is never fast to a viewer that reads first; a request of another kind may look so. */
static void test_a_tunnel_to_a_viewer_that_reads_first(void **state)
{
	struct link_speed link = { .reads_first = true };

	(void)state;
	for (int i = 0; i < 20; i++) {
		round_trip(&link, 1 << 20, 400000);
		round_trip(&link, 1 << 20, 100);
		round_trip(&link, 1 << 20, 100);
		round_trip(&link, 1 << 20, 400000);
		round_trip(&link, 1 << 20, 400000);
	}
	assert_false(link.is_near);
	assert_false(link_speed_is_local(&link));
}

static void test_small_updates_say_nothing(void **state)
{
	struct link_speed link = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		round_trip(&link, LINK_SPEED_RATE_MIN_BYTES - 1, 1000000);
	assert_true(link_speed_is_local(&link));
	assert_int_equal(link.round_rate, 0);
	for (int i = 0; i < 3; i++)
		round_trip(&link, LINK_SPEED_RATE_MIN_BYTES, 1000000);
	assert_false(link_speed_is_local(&link));
}

static void test_rounds(void **state)
{
	struct link_speed link = { 0 };

	(void)state;
	round_trip(&link, 100, 40000);
	assert_int_equal(link.round, 40000);
	round_trip(&link, 1 << 20, 800000);
	round_trip(&link, 100, 40000);
	assert_in_range(link.round, 400000, 800000); /* a film goes on between keystrokes */
	for (int i = 0; i < 12; i++)
		round_trip(&link, 100, 40000);
	assert_int_equal(link.round, 40000);
}

static void test_far_is_not_local(void **state)
{
	struct link_speed link = { 0 };

	(void)state;
	link_speed_heard(&link, LINK_SPEED_NEAR_RTT, 0, false);
	assert_false(link_speed_is_local(&link));
	assert_true(link_speed_rate(&link) > 0); /* a guess, before anything is measured */
	link_speed_heard(&link, 40000, 2500000, false);
	assert_int_equal(link_speed_rate(&link), 2500000);
	/* The round trip does not count: 250 kB in 140 ms, of which 40 ms, are 2.5 MB/s. */
	round_trip(&link, 250000, 140000);
	assert_int_equal(link.round_rate, 2500000);
}

static void test_a_sender_with_little_to_say(void **state)
{
	struct link_speed link = { 0 };

	(void)state;
	/* The handshake's few bytes do not measure the line; its round trips do. */
	link_speed_heard(&link, 40000, 71000, true);
	uint64_t guess = link_speed_rate(&link);
	assert_in_range(guess, 1000000, 10000000);
	link_speed_heard(&link, 80000, 71000, true);
	assert_int_equal(link_speed_rate(&link), guess / 2);
	link_speed_heard(&link, 40000, 2500000, false);
	link_speed_heard(&link, 40000, 100000, true);
	assert_int_equal(link.tcp_rate, 2500000);
	link_speed_heard(&link, 40000, 5000000, true);
	assert_int_equal(link.tcp_rate, 5000000);
	link_speed_heard(&link, 40000, 1000000, false);
	assert_int_equal(link.tcp_rate, 1000000);
}

/* A suspended viewer is no slow link: its pause must not hold up what waits for a few updates. */
static void test_a_pause_is_forgotten(void **state)
{
	struct link_speed link = { 0 };

	(void)state;
	link_speed_heard(&link, 20000, 0, true);
	round_trip(&link, 20000, LINK_SPEED_ROUND_MAX);
	assert_int_equal(link.round, LINK_SPEED_ROUND_MAX);
	round_trip(&link, 20000, UINT64_C(3600) * 1000000);
	assert_int_equal(link.round, LINK_SPEED_ROUND_MAX);
	for (int i = 0; i < 8; i++)
		round_trip(&link, 20000, 30000);
	assert_true(link.round < LINK_SPEED_ROUND_MAX / 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near_is_local_until_it_is_slow),
		cmocka_unit_test(test_a_tunnel_and_a_viewer_that_asks_early),
		cmocka_unit_test(test_a_busy_viewer_on_this_machine),
		cmocka_unit_test(test_a_viewer_that_is_busy_at_first),
		cmocka_unit_test(test_a_tunnel_to_a_viewer_that_reads_first),
		cmocka_unit_test(test_small_updates_say_nothing),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_far_is_not_local),
		cmocka_unit_test(test_a_pause_is_forgotten),
		cmocka_unit_test(test_a_sender_with_little_to_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
