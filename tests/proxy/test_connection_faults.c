/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection when calls fail that rarely do: for memory, for the event loop, on the socket. The
 * calls go through this program (ld's --wrap), which makes one of them fail.
 */
#include "proxy/connection.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum call { NO_CALL, CALLOC, SEND, RECV, NOW, ADD_IO, ADD_TIME, SET_EVENTS };

static enum call failing;
static int failure; /* errno */

void *__real_calloc(size_t n, size_t size);
ssize_t __real_send(int fd, const void *bytes, size_t n, int flags);
ssize_t __real_recv(int fd, void *bytes, size_t n, int flags);
int __real_sd_event_now(sd_event *event, clockid_t clock, uint64_t *usec);
int __real_sd_event_add_io(sd_event *event, sd_event_source **source, int fd, uint32_t events,
			   sd_event_io_handler_t handler, void *userdata);
int __real_sd_event_add_time(sd_event *event, sd_event_source **source, clockid_t clock,
			     uint64_t usec, uint64_t accuracy, sd_event_time_handler_t handler,
			     void *userdata);
int __real_sd_event_source_set_io_events(sd_event_source *source, uint32_t events);

void *__wrap_calloc(size_t n, size_t size);
ssize_t __wrap_send(int fd, const void *bytes, size_t n, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t n, int flags);
ssize_t __wrap___recv_chk(int fd, void *bytes, size_t n, size_t room, int flags);
int __wrap_sd_event_now(sd_event *event, clockid_t clock, uint64_t *usec);
int __wrap_sd_event_add_io(sd_event *event, sd_event_source **source, int fd, uint32_t events,
			   sd_event_io_handler_t handler, void *userdata);
int __wrap_sd_event_add_time(sd_event *event, sd_event_source **source, clockid_t clock,
			     uint64_t usec, uint64_t accuracy, sd_event_time_handler_t handler,
			     void *userdata);
int __wrap_sd_event_source_set_io_events(sd_event_source *source, uint32_t events);

static bool fails(enum call call)
{
	if (failing == call)
		errno = failure;
	return failing == call;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails(CALLOC) ? NULL : __real_calloc(n, size);
}

ssize_t __wrap_send(int fd, const void *bytes, size_t n, int flags)
{
	return fails(SEND) ? -1 : __real_send(fd, bytes, n, flags);
}

ssize_t __wrap_recv(int fd, void *bytes, size_t n, int flags)
{
	return fails(RECV) ? -1 : __real_recv(fd, bytes, n, flags);
}

/* recv() with _FORTIFY_SOURCE. */
ssize_t __wrap___recv_chk(int fd, void *bytes, size_t n, size_t room, int flags)
{
	assert_true(n <= room);
	return __wrap_recv(fd, bytes, n, flags);
}

int __wrap_sd_event_now(sd_event *event, clockid_t clock, uint64_t *usec)
{
	return fails(NOW) ? -failure : __real_sd_event_now(event, clock, usec);
}

int __wrap_sd_event_add_io(sd_event *event, sd_event_source **source, int fd, uint32_t events,
			   sd_event_io_handler_t handler, void *userdata)
{
	return fails(ADD_IO) ? -failure
			     : __real_sd_event_add_io(event, source, fd, events, handler, userdata);
}

int __wrap_sd_event_add_time(sd_event *event, sd_event_source **source, clockid_t clock,
			     uint64_t usec, uint64_t accuracy, sd_event_time_handler_t handler,
			     void *userdata)
{
	return fails(ADD_TIME) ? -failure
			       : __real_sd_event_add_time(event, source, clock, usec, accuracy,
							  handler, userdata);
}

int __wrap_sd_event_source_set_io_events(sd_event_source *source, uint32_t events)
{
	return fails(SET_EVENTS) ? -failure : __real_sd_event_source_set_io_events(source, events);
}

/* ---- a connection ---- */

struct fixture {
	sd_event *event;
	struct connection *connection;
	int server, viewer;
	unsigned answered, ended;
	char why[128];
};

static const uint8_t challenge[RFB_CHALLENGE_SIZE];

static void on_asking(void *userdata)
{
	(void)userdata;
}

static void on_answered(void *userdata)
{
	((struct fixture *)userdata)->answered++;
}

static void on_ended(const char *why, void *userdata)
{
	struct fixture *f = userdata;

	f->ended++;
	strncpy(f->why, why ? why : "", sizeof(f->why) - 1);
}

static const struct connection_handlers handlers = { on_asking, on_answered, on_ended };

static int set_up(void **state)
{
	struct fixture *f = __real_calloc(1, sizeof(*f));
	int pair[2];

	if (!f || sd_event_new(&f->event) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	f->server = pair[0];
	f->viewer = pair[1];
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	failing = NO_CALL;
	if (f->connection)
		connection_destroy(f->connection);
	else
		close(f->server);
	close(f->viewer);
	sd_event_unref(f->event);
	free(f);
	return 0;
}

static void settle(struct fixture *f)
{
	while (sd_event_run(f->event, 0) > 0)
		;
}

static void begin(struct fixture *f)
{
	assert_int_equal(connection_create(f->event, f->server, "", &handlers, f, &f->connection),
			 0);
}

static void write_viewer(struct fixture *f, const char *text)
{
	assert_int_equal(write(f->viewer, text, strlen(text)), strlen(text));
}

static void ask(struct fixture *f)
{
	begin(f);
	settle(f);
	write_viewer(f, "RFB 003.008\n\2");
	settle(f);
	assert_int_equal(connection_get_phase(f->connection), CONNECTION_ASKING);
}

static void log_in(struct fixture *f)
{
	ask(f);
	connection_challenge(f->connection, challenge);
	settle(f);
	write_viewer(f, "0123456789abcdef");
	settle(f);
	assert_int_equal(f->answered, 1);
}

/* The socket stays the caller's, and nothing leaks (valgrind and ASan would tell). */
static void test_it_cannot_begin(void **state)
{
	static const enum call calls[] = { CALLOC, NOW, ADD_IO, ADD_TIME };
	struct fixture *f = *state;

	failure = ENOMEM;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		failing = calls[i];
		assert_int_equal(
			connection_create(f->event, f->server, "", &handlers, f, &f->connection),
			-ENOMEM);
		assert_null(f->connection);
	}
	failing = NO_CALL;
	log_in(f);
}

static void test_reading_fails(void **state)
{
	struct fixture *f = *state;

	begin(f);
	settle(f);
	failing = RECV;
	failure = EIO;
	write_viewer(f, "RFB 003.008\n");
	settle(f);
	assert_int_equal(f->ended, 1);
	assert_string_equal(f->why, strerror(EIO));
}

static void test_waiting_for_more_fails(void **state)
{
	struct fixture *f = *state;

	begin(f);
	failing = SET_EVENTS;
	failure = ENOMEM;
	settle(f);
	assert_int_equal(f->ended, 1);
	assert_string_equal(f->why, "out of memory");
}

/* The reason cannot be written: the connection just ends. */
static void test_writing_the_reason_fails(void **state)
{
	struct fixture *f = *state;

	log_in(f);
	connection_fail(f->connection, "wrong", 0);
	failing = SEND;
	failure = EPIPE;
	settle(f);
	assert_int_equal(f->ended, 1);
}

static void read_all(struct fixture *f)
{
	char byte[64];

	while (recv(f->viewer, byte, sizeof(byte), 0) > 0)
		;
}

static void expect_disconnected(struct fixture *f)
{
	char byte;

	failing = NO_CALL;
	assert_int_equal(recv(f->viewer, &byte, 1, 0), 0);
	settle(f);
	assert_int_equal(f->ended, 1);
}

/* Without a timer for the failure, the viewer is disconnected instead of waiting forever. */
static void test_no_time_for_a_failure(void **state)
{
	struct fixture *f = *state;

	log_in(f);
	read_all(f);
	failing = NOW;
	failure = ENOMEM;
	connection_fail(f->connection, "wrong", 0);
	expect_disconnected(f);
}

/* The same for the response: no viewer may take forever for it. */
static void test_no_time_for_the_response(void **state)
{
	struct fixture *f = *state;

	ask(f);
	read_all(f);
	failing = NOW;
	failure = ENOMEM;
	connection_challenge(f->connection, challenge);
	expect_disconnected(f);
}

static void test_no_way_to_wait_for_the_response(void **state)
{
	struct fixture *f = *state;

	ask(f);
	failing = SET_EVENTS;
	failure = ENOMEM;
	connection_challenge(f->connection, challenge);
	failing = NO_CALL;
	settle(f);
	assert_int_equal(f->ended, 1);
}

/* The same for a refused viewer: the time to read its reason cannot be limited. */
static void test_no_time_for_the_end(void **state)
{
	struct fixture *f = *state;

	begin(f);
	settle(f);
	failing = NOW;
	failure = ENOMEM;
	write_viewer(f, "RFB 004.000\n");
	settle(f);
	assert_int_equal(f->ended, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_it_cannot_begin),	     TEST(test_reading_fails),
		TEST(test_waiting_for_more_fails),   TEST(test_writing_the_reason_fails),
		TEST(test_no_time_for_a_failure),    TEST(test_no_time_for_the_end),
		TEST(test_no_time_for_the_response), TEST(test_no_way_to_wait_for_the_response),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
