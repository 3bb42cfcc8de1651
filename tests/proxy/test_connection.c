/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/connection.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	sd_event *event;
	struct connection *connection;
	int viewer;
	unsigned asked, answered, ended;
	char why[128]; /* why it ended, or "" */
};

static const uint8_t challenge[RFB_CHALLENGE_SIZE] = "known challenge";

static void on_asking(void *userdata)
{
	struct fixture *f = userdata;

	f->asked++;
	assert_int_equal(connection_get_phase(f->connection), CONNECTION_ASKING);
}

static void on_answered(void *userdata)
{
	struct fixture *f = userdata;

	f->answered++;
}

/* Destroys it within the callback, as its owner may. */
static void on_ended(const char *why, void *userdata)
{
	struct fixture *f = userdata;

	f->ended++;
	if (why)
		strncpy(f->why, why, sizeof(f->why) - 1);
	connection_destroy(f->connection);
	f->connection = NULL;
}

static const struct connection_handlers handlers = { on_asking, on_answered, on_ended };

static void begin(struct fixture *f, const char *refusal)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair),
			 0);
	f->viewer = pair[1];
	assert_int_equal(
		connection_create(f->event, pair[0], refusal, &handlers, f, &f->connection), 0);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || sodium_init() < 0 || sd_event_new(&f->event) < 0)
		return -1;
	f->viewer = -1;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	connection_destroy(f->connection);
	if (f->viewer >= 0)
		close(f->viewer);
	sd_event_unref(f->event);
	free(f);
	return 0;
}

/* Runs the event loop until nothing is ready. */
static void settle(struct fixture *f)
{
	int r;

	do
		r = sd_event_run(f->event, 0);
	while (r > 0);
	assert_int_equal(r, 0);
}

