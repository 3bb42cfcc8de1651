/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/scratch.h"
#include "tests/support/send_raw.h"
#include "tests/support/tcp_pair.h"

/* Two connected pairs: the hand-off's, and a viewer's. */
struct fixture {
	int near, far;
	struct tcp_pair tcp;
	int viewer;	 /* what the proxy has of it */
	unsigned n_open; /* descriptors of this process */
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int pair[2];

	if (!f || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	f->near = pair[0];
	f->far = pair[1];
	if (tcp_pair_create(AF_INET, &f->tcp) < 0)
		return -1;
	f->viewer = f->tcp.server;
	f->n_open = scratch_count_descriptors();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	close(f->near);
	close(f->far);
	tcp_pair_close(&f->tcp);
	free(f);
	return 0;
}

static struct handoff_request make_request(const struct fixture *f)
{
	struct handoff_request request = { .magic = HANDOFF_MAGIC,
					   .version = HANDOFF_VERSION,
					   .kind = HANDOFF_CONNECT,
					   .minor = 8 };

	memcpy(request.response, "the response was", sizeof(request.response));
	memcpy(request.peer, f->tcp.peer, sizeof(request.peer));
	return request;
}

static void send_exactly(int fd, const void *bytes, size_t n, const int *descriptors,
			 size_t n_descriptors)
{
	assert_int_equal(send_raw(fd, bytes, n, descriptors, n_descriptors), n);
}

/* The message just sent is refused; nothing is returned and no descriptor stays open. */
static void expect_refusal(const struct fixture *f, int error)
{
	struct handoff_request got;
	int viewer = -7;

	memset(&got, 0x5a, sizeof(got));
	assert_int_equal(handoff_receive_request(f->far, &got, &viewer), error);
	assert_int_equal(viewer, -7);
	assert_int_equal(got.magic, 0x5a5a5a5a);
	assert_int_equal(scratch_count_descriptors(), f->n_open);
}

static void expect_bad_request(const struct fixture *f)
{
	expect_refusal(f, -EBADMSG);
}

static void test_request(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = make_request(f), got;
	int viewer = -1;
	char byte;

	for (unsigned i = 0; i < 3; i++) {
		static const uint32_t minors[] = { 3, 7, 8 };

		request.minor = minors[i];
		assert_int_equal(handoff_send_request(f->near, &request, f->viewer), 0);
		assert_int_equal(handoff_receive_request(f->far, &got, &viewer), 0);
		assert_memory_equal(&got, &request, sizeof(got));
		assert_int_equal(fcntl(viewer, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		assert_int_equal(write(f->tcp.viewer, "x", 1), 1);
		assert_int_equal(read(viewer, &byte, 1), 1);
		close(viewer);
	}
	assert_int_equal(handoff_receive_request(f->far, &got, &viewer), -EAGAIN);
}

static void test_challenge(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = { .kind = HANDOFF_CHALLENGE }, got;
	struct handoff_answer answer;
	int viewer = 7;

	assert_int_equal(handoff_send_request(f->near, &request, -1), 0);
	assert_int_equal(handoff_receive_request(f->far, &got, &viewer), 0);
	assert_int_equal(got.kind, HANDOFF_CHALLENGE);
	assert_int_equal(viewer, -1);
	/* Any bytes make a challenge: those of no text too. */
	assert_int_equal(handoff_send_challenge(f->far, (const uint8_t *)"\x80\n45678901234567"),
			 0);
	assert_int_equal(handoff_receive_answer(f->near, &answer), 0);
	assert_int_equal(answer.result, HANDOFF_CHALLENGED);
	assert_memory_equal(answer.challenge, "\x80\n45678901234567", 16);
}

static void test_requests_that_are_not_sent(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = make_request(f);

	assert_int_equal(handoff_send_request(f->near, &request, -1), -EINVAL);
	request.minor = 4;
	assert_int_equal(handoff_send_request(f->near, &request, f->viewer), -EINVAL);
	request.kind = HANDOFF_CHALLENGE;
	assert_int_equal(handoff_send_request(f->near, &request, f->viewer), -EINVAL);
	request = make_request(f);
	memset(request.peer, 'x', sizeof(request.peer));
	assert_int_equal(handoff_send_request(f->near, &request, f->viewer), -EINVAL);
	close(f->far);
	f->far = -1;
	request = make_request(f);
	assert_int_equal(handoff_send_request(f->near, &request, f->viewer), -EPIPE);
}

static void test_sizes(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = make_request(f);
	struct handoff_request challenge = request;
	char large[sizeof(request) + 1] = { 0 };

	challenge.kind = HANDOFF_CHALLENGE;
	send_exactly(f->near, &challenge, sizeof(challenge) - 1, NULL, 0);
	expect_bad_request(f);
	memcpy(large, &request, sizeof(request));
	send_exactly(f->near, large, sizeof(large), &f->viewer, 1);
	expect_bad_request(f);
	send_exactly(f->near, large, sizeof(request) - 1, &f->viewer, 1);
	expect_bad_request(f);
	send_exactly(f->near, large, 1, NULL, 0);
	expect_bad_request(f);
	send_exactly(f->near, large, 0, &f->viewer, 1);
	expect_bad_request(f);
}

static void test_numbers_of_descriptors(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = make_request(f);
	int many[16];

	/*
	 * qemu's user emulation (linux-user/syscall.c, do_sendrecvmsg_locked) receives into a
	 * control buffer of twice the size, and leaves open the descriptors that the caller's has
	 * no room for.
	 */
	if (getenv("TESTS_IN_QEMU"))
		skip();
	for (size_t i = 0; i < 16; i++)
		many[i] = f->viewer;
	send_exactly(f->near, &request, sizeof(request), NULL, 0);
	expect_bad_request(f);
	for (size_t n = 2; n <= 16; n++) {
		send_exactly(f->near, &request, sizeof(request), many, n);
		expect_bad_request(f);
	}
	request.kind = HANDOFF_CHALLENGE;
	for (size_t n = 1; n <= 16; n++) {
		send_exactly(f->near, &request, sizeof(request), many, n);
		expect_bad_request(f);
	}
}

static void test_descriptors_of_another_kind(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = make_request(f);
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC);

	send_exactly(f->near, &request, sizeof(request), &file, 1);
	close(file);
	expect_bad_request(f);
	send_exactly(f->near, &request, sizeof(request), &f->near, 1);
	expect_bad_request(f);
}

/* Bound to an address of the loopback, and listening or not even that. */
static int make_unconnected(bool listening)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (listening)
		assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void test_sockets_that_are_no_viewers(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = make_request(f);
	struct tcp_pair other;
	int pair[2], fd;

	/* What a proxy can make by itself: its other end could be anybody. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	send_exactly(f->near, &request, sizeof(request), &pair[0], 1);
	close(pair[0]);
	close(pair[1]);
	expect_bad_request(f);

	/* Another viewer's. */
	assert_int_equal(tcp_pair_create(AF_INET, &other), 0);
	send_exactly(f->near, &request, sizeof(request), &other.server, 1);
	tcp_pair_close(&other);
	expect_bad_request(f);

	/* The viewer's own end: its peer is the server. */
	send_exactly(f->near, &request, sizeof(request), &f->tcp.viewer, 1);
	expect_bad_request(f);

	for (int listening = 0; listening < 2; listening++) {
		fd = make_unconnected(listening);
		send_exactly(f->near, &request, sizeof(request), &fd, 1);
		close(fd);
		expect_refusal(f, -ENOTCONN);
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	send_exactly(f->near, &request, sizeof(request), &fd, 1);
	close(fd);
	expect_bad_request(f);
}

static void test_peers_of_another_name(void **state)
{
	static const char *const names[] = { "", "127.0.0.1", "127.0.0.1:1", "unknown:0",
					     "172.17.0.2:34567" };
	struct fixture *f = *state;
	struct handoff_request request = make_request(f);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		memset(request.peer, 0, sizeof(request.peer));
		strcpy(request.peer, names[i]);
		send_exactly(f->near, &request, sizeof(request), &f->viewer, 1);
		expect_bad_request(f);
	}
}

static void test_ipv6(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = make_request(f), got;
	struct tcp_pair tcp;
	int viewer = -1;

	if (tcp_pair_create(AF_INET6, &tcp) < 0)
		skip(); /* the machine has none */
	memcpy(request.peer, tcp.peer, sizeof(request.peer));
	send_exactly(f->near, &request, sizeof(request), &tcp.server, 1);
	assert_int_equal(handoff_receive_request(f->far, &got, &viewer), 0);
	assert_string_equal(got.peer, tcp.peer);
	close(viewer);
	tcp_pair_close(&tcp);
}

static void test_viewer_that_has_reset_its_connection(void **state)
{
	const struct linger at_once = { .l_onoff = 1 };
	struct fixture *f = *state;
	struct handoff_request request = make_request(f);

	send_exactly(f->near, &request, sizeof(request), &f->viewer, 1);
	assert_int_equal(
		setsockopt(f->tcp.viewer, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
	close(f->tcp.viewer);
	f->tcp.viewer = dup(f->near);
	expect_refusal(f, -ENOTCONN);
}

static void test_bad_fields(void **state)
{
	struct fixture *f = *state;
	struct handoff_request requests[9];

	for (size_t i = 0; i < 9; i++)
		requests[i] = make_request(f);
	requests[0].magic++;
	requests[1].kind = 0;
	requests[2].kind = 3;
	requests[3].minor = 0;
	requests[4].minor = 9;
	requests[5].magic = 0;
	memset(requests[6].peer, 'x', sizeof(requests[6].peer));
	requests[7].peer[3] = '\n';
	requests[8].peer[3] = '\x7f';
	for (size_t i = 0; i < 9; i++) {
		send_exactly(f->near, &requests[i], sizeof(requests[i]), &f->viewer, 1);
		expect_bad_request(f);
	}
}

/* Whatever its size is, and whatever comes along. */
static void test_other_versions(void **state)
{
	static const uint32_t versions[] = { 0, HANDOFF_VERSION - 1, HANDOFF_VERSION + 1,
					     UINT32_MAX };
	static const size_t sizes[] = { 8, 112, sizeof(struct handoff_request), 4096 };
	struct fixture *f = *state;
	struct handoff_request request = make_request(f);
	char message[4096] = { 0 };

	for (size_t i = 0; i < 16; i++) {
		request.version = versions[i / 4];
		memcpy(message, &request, sizeof(request));
		send_exactly(f->near, message, sizes[i % 4], &f->viewer, i % 2);
		expect_refusal(f, -EPROTONOSUPPORT);
	}
	send_exactly(f->near, message, 7, NULL, 0);
	expect_bad_request(f);
}

static void test_answers(void **state)
{
	struct fixture *f = *state;
	struct handoff_answer got;

	assert_int_equal(handoff_receive_answer(f->near, &got), -EAGAIN);
	assert_int_equal(handoff_send_answer(f->far, HANDOFF_TAKEN, NULL), 0);
	assert_int_equal(handoff_send_answer(f->far, HANDOFF_WRONG_PASSWORD, ""), 0);
	assert_int_equal(handoff_send_answer(f->far, HANDOFF_NOT_POSSIBLE, "no X\n\tserver"), 0);
	assert_int_equal(handoff_receive_answer(f->near, &got), 0);
	assert_int_equal(got.result, HANDOFF_TAKEN);
	assert_string_equal(got.reason, "");
	assert_int_equal(handoff_receive_answer(f->near, &got), 0);
	assert_int_equal(got.result, HANDOFF_WRONG_PASSWORD);
	assert_int_equal(handoff_receive_answer(f->near, &got), 0);
	assert_int_equal(got.result, HANDOFF_NOT_POSSIBLE);
	assert_string_equal(got.reason, "no X  server");
	close(f->far);
	f->far = -1;
	assert_int_equal(handoff_receive_answer(f->near, &got), -ECONNRESET);
	assert_int_equal(handoff_send_answer(f->near, HANDOFF_TAKEN, NULL), -EPIPE);
}

static void test_long_reasons_are_cut_between_characters(void **state)
{
	struct fixture *f = *state;
	char reason[2 * HANDOFF_REASON_MAX];
	struct handoff_answer got;

	for (size_t shift = 0; shift < 3; shift++) {
		memset(reason, 'x', sizeof(reason));
		reason[sizeof(reason) - 1] = '\0';
		/* A character of three bytes, "€", around the last byte that fits. */
		memcpy(reason + HANDOFF_REASON_MAX - 1 - shift, "\xe2\x82\xac", 3);
		assert_int_equal(handoff_send_answer(f->far, HANDOFF_NOT_POSSIBLE, reason), 0);
		assert_int_equal(handoff_receive_answer(f->near, &got), 0);
		assert_int_equal(strlen(got.reason), HANDOFF_REASON_MAX - 1 - shift);
		assert_int_equal(got.reason[strlen(got.reason) - 1], 'x');
	}
}

static void test_bad_answers(void **state)
{
	struct fixture *f = *state;
	const struct handoff_answer good = { .magic = HANDOFF_MAGIC,
					     .version = HANDOFF_ANSWER_VERSION,
					     .result = HANDOFF_NOT_POSSIBLE };
	struct handoff_answer answers[5] = { good, good, good, good, good }, got = good;

	answers[0].magic = 0;
	answers[1].magic = HANDOFF_ANSWER_VERSION;
	answers[2].result = HANDOFF_TAKEN_VIEW_ONLY + 1;
	memset(answers[3].reason, 'x', sizeof(answers[3].reason));
	answers[4].reason[0] = '\x1b';
	for (size_t i = 0; i < 5; i++) {
		send_exactly(f->far, &answers[i], sizeof(answers[i]), NULL, 0);
		assert_int_equal(handoff_receive_answer(f->near, &got), -EBADMSG);
	}
	answers[0] = good;
	answers[0].version = 2;
	send_exactly(f->far, &answers[0], sizeof(answers[0]), NULL, 0);
	assert_int_equal(handoff_receive_answer(f->near, &got), -EPROTONOSUPPORT);
	send_exactly(f->far, &good, sizeof(good), &f->viewer, 1);
	assert_int_equal(handoff_receive_answer(f->near, &got), -EBADMSG);
	send_exactly(f->far, &good, sizeof(good) - 1, NULL, 0);
	assert_int_equal(handoff_receive_answer(f->near, &got), -EBADMSG);
	assert_int_equal(scratch_count_descriptors(), f->n_open);
	assert_memory_equal(&got, &good, sizeof(got));
}

static void test_nothing_waits(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = make_request(f);
	int r = 0;

	for (int i = 0; i < 100000 && r == 0; i++)
		r = handoff_send_request(f->near, &request, f->viewer);
	/* The socket's buffer, or the number of descriptors in flight, is bounded. */
	assert_true(r == -EAGAIN || r == -ETOOMANYREFS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_request, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_challenge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sockets_that_are_no_viewers, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_peers_of_another_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ipv6, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_viewer_that_has_reset_its_connection, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_other_versions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_requests_that_are_not_sent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sizes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_numbers_of_descriptors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_descriptors_of_another_kind, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_bad_fields, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_reasons_are_cut_between_characters,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bad_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing_waits, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
