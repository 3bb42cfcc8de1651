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
#include "tests/support/tcp_pair.h"

struct fixture {
	struct sockaddr_un address;
	sd_event *event;
	struct handoff_client *client;
	int listening; /* the scraper's */
	struct tcp_pair tcp;
	unsigned challenges, results;
	enum handoff_result result;
	char reason[HANDOFF_REASON_MAX];
};

static const uint8_t challenge[] = "0123456789abcdef", response[] = "fedcba9876543210";

static void on_challenged(const uint8_t got[static HANDOFF_CHALLENGE_SIZE], void *userdata)
{
	struct fixture *f = userdata;

	f->challenges++;
	assert_int_equal(f->results, 0);
	assert_memory_equal(got, challenge, HANDOFF_CHALLENGE_SIZE);
}

/* Destroys the client within the callback, as its owner may. */
static void on_result(enum handoff_result result, const char *reason, void *userdata)
{
	struct fixture *f = userdata;

	f->results++;
	f->result = result;
	snprintf(f->reason, sizeof(f->reason), "%s", reason);
	handoff_client_destroy(f->client);
	f->client = NULL;
}

static const struct handoff_client_handlers handlers = { .challenged = on_challenged,
							 .result = on_result };

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || sd_event_new(&f->event) < 0 || tcp_pair_create(AF_INET, &f->tcp) < 0)
		return -1;
	if (scratch_create(state) < 0)
		return -1;
	f->address.sun_family = AF_UNIX;
	snprintf(f->address.sun_path, sizeof(f->address.sun_path), "%s", scratch_path("socket"));
	f->listening = -1;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	handoff_client_destroy(f->client);
	if (f->listening >= 0)
		close(f->listening);
	tcp_pair_close(&f->tcp);
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

static void start_client(struct fixture *f, uint64_t wait)
{
	const struct handoff_client_parameters parameters = { .event = f->event,
							      .path = f->address.sun_path,
							      .peer = f->tcp.peer,
							      .wait = wait,
							      .handlers = &handlers,
							      .userdata = f };

	f->challenges = f->results = 0;
	assert_int_equal(handoff_client_start(&parameters, &f->client), 0);
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

static void receive_question(int fd)
{
	struct handoff_request got;
	int viewer = -1;

	assert_int_equal(handoff_receive_request(fd, &got, &viewer), 0);
	assert_int_equal(got.kind, HANDOFF_CHALLENGE);
	assert_int_equal(viewer, -1);
}

/* As the scraper: gives the challenge. Returns its end of the connection. */
static int give_challenge(struct fixture *f)
{
	int fd = accept_one(f);

	receive_question(fd);
	assert_int_equal(handoff_send_challenge(fd, challenge), 0);
	while (f->challenges == 0 && f->results == 0)
		assert_true(sd_event_run(f->event, UINT64_MAX) >= 0);
	return fd;
}

static void send_response(struct fixture *f)
{
	assert_int_equal(handoff_client_connect(f->client, 8, response, f->tcp.server), 0);
}

static void receive_response(const struct fixture *f, int fd, int *ret_viewer)
{
	struct handoff_request got;

	assert_int_equal(handoff_receive_request(fd, &got, ret_viewer), 0);
	assert_int_equal(got.kind, HANDOFF_CONNECT);
	assert_memory_equal(got.response, response, sizeof(got.response));
	assert_string_equal(got.peer, f->tcp.peer);
	assert_int_equal(got.minor, 8);
}

static void test_each_result(void **state)
{
	static const enum handoff_result results[] = { HANDOFF_TAKEN, HANDOFF_WRONG_PASSWORD,
						       HANDOFF_NOT_POSSIBLE,
						       HANDOFF_TAKEN_VIEW_ONLY };
	struct fixture *f = *state;

	start_scraper(f, 8);
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		enum handoff_result r = results[i];
		int fd, viewer = -1;
		char byte;

		start_client(f, 1000000);
		fd = give_challenge(f);
		assert_int_equal(f->challenges, 1);
		send_response(f);
		receive_response(f, fd, &viewer);
		assert_int_equal(write(viewer, "x", 1), 1);
		assert_int_equal(read(f->tcp.viewer, &byte, 1), 1);
		close(viewer);
		assert_int_equal(handoff_send_answer(fd, r, r == HANDOFF_TAKEN ? "" : "words"), 0);
		run_until_result(f);
		assert_int_equal(f->result, r);
		assert_string_equal(f->reason, r == HANDOFF_TAKEN ? "" : "words");
		close(fd);
	}
}