static void send_text(struct fixture *f, const char *text)
{
	assert_int_equal(send(f->viewer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	settle(f);
}

static void expect(struct fixture *f, const char *bytes, size_t n)
{
	char got[1024];

	assert_int_equal(recv(f->viewer, got, sizeof(got), MSG_DONTWAIT), n);
	assert_memory_equal(got, bytes, n);
}

static void ask(struct fixture *f)
{
	begin(f, "");
	settle(f);
	send_text(f, "RFB 003.008\n\2");
	expect(f, "RFB 003.008\n\1\2", 14);
	assert_int_equal(f->asked, 1);
}

static void log_in(struct fixture *f)
{
	ask(f);
	connection_challenge(f->connection, challenge);
	assert_int_equal(connection_get_phase(f->connection), CONNECTION_HANDSHAKE);
	settle(f);
	expect(f, (const char *)challenge, sizeof(challenge));
	send_text(f, "0123456789abcdef");
	assert_int_equal(f->answered, 1);
	assert_int_equal(connection_get_phase(f->connection), CONNECTION_ANSWERED);
}

static void test_no_byte_too_many_is_read(void **state)
{
	struct fixture *f = *state;
	char rest[64];

	begin(f, "");
	send_text(f, "RFB 003.003\n0123456789abcdef\1ClientInit and more");
	assert_int_equal(f->asked, 1);
	connection_challenge(f->connection, challenge);
	settle(f);
	assert_int_equal(f->answered, 1);
	assert_memory_equal(connection_get_handshake(f->connection)->response, "0123456789abcdef",
			    16);
	assert_int_equal(recv(connection_get_fd(f->connection), rest, sizeof(rest), MSG_DONTWAIT),
			 20);
	assert_memory_equal(rest, "\1ClientInit and more", 20);
}

static void test_waiting_does_not_spin(void **state)
{
	struct fixture *f = *state;

	log_in(f);
	send_text(f, "bytes that are not for the proxy");
	assert_int_equal(sd_event_run(f->event, 0), 0);
	assert_int_equal(f->ended, 0);
}

static void test_failure(void **state)
{
	struct fixture *f = *state;

	log_in(f);
	connection_fail(f->connection, "wrong", 0);
	assert_int_equal(f->ended, 0);
	settle(f);
	expect(f, "\0\0\0\1\0\0\0\5wrong", 13);
	assert_int_equal(connection_get_phase(f->connection), CONNECTION_CLOSING);
	expect(f, "", 0); /* its end of the stream */
	close(f->viewer);
	f->viewer = -1;
	settle(f);
	assert_int_equal(f->ended, 1);
	assert_string_equal(f->why, "");
}

static void test_delayed_failure(void **state)
{
	struct fixture *f = *state;
	char byte;

	log_in(f);
	connection_fail(f->connection, "wrong", 50000);
	settle(f);
	assert_int_equal(recv(f->viewer, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(connection_get_phase(f->connection), CONNECTION_FAILING);
	while (connection_get_phase(f->connection) == CONNECTION_FAILING)
		assert_true(sd_event_run(f->event, UINT64_MAX) > 0);
	expect(f, "\0\0\0\1\0\0\0\5wrong", 13);
}

static void test_viewer_leaves_during_a_delay(void **state)
{
	struct fixture *f = *state;

	log_in(f);
	connection_fail(f->connection, "wrong", UINT64_C(3600000000));
	shutdown(f->viewer, SHUT_WR);
	settle(f);
	assert_int_equal(f->ended, 1);
	assert_non_null(strstr(f->why, "disconnected"));
}

static void test_viewer_leaves_while_it_waits(void **state)
{
	struct fixture *f = *state;

	log_in(f);
	close(f->viewer);
	f->viewer = -1;
	settle(f);
	assert_int_equal(f->ended, 1);
}

static void test_viewer_leaves_while_it_asks(void **state)
{
	struct fixture *f = *state;

	ask(f);
	send_text(f, "sent ahead");
	assert_int_equal(sd_event_run(f->event, 0), 0);
	shutdown(f->viewer, SHUT_WR);
	settle(f);
	assert_int_equal(f->ended, 1);
	assert_non_null(strstr(f->why, "disconnected"));
}

/* It is told why, after a challenge that nobody knows: that is what it reads next. */
static void test_no_challenge(void **state)
{
	struct fixture *f = *state;
	char got[64];

	ask(f);
	connection_fail(f->connection, "no", 0);
	settle(f);
	assert_int_equal(recv(f->viewer, got, sizeof(got), MSG_DONTWAIT), 16 + 10);
	assert_memory_equal(got + 16, "\0\0\0\1\0\0\0\2no", 10);
	expect(f, "", 0);
}

static void test_no_challenge_for_rfb_3_3(void **state)
{
	struct fixture *f = *state;

	begin(f, "");
	send_text(f, "RFB 003.003\n");
	connection_fail(f->connection, "no", 0);
	settle(f);
	expect(f, "RFB 003.008\n\0\0\0\0\0\0\0\2no", 12 + 10);
}

/* The scraper ended while its challenge was being answered. */
static void test_failure_before_the_response(void **state)
{
	struct fixture *f = *state;

	ask(f);
	connection_challenge(f->connection, challenge);
	connection_fail(f->connection, "no", 0); /* before a byte of the challenge was written */
	settle(f);
	expect(f, "known challenge\0\0\0\0\1\0\0\0\2no", 16 + 10);
	expect(f, "", 0);
}

static void test_refusal(void **state)
{
	struct fixture *f = *state;

	begin(f, "not you");
	settle(f);
	expect(f, "RFB 003.008\n", 12);
	send_text(f, "RFB 003.008\nand things sent ahead");
	expect(f, "\0\0\0\0\7not you", 12);
	assert_int_equal(connection_get_phase(f->connection), CONNECTION_CLOSING);
	assert_int_equal(f->answered, 0);
}

static void test_garbage_ends_it_at_once(void **state)
{
	struct fixture *f = *state;

	begin(f, "");
	send_text(f, "GET / HTTP/1.1\r\n\r\n");
	assert_int_equal(f->ended, 1);
	assert_non_null(strstr(f->why, "RFB"));
}

static void test_closing_does_not_read_for_ever(void **state)
{
	struct fixture *f = *state;
	char junk[4096] = { 0 };

	log_in(f);
	connection_fail(f->connection, "wrong", 0);
	settle(f);
	for (int i = 0; i < 1000 && f->ended == 0; i++) {
		(void)!send(f->viewer, junk, sizeof(junk), MSG_DONTWAIT | MSG_NOSIGNAL);
		settle(f);
	}
	assert_int_equal(f->ended, 1);
}

static void test_giving_up(void **state)
{
	struct fixture *f = *state;

	log_in(f);
	connection_give_up(f->connection, "bye");
	expect(f, "\0\0\0\1\0\0\0\3bye", 11);
	expect(f, "", 0);
}

static void test_giving_up_what_closes(void **state)
{
	struct fixture *f = *state;

	log_in(f);
	connection_fail(f->connection, "wrong", 0);
	settle(f);
	connection_give_up(f->connection, "bye"); /* it was told why */
	expect(f, "\0\0\0\1\0\0\0\5wrong", 13);
	expect(f, "", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_no_byte_too_many_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_waiting_does_not_spin, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_giving_up_what_closes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_failure, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_delayed_failure, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_viewer_leaves_during_a_delay, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_viewer_leaves_while_it_waits, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_viewer_leaves_while_it_asks, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_no_challenge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_challenge_for_rfb_3_3, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_failure_before_the_response, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_refusal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_garbage_ends_it_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_closing_does_not_read_for_ever, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_giving_up, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
