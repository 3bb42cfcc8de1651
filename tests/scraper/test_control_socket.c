/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket with real connections: who may ask, the answers, and how many at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/control_protocol.h"
#include "control_socket.h"

struct fixture {
	sd_event *event;
	struct control *control;
	struct sockaddr_un address;
	socklen_t length;
	unsigned n_status, n_disconnect, n_reload, n_stop;
	size_t answer_size;
};

static void on_status(FILE *answer, void *userdata)
{
	struct fixture *fixture = userdata;

	fixture->n_status++;
	for (size_t i = 0; i < fixture->answer_size; i++)
		fputc('x', answer);
}

static void on_disconnect(void *userdata)
{
	((struct fixture *)userdata)->n_disconnect++;
}

static void on_reload(void *userdata)
{
	((struct fixture *)userdata)->n_reload++;
}

static void on_stop(void *userdata)
{
	((struct fixture *)userdata)->n_stop++;
}

static const struct control_socket_commands commands = { on_status, on_disconnect, on_reload,
							 on_stop };

static int listen_on(struct fixture *fixture, int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	/* The kernel chooses the address: nothing in the file system. */
	fixture->address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	assert_int_equal(bind(fd, (struct sockaddr *)&fixture->address, sizeof(sa_family_t)), 0);
	fixture->length = sizeof(fixture->address);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&fixture->address, &fixture->length),
			 0);
	assert_int_equal(listen(fd, 64), 0);
	return fd;
}

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ .answer_size = 3 };
	assert_true(sd_event_new(&fixture.event) >= 0);
	assert_int_equal(control_socket_start(fixture.event, listen_on(&fixture, SOCK_SEQPACKET),
					      &commands, &fixture, &fixture.control),
			 0);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	control_socket_destroy(fixture->control);
	sd_event_unref(fixture->event);
	return 0;
}

static int call(const struct fixture *fixture)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&fixture->address, fixture->length),
			 0);
	return fd;
}

/* Runs all that is ready. */
static void run(struct fixture *fixture)
{
	while (sd_event_run(fixture->event, 0) > 0)
		;
}

/* The answer, as text; "" is the end of the connection. */
static const char *answer_at(int fd)
{
	static char text[CONTROL_ANSWER_MAX];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return n < 0 && errno == EAGAIN ? "(nothing)" : text;
}

static const char *ask(struct fixture *fixture, const char *question, size_t length)
{
	int fd = call(fixture);

	assert_int_equal(send(fd, question, length, MSG_NOSIGNAL), length);
	run(fixture);
	const char *answer = answer_at(fd);
	close(fd);
	return answer;
}

static void test_questions(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(ask(fixture, "status", 6), "ok\nxxx");
	assert_string_equal(ask(fixture, "disconnect", 10), "ok\n");
	assert_string_equal(ask(fixture, "reload", 6), "ok\n");
	assert_string_equal(ask(fixture, "stop", 4), "ok\n");
	assert_int_equal(fixture->n_status, 1);
	assert_int_equal(fixture->n_reload, 1);
	assert_int_equal(fixture->n_disconnect, 1);
	assert_int_equal(fixture->n_stop, 1);
}

static void test_no_questions(void **state)
{
	struct fixture *fixture = *state;
	char text[4096];

	memset(text, 's', sizeof(text));
	for (size_t length = 1; length <= sizeof(text); length = length * 2 + 1)
		assert_memory_equal(ask(fixture, text, length), "error ", 6);
	assert_memory_equal(ask(fixture, "stop\n", 5), "error ", 6);
	assert_memory_equal(ask(fixture, "sto", 3), "error ", 6);
	assert_memory_equal(ask(fixture, "\0stop", 5), "error ", 6);
	assert_int_equal(fixture->n_status + fixture->n_disconnect + fixture->n_stop, 0);
}

static void test_large_answer(void **state)
{
	struct fixture *fixture = *state;

	fixture->answer_size = CONTROL_ANSWER_MAX - 8;
	assert_int_equal(strlen(ask(fixture, "status", 6)), fixture->answer_size + 3);
}

