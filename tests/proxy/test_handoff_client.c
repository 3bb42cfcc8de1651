/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/handoff_client.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/scratch.h"

struct fixture {
	struct sockaddr_un address;
	sd_event *event;
	struct scraper_check *check;
	int listening; /* the scraper's */
	int viewer, peer;
	unsigned results;
	enum handoff_result result;
	char reason[HANDOFF_REASON_MAX];
};

static const struct handoff_request request = {
	.minor = 8, .challenge = "0123456789abcde", .response = "fedcba987654321", .peer = "[::1]:9"
};

/* Destroys the check within the callback, as its owner may. */
static void on_result(enum handoff_result result, const char *reason, void *userdata)
{
	struct fixture *f = userdata;

	f->results++;
	f->result = result;
	snprintf(f->reason, sizeof(f->reason), "%s", reason);
	handoff_check_destroy(f->check);
	f->check = NULL;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int pair[2];

	if (!f || sd_event_new(&f->event) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	if (scratch_create(state) < 0)
		return -1;
	f->address.sun_family = AF_UNIX;
	snprintf(f->address.sun_path, sizeof(f->address.sun_path), "%s", scratch_path("socket"));
	f->listening = -1;
	f->viewer = pair[0];
	f->peer = pair[1];
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	handoff_check_destroy(f->check);
	if (f->listening >= 0)
		close(f->listening);
	close(f->viewer);
	close(f->peer);
	sd_event_unref(f->event);
	free(f);
	return scratch_remove(state);
}

static void start_scraper(struct fixture *f, int backlog)
{
	f->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(f->listening >= 0);
	assert_int_equal(
		bind(f->listening, (const struct sockaddr *)&f->address, sizeof(f->address)), 0);
	assert_int_equal(listen(f->listening, backlog), 0);
}

static void start_check(struct fixture *f, uint64_t wait)
{
	const struct handoff_check_parameters parameters = { .event = f->event,
							     .path = f->address.sun_path,
							     .wait = wait,
							     .viewer = f->viewer,
							     .result = on_result,
							     .userdata = f };

	assert_int_equal(handoff_check_start(&parameters, &request, &f->check), 0);
	assert_int_equal(f->results, 0);
}

/* Runs the event loop until the scraper has a connection. Returns -1 if the check ends first. */
static int accept_one(struct fixture *f)
{
	while (f->results == 0) {
		int fd;

		assert_true(sd_event_run(f->event, 100000) >= 0);
		fd = accept4(f->listening, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			return fd;
		assert_int_equal(errno, EAGAIN);
	}
	return -1;
}

static void run_until_result(struct fixture *f)
{
	while (f->results == 0)
		assert_true(sd_event_run(f->event, UINT64_MAX) >= 0);
	assert_int_equal(f->results, 1);
}

static void receive(int fd, int *ret_viewer)
{
	struct handoff_request got;

	assert_int_equal(handoff_receive_request(fd, &got, ret_viewer), 0);
	assert_memory_equal(got.challenge, request.challenge, sizeof(got.challenge));
	assert_memory_equal(got.response, request.response, sizeof(got.response));
	assert_string_equal(got.peer, request.peer);
	assert_int_equal(got.minor, 8);
}

static void test_each_result(void **state)
{
	struct fixture *f = *state;

	start_scraper(f, 8);
	for (enum handoff_result r = HANDOFF_TAKEN; r <= HANDOFF_NOT_POSSIBLE; r++) {
		int fd, viewer = -1;
		char byte;

		f->results = 0;
		start_check(f, 1000000);
		fd = accept_one(f);
		receive(fd, &viewer);
		assert_int_equal(write(viewer, "x", 1), 1);
		assert_int_equal(read(f->peer, &byte, 1), 1);
		close(viewer);
		assert_int_equal(handoff_send_answer(fd, r, r == HANDOFF_TAKEN ? "" : "words"), 0);
		run_until_result(f);
		assert_int_equal(f->result, r);
		assert_string_equal(f->reason, r == HANDOFF_TAKEN ? "" : "words");
		close(fd);
	}
}

static void test_scraper_that_comes_later(void **state)
{
	struct fixture *f = *state;
	int fd;

	start_check(f, UINT64_C(60000000));
	for (int i = 0; i < 3; i++)
		assert_true(sd_event_run(f->event, 100000) >= 0);
	start_scraper(f, 8);
	fd = accept_one(f);
	assert_true(fd >= 0);
	assert_int_equal(handoff_send_answer(fd, HANDOFF_TAKEN, NULL), 0);
	run_until_result(f);
	assert_int_equal(f->result, HANDOFF_TAKEN);
	close(fd);
}

/* The backlog is full until a connection is accepted. */
static void test_full_backlog(void **state)
{
	struct fixture *f = *state;
	int crowd[8], n = 0, fd;

	start_scraper(f, 1);
	do {
		crowd[n] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		assert_true(crowd[n] >= 0);
	} while (connect(crowd[n++], (const struct sockaddr *)&f->address, sizeof(f->address)) ==
			 0 &&
		 n < 8);
	assert_int_equal(errno, EAGAIN);
	start_check(f, UINT64_C(60000000));
	for (int i = 0; i < 3; i++)
		assert_true(sd_event_run(f->event, 100000) >= 0);
	assert_int_equal(f->results, 0);
	for (int i = 0; i < n - 1; i++)
		close(accept4(f->listening, NULL, NULL, SOCK_CLOEXEC));
	fd = accept_one(f);
	assert_int_equal(handoff_send_answer(fd, HANDOFF_TAKEN, NULL), 0);
	run_until_result(f);
	close(fd);
	while (n > 0)
		close(crowd[--n]);
}

static void test_scraper_that_dies(void **state)
{
	struct fixture *f = *state;
	unsigned deaths = 0;
	int fd;

	start_scraper(f, 8);
	start_check(f, UINT64_C(60000000));
	while ((fd = accept_one(f)) >= 0) {
		close(fd);
		deaths++;
	}
	assert_in_range(deaths, 2, 4);
	assert_int_equal(f->result, HANDOFF_NOT_POSSIBLE);
	assert_string_not_equal(f->reason, "");
}

static void test_path_that_will_never_work(void **state)
{
	struct fixture *f = *state;

	/* EPROTOTYPE: another kind of socket listens there. */
	f->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		bind(f->listening, (const struct sockaddr *)&f->address, sizeof(f->address)), 0);
	assert_int_equal(listen(f->listening, 8), 0);
	start_check(f, UINT64_C(60000000));
	run_until_result(f);
	assert_int_equal(f->result, HANDOFF_NOT_POSSIBLE);
}

static void test_path_that_is_too_long(void **state)
{
	struct fixture *f = *state;
	char path[sizeof(f->address.sun_path) + 1];
	struct handoff_check_parameters parameters = { .event = f->event, .path = path };

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(handoff_check_start(&parameters, &request, &f->check), -ENAMETOOLONG);
	assert_null(f->check);
}

static void test_ending_a_check(void **state)
{
	struct fixture *f = *state;
	int fd, viewer = -1;
	char byte;

	start_scraper(f, 8);
	start_check(f, 1000000);
	fd = accept_one(f);
	receive(fd, &viewer);
	close(viewer);
	handoff_check_destroy(f->check);
	f->check = NULL;
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), 0);
	assert_int_equal(handoff_send_answer(fd, HANDOFF_TAKEN, NULL), -EPIPE);
	assert_int_equal(sd_event_run(f->event, 0), 0);
	assert_int_equal(f->results, 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_result, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_scraper_that_comes_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full_backlog, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_scraper_that_dies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_path_that_will_never_work, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_path_that_is_too_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ending_a_check, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