/* A new client: the scraper's end of its connection, before or after the challenge. */
static int start_with(struct fixture *f, bool challenged)
{
	start_client(f, 1000000);
	return challenged ? give_challenge(f) : accept_one(f);
}

static void expect_not_possible(struct fixture *f, bool challenged, const char *reason, int fd)
{
	run_until_result(f);
	assert_int_equal(f->challenges, challenged);
	assert_int_equal(f->result, HANDOFF_NOT_POSSIBLE);
	assert_non_null(strstr(f->reason, reason));
	close(fd);
}

/* The scraper's challenge has expired, or it is of another version. */
static void test_refusal_at_any_time(void **state)
{
	struct fixture *f = *state;

	start_scraper(f, 8);
	for (int challenged = 0; challenged < 2; challenged++) {
		int fd = start_with(f, challenged);

		assert_int_equal(handoff_send_answer(fd, HANDOFF_NOT_POSSIBLE, "words"), 0);
		expect_not_possible(f, challenged, "words", fd);
		assert_string_equal(f->reason, "words");
	}
}

/* "Taken" before a challenge was given; a second challenge. */
static void test_answers_in_the_wrong_order(void **state)
{
	struct fixture *f = *state;

	start_scraper(f, 8);
	for (int challenged = 0; challenged < 2; challenged++) {
		int fd = start_with(f, challenged);

		assert_int_equal(challenged ? handoff_send_challenge(fd, challenge)
					    : handoff_send_answer(fd, HANDOFF_TAKEN, NULL),
				 0);
		expect_not_possible(f, challenged, "does not answer", fd);
	}
}

/* Its challenge is lost: a new scraper could not check the response. */
static void test_scraper_that_ends_after_its_challenge(void **state)
{
	struct fixture *f = *state;

	start_scraper(f, 8);
	for (int answered = 0; answered < 2; answered++) {
		int fd;

		start_client(f, UINT64_C(60000000));
		fd = give_challenge(f);
		if (answered)
			send_response(f);
		close(fd);
		run_until_result(f);
		assert_int_equal(f->result, HANDOFF_NOT_POSSIBLE);
		assert_non_null(strstr(f->reason, "connect again"));
	}
}

/* The event loop has not yet noticed that. */
static void test_response_for_a_scraper_that_has_ended(void **state)
{
	struct fixture *f = *state;

	start_scraper(f, 8);
	start_client(f, 1000000);
	close(give_challenge(f));
	assert_int_equal(handoff_client_connect(f->client, 8, response, f->tcp.server), -EPIPE);
	assert_int_equal(f->results, 0);
}

static void test_scraper_that_comes_later(void **state)
{
	struct fixture *f = *state;
	int fd;

	start_client(f, UINT64_C(60000000));
	for (int i = 0; i < 3; i++)
		assert_true(sd_event_run(f->event, 100000) >= 0);
	start_scraper(f, 8);
	fd = give_challenge(f);
	assert_int_equal(f->challenges, 1);
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
	start_client(f, UINT64_C(60000000));
	for (int i = 0; i < 3; i++)
		assert_true(sd_event_run(f->event, 100000) >= 0);
	assert_int_equal(f->results, 0);
	for (int i = 0; i < n - 1; i++)
		close(accept4(f->listening, NULL, NULL, SOCK_CLOEXEC));
	fd = give_challenge(f);
	assert_int_equal(f->challenges, 1);
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
	start_client(f, UINT64_C(60000000));
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
	start_client(f, UINT64_C(60000000));
	run_until_result(f);
	assert_int_equal(f->result, HANDOFF_NOT_POSSIBLE);
}

static void test_path_that_is_too_long(void **state)
{
	struct fixture *f = *state;
	char path[sizeof(f->address.sun_path) + 1];
	const struct handoff_client_parameters parameters = { .event = f->event,
							      .path = path,
							      .peer = "" };

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(handoff_client_start(&parameters, &f->client), -ENAMETOOLONG);
	assert_null(f->client);
}

static void test_ending_it(void **state)
{
	struct fixture *f = *state;
	int fd, viewer = -1;
	char byte;

	start_scraper(f, 8);
	start_client(f, 1000000);
	fd = give_challenge(f);
	send_response(f);
	receive_response(f, fd, &viewer);
	close(viewer);
	handoff_client_destroy(f->client);
	f->client = NULL;
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
		cmocka_unit_test_setup_teardown(test_refusal_at_any_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_answers_in_the_wrong_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_scraper_that_ends_after_its_challenge, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_response_for_a_scraper_that_has_ended, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_scraper_that_comes_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full_backlog, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_scraper_that_dies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_path_that_will_never_work, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_path_that_is_too_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ending_it, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