static void test_who_has_hung_up(void **state)
{
	struct fixture *fixture = *state;
	int fd = call(fixture);

	assert_int_equal(send(fd, "stop", 4, 0), 4);
	close(fd);
	close(call(fixture));
	run(fixture);
	assert_int_equal(fixture->n_stop, 1);
	assert_string_equal(ask(fixture, "status", 6), "ok\nxxx");
}

/* A connection over the limit ends the oldest, and no other. */
static void test_silent_ones(void **state)
{
	struct fixture *fixture = *state;
	int fds[CONTROL_SOCKET_CONNECTIONS_MAX + 1];

	for (size_t i = 0; i < CONTROL_SOCKET_CONNECTIONS_MAX; i++)
		fds[i] = call(fixture);
	run(fixture);
	assert_string_equal(answer_at(fds[0]), "(nothing)");
	fds[CONTROL_SOCKET_CONNECTIONS_MAX] = call(fixture);
	run(fixture);
	assert_string_equal(answer_at(fds[0]), "");
	for (size_t i = 1; i <= CONTROL_SOCKET_CONNECTIONS_MAX; i++) {
		assert_string_equal(answer_at(fds[i]), "(nothing)");
		assert_int_equal(send(fds[i], "status", 6, 0), 6);
	}
	run(fixture);
	for (size_t i = 1; i <= CONTROL_SOCKET_CONNECTIONS_MAX; i++)
		assert_string_equal(answer_at(fds[i]), "ok\nxxx");
	for (size_t i = 0; i <= CONTROL_SOCKET_CONNECTIONS_MAX; i++)
		close(fds[i]);
}

static void test_watch(void **state)
{
	struct fixture *fixture = *state;
	int fds[CONTROL_SOCKET_CONNECTIONS_MAX + 3], fd = call(fixture);

	assert_int_equal(send(fd, "watch", 5, 0), 5);
	run(fixture);
	assert_string_equal(answer_at(fd), "ok\nxxx");
	assert_string_equal(answer_at(fd), "(nothing)");
	/* Silent ones over the limit do not end it. */
	for (size_t i = 0; i < CONTROL_SOCKET_CONNECTIONS_MAX + 3; i++)
		fds[i] = call(fixture);
	run(fixture);
	assert_string_equal(answer_at(fds[3]), "");
	assert_string_equal(answer_at(fds[4]), "(nothing)");
	fixture->answer_size = 1;
	control_socket_tell_watcher(fixture->control);
	assert_string_equal(answer_at(fd), "ok\nx");
	assert_string_equal(answer_at(fds[4]), "(nothing)");
	/* Another one takes its place. */
	assert_int_equal(send(fds[4], "watch", 5, 0), 5);
	run(fixture);
	assert_string_equal(answer_at(fd), "");
	assert_string_equal(answer_at(fds[4]), "ok\nx");
	/* It may say nothing more. */
	assert_int_equal(send(fds[4], "stop", 4, 0), 4);
	run(fixture);
	assert_string_equal(answer_at(fds[4]), "");
	assert_int_equal(fixture->n_stop, 0);
	control_socket_tell_watcher(fixture->control);
	for (size_t i = 0; i < CONTROL_SOCKET_CONNECTIONS_MAX + 3; i++)
		close(fds[i]);
	close(fd);
}

/* A watcher that does not read is told by the end of its connection, and holds up nothing. */
static void test_watcher_that_does_not_read(void **state)
{
	struct fixture *fixture = *state;
	int fd = call(fixture);
	unsigned n = 0;

	fixture->answer_size = CONTROL_ANSWER_MAX - 8;
	assert_int_equal(send(fd, "watch", 5, 0), 5);
	run(fixture);
	for (unsigned i = 0; i < 1000; i++)
		control_socket_tell_watcher(fixture->control);
	assert_in_range(fixture->n_status, 2, 999);
	while (*answer_at(fd))
		n++;
	assert_int_equal(n, fixture->n_status - 1);
	close(fd);
}

static void test_another_socket(void **state)
{
	struct fixture *fixture = *state;
	struct control *control = NULL;
	int fd = listen_on(fixture, SOCK_STREAM);

	assert_int_equal(control_socket_start(fixture->event, fd, &commands, fixture, &control),
			 -EINVAL);
	assert_null(control);
	assert_int_equal(close(fd), 0); /* still ours */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_questions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_questions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_has_hung_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_silent_ones, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watch, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watcher_that_does_not_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_socket, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
