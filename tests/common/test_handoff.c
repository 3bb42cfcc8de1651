/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/scratch.h"
#include "tests/support/send_raw.h"

/* Two connected pairs: the hand-off's, and one whose first end is the viewer. */
struct fixture {
	int near, far;
	int viewer, peer;
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
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	f->viewer = pair[0];
	f->peer = pair[1];
	f->n_open = scratch_count_descriptors();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	close(f->near);
	close(f->far);
	close(f->viewer);
	close(f->peer);
	free(f);
	return 0;
}

static struct handoff_request make_request(void)
{
	struct handoff_request request = { .magic = HANDOFF_MAGIC,
					   .version = HANDOFF_VERSION,
					   .minor = 8,
					   .challenge = "the challenge is",
					   .peer = "172.17.0.2:34567" };

	memcpy(request.response, "the response was", sizeof(request.response));
	return request;
}

static void send_exactly(int fd, const void *bytes, size_t n, const int *descriptors,
			 size_t n_descriptors)
{
	assert_int_equal(send_raw(fd, bytes, n, descriptors, n_descriptors), n);
}

/* The message just sent is refused; nothing is returned and no descriptor stays open. */
static void expect_bad_request(const struct fixture *f)
{
	struct handoff_request got;
	int viewer = -7;

	memset(&got, 0x5a, sizeof(got));
	assert_int_equal(handoff_receive_request(f->far, &got, &viewer), -EBADMSG);
	assert_int_equal(viewer, -7);
	assert_int_equal(got.magic, 0x5a5a5a5a);
	assert_int_equal(scratch_count_descriptors(), f->n_open);
}

static void test_request(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = make_request(), got;
	int viewer = -1;
	char byte;

	for (unsigned i = 0; i < 3; i++) {
		static const uint32_t minors[] = { 3, 7, 8 };

		request.minor = minors[i];
		assert_int_equal(handoff_send_request(f->near, &request, f->viewer), 0);
		assert_int_equal(handoff_receive_request(f->far, &got, &viewer), 0);
		assert_memory_equal(&got, &request, sizeof(got));
		assert_int_equal(fcntl(viewer, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		assert_int_equal(write(f->peer, "x", 1), 1);
		assert_int_equal(read(viewer, &byte, 1), 1);
		close(viewer);
	}
	assert_int_equal(handoff_receive_request(f->far, &got, &viewer), -EAGAIN);
}

static void test_requests_that_are_not_sent(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = make_request();

	assert_int_equal(handoff_send_request(f->near, &request, -1), -EINVAL);
	request.minor = 4;
	assert_int_equal(handoff_send_request(f->near, &request, f->viewer), -EINVAL);
	request = make_request();
	memset(request.peer, 'x', sizeof(request.peer));
	assert_int_equal(handoff_send_request(f->near, &request, f->viewer), -EINVAL);
	close(f->far);
	f->far = -1;
	request = make_request();
	assert_int_equal(handoff_send_request(f->near, &request, f->viewer), -EPIPE);
}

static void test_sizes(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = make_request();
	char large[sizeof(request) + 1] = { 0 };

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
	struct handoff_request request = make_request();
	int many[16];

	for (size_t i = 0; i < 16; i++)
		many[i] = f->viewer;
	send_exactly(f->near, &request, sizeof(request), NULL, 0);
	expect_bad_request(f);
	for (size_t n = 2; n <= 16; n++) {
		send_exactly(f->near, &request, sizeof(request), many, n);
		expect_bad_request(f);
	}
}

static void test_descriptors_of_another_kind(void **state)
{
	struct fixture *f = *state;
	struct handoff_request request = make_request();
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC);

	send_exactly(f->near, &request, sizeof(request), &file, 1);
	close(file);
	expect_bad_request(f);
	send_exactly(f->near, &request, sizeof(request), &f->near, 1);
	expect_bad_request(f);
}

static void test_bad_fields(void **state)
{
	struct fixture *f = *state;
	struct handoff_request requests[8];

	for (size_t i = 0; i < 8; i++)
		requests[i] = make_request();
	requests[0].magic++;
	requests[1].version = 2;
	requests[2].minor = 0;
	requests[3].minor = 9;
	requests[4].reserved = 1;
	memset(requests[5].peer, 'x', sizeof(requests[5].peer));
	requests[6].peer[3] = '\n';
	requests[7].peer[3] = '\x7f';
	for (size_t i = 0; i < 8; i++) {
		send_exactly(f->near, &requests[i], sizeof(requests[i]), &f->viewer, 1);
		expect_bad_request(f);
	}
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
					     .version = HANDOFF_VERSION,
					     .result = HANDOFF_NOT_POSSIBLE };
	struct handoff_answer answers[5] = { good, good, good, good, good }, got = good;

	answers[0].magic = 0;
	answers[1].version = 0;
	answers[2].result = 3;
	memset(answers[3].reason, 'x', sizeof(answers[3].reason));
	answers[4].reason[0] = '\x1b';
	for (size_t i = 0; i < 5; i++) {
		send_exactly(f->far, &answers[i], sizeof(answers[i]), NULL, 0);
		assert_int_equal(handoff_receive_answer(f->near, &got), -EBADMSG);
	}
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
	struct handoff_request request = make_request();
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
