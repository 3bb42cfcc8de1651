/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a viewer has for the handshake, by a clock of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "proxy/connection.h"
#include "tests/fuzz/steered_event.h"

enum { SECOND = 1000000 };

static sd_event *event;
static struct connection *connection;
static int viewer;
static unsigned n_asked, n_answered, n_ended;

static void on_asking(void *userdata)
{
	(void)userdata;
	n_asked++;
}

static void on_answered(void *userdata)
{
	(void)userdata;
	n_answered++;
}

static void on_ended(const char *why, void *userdata)
{
	(void)why;
	(void)userdata;
	n_ended++;
}

static void send_all(const char *text, size_t length)
{
	assert_int_equal(send(viewer, text, length, MSG_NOSIGNAL), length);
	while (steered_event_run_io(event))
		;
}

static int set_up(void **state)
{
	static const struct connection_handlers handlers = { on_asking, on_answered, on_ended };
	int pair[2];

	(void)state;
	event = steered_event_new();
	n_asked = n_answered = n_ended = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	viewer = pair[1];
	return connection_create(event, pair[0], "", &handlers, NULL, &connection);
}

static int tear_down(void **state)
{
	(void)state;
	connection_destroy(connection);
	close(viewer);
	sd_event_unref(event);
	return 0;
}

static void pass(uint64_t usec)
{
	steered_event_advance(event, usec);
	while (steered_event_run_io(event))
		;
}

static void test_a_peer_that_has_not_spoken_rfb(void **state)
{
	(void)state;
	pass(10 * SECOND - 1);
	assert_int_equal(n_ended, 0);
	pass(1);
	assert_int_equal(n_ended, 1);
}

static void get_challenge(void)
{
	static const uint8_t challenge[RFB_CHALLENGE_SIZE] = { 1 };

	pass(9 * SECOND);
	send_all("RFB 003.008\n\2", 13);
	assert_int_equal(n_asked, 1);
	pass(100 * SECOND); /* for the scraper to start */
	connection_challenge(connection, challenge);
	pass(0);
}

static void test_a_person_has_time_to_type(void **state)
{
	(void)state;
	get_challenge();
	pass(60 * SECOND - 1);
	assert_int_equal(n_ended, 0);
	send_all("0123456789abcdef", 16);
	assert_int_equal(n_answered, 1);
	pass(100 * SECOND);
	assert_int_equal(n_ended, 0);
}

static void test_but_not_for_ever(void **state)
{
	(void)state;
	get_challenge();
	send_all("0123456789abcde", 15);
	pass(60 * SECOND - 1);
	assert_int_equal(n_ended, 0);
	pass(1);
	assert_int_equal(n_ended, 1);
	assert_int_equal(n_answered, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_peer_that_has_not_spoken_rfb, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_person_has_time_to_type, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_but_not_for_ever, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
