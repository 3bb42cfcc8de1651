/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scraper's end of the hand-off, against real sockets in place of the proxy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "common/timer.h"
#include "session/handoff_server.h"
#include "tests/scraper/event_loop.h"
#include "tests/support/scratch.h"
#include "tests/support/tcp_pair.h"

static sd_event *event;
static struct handoff_server *server;

/* The clock: that much behind, or (other than 0) standing still. */
static uint64_t earlier, frozen; /* µs */

int __real_sd_event_now(sd_event *e, clockid_t clock, uint64_t *usec);
int __wrap_sd_event_now(sd_event *e, clockid_t clock, uint64_t *usec);

int __wrap_sd_event_now(sd_event *e, clockid_t clock, uint64_t *usec)
{
	int r = __real_sd_event_now(e, clock, usec);

	if (r >= 0)
		*usec = frozen ? frozen : *usec - earlier;
	return r;
}

/* The requests received. */
static unsigned n_requests;
static struct handoff_reply *replies[2 * HANDOFF_CONNECTIONS_MAX];
static int viewers[2 * HANDOFF_CONNECTIONS_MAX];
static uint8_t challenges[2 * HANDOFF_CONNECTIONS_MAX][HANDOFF_CHALLENGE_SIZE];
static uint8_t responses[2 * HANDOFF_CONNECTIONS_MAX][HANDOFF_CHALLENGE_SIZE];
static char peer[HANDOFF_PEER_MAX];

static unsigned n_gone;
static struct handoff_reply *gone;

static void on_request(const struct handoff_request *request,
		       const uint8_t challenge[static HANDOFF_CHALLENGE_SIZE], int viewer,
		       struct handoff_reply *reply, void *userdata)
{
	assert_ptr_equal(userdata, &n_requests);
	memcpy(challenges[n_requests], challenge, HANDOFF_CHALLENGE_SIZE);
	memcpy(responses[n_requests], request->response, HANDOFF_CHALLENGE_SIZE);
	memcpy(peer, request->peer, sizeof(peer));
	viewers[n_requests] = viewer;
	replies[n_requests++] = reply;
}

static void on_gone(struct handoff_reply *reply, void *userdata)
{
	assert_ptr_equal(userdata, &n_gone);
	gone = reply;
	n_gone++;
}

static int setup(void **state)
{
	int fd;

	n_requests = n_gone = 0;
	earlier = frozen = 0;
	if (scratch_create(state) < 0 || sd_event_new(&event) < 0)
		return -1;
	fd = scratch_listen(scratch_path("handoff"), SOCK_SEQPACKET, 2 * HANDOFF_CONNECTIONS_MAX);
	return handoff_server_start(event, fd, on_request, &n_requests, &server);
}

static int teardown(void **state)
{
	server = handoff_server_destroy(server);
	event = sd_event_unref(event);
	return scratch_remove(state);
}

static int connect_proxy(void)
{
	return scratch_connect(scratch_path("handoff"), SOCK_SEQPACKET);
}

static void ask(int proxy)
{
	const struct handoff_request message = { .kind = HANDOFF_CHALLENGE };

	assert_int_equal(handoff_send_request(proxy, &message, -1), 0);
}

/* Asks for a challenge, and gets it. */
static void get_challenge(int proxy, uint8_t ret_challenge[static HANDOFF_CHALLENGE_SIZE])
{
	struct handoff_answer answer;

	ask(proxy);
	event_loop_run_ready(event);
	assert_int_equal(handoff_receive_answer(proxy, &answer), 0);
	assert_int_equal(answer.result, HANDOFF_CHALLENGED);
	memcpy(ret_challenge, answer.challenge, HANDOFF_CHALLENGE_SIZE);
}

/* Sends a viewer's socket; the other end is returned in *ret_far_end. */
static void respond(int proxy, int *ret_far_end)
{
	struct handoff_request message = { .kind = HANDOFF_CONNECT,
					   .minor = 8,
					   .response = "fedcba987654321" };
	struct tcp_pair tcp;

	assert_int_equal(tcp_pair_create(AF_INET, &tcp), 0);
	memcpy(message.peer, tcp.peer, sizeof(message.peer));
	assert_int_equal(handoff_send_request(proxy, &message, tcp.server), 0);
	(void)close(tcp.server);
	*ret_far_end = tcp.viewer;
}

/* It has closed its end. */
static void respond_to_nobody(int proxy)
{
	struct handoff_request message = { .kind = HANDOFF_CONNECT, .minor = 8 };
	struct tcp_pair tcp;

	assert_int_equal(tcp_pair_create(AF_INET, &tcp), 0);
	memcpy(message.peer, tcp.peer, sizeof(message.peer));
	assert_int_equal(handoff_send_request(proxy, &message, tcp.server), -EPIPE);
	tcp_pair_close(&tcp);
}

static void request(int proxy, int *ret_far_end)
{
	uint8_t challenge[HANDOFF_CHALLENGE_SIZE];

	get_challenge(proxy, challenge);
	respond(proxy, ret_far_end);
}

static void assert_answer(int proxy, enum handoff_result result, const char *reason)
{
	struct handoff_answer answer;
	char byte;

	assert_int_equal(handoff_receive_answer(proxy, &answer), 0);
	assert_int_equal(answer.result, result);
	assert_string_equal(answer.reason, reason);
	assert_int_equal(recv(proxy, &byte, 1, 0), 0);
	(void)close(proxy);
}

static void test_three_answers(void **state)
{
	static const struct {
		enum handoff_result result;
		const char *reason, *arrives;
	} answers[] = {
		{ HANDOFF_TAKEN, NULL, "" },
		{ HANDOFF_WRONG_PASSWORD, NULL, "" },
		{ HANDOFF_NOT_POSSIBLE, "no session", "no session" },
	};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		int proxy = connect_proxy(), far_end;
		char byte = 'a';

		request(proxy, &far_end);
		event_loop_run_ready(event);
		assert_int_equal(n_requests, i + 1);
		assert_string_not_equal(peer, "");
		assert_int_equal(handoff_server_pending(server), 1);
		/* the viewer's socket is the one that was sent */
		assert_int_equal(write(far_end, "z", 1), 1);
		assert_int_equal(read(viewers[i], &byte, 1), 1);
		assert_int_equal(byte, 'z');
		assert_true(fcntl(viewers[i], F_GETFD) & FD_CLOEXEC);

		assert_int_equal(
			handoff_reply_send(replies[i], answers[i].result, answers[i].reason), 0);
		assert_int_equal(handoff_server_pending(server), 0);
		assert_answer(proxy, answers[i].result, answers[i].arrives);
		(void)close(viewers[i]);
		(void)close(far_end);
	}
}

static bool is_accepting, is_challenging;

static bool may_accept(void *userdata)
{
	assert_ptr_equal(userdata, &n_requests);
	return is_accepting;
}

static bool may_challenge(void *userdata)
{
	assert_ptr_equal(userdata, &n_requests);
	return is_challenging;
}

static void test_leaves_who_is_waiting_to_others(void **state)
{
	struct handoff_answer answer;
	int proxy = connect_proxy(), far_end;

	(void)state;
	handoff_server_ask_before(server, may_accept, NULL);
	is_accepting = false;
	ask(proxy);
	for (unsigned i = 0; i < 5; i++)
		assert_true(sd_event_run(event, 0) >= 0);
	assert_int_equal(handoff_server_strangers(server), 0);
	is_accepting = true;
	event_loop_run_ready(event);
	assert_int_equal(handoff_server_strangers(server), 1);
	assert_int_equal(handoff_receive_answer(proxy, &answer), 0);
	respond(proxy, &far_end);
	event_loop_run_ready(event);
	assert_int_equal(n_requests, 1);
	(void)close(viewers[0]);
	assert_int_equal(handoff_reply_send(replies[0], HANDOFF_TAKEN, NULL), 0);
	assert_answer(proxy, HANDOFF_TAKEN, "");
	(void)close(far_end);
}

/* The proxy sees the end, and asks the next scraper. */
static void test_gives_no_challenge(void **state)
{
	struct handoff_answer answer;
	int proxy = connect_proxy();

	(void)state;
	handoff_server_ask_before(server, NULL, may_challenge);
	is_challenging = false;
	ask(proxy);
	event_loop_run_ready(event);
	assert_int_equal(handoff_server_strangers(server), 0);
	assert_false(handoff_server_has_challenged(server));
	assert_int_equal(handoff_receive_answer(proxy, &answer), -ECONNRESET);
	(void)close(proxy);
}

/* A stranger's is not pending: nobody has to wait for it. */
static void test_challenges(void **state)
{
	uint8_t given[2][HANDOFF_CHALLENGE_SIZE];
	int proxies[2], far_end;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		proxies[i] = connect_proxy();
		get_challenge(proxies[i], given[i]);
		assert_int_equal(handoff_server_strangers(server), i + 1);
		assert_int_equal(handoff_server_pending(server), 0);
	}
	assert_memory_not_equal(given[0], given[1], HANDOFF_CHALLENGE_SIZE);
	for (unsigned i = 0; i < 2; i++) {
		respond(proxies[i], &far_end);
		event_loop_run_ready(event);
		assert_int_equal(n_requests, i + 1);
		assert_memory_equal(challenges[i], given[i], HANDOFF_CHALLENGE_SIZE);
		assert_memory_equal(responses[i], "fedcba987654321", HANDOFF_CHALLENGE_SIZE);
		assert_int_equal(handoff_server_strangers(server), 1 - i);
		assert_int_equal(handoff_reply_send(replies[i], HANDOFF_WRONG_PASSWORD, NULL), 0);
		(void)close(viewers[i]);
		(void)close(far_end);
		(void)close(proxies[i]);
	}
}

/* Who has only connected may be left to the next process; others may not. */
static void test_has_challenged(void **state)
{
	uint8_t challenge[HANDOFF_CHALLENGE_SIZE];
	int silent = connect_proxy(), proxy, far_end;

	(void)state;
	event_loop_run_ready(event);
	assert_int_equal(handoff_server_strangers(server), 1);
	assert_false(handoff_server_has_challenged(server));
	proxy = connect_proxy();
	get_challenge(proxy, challenge);
	assert_true(handoff_server_has_challenged(server));
	respond(proxy, &far_end);
	event_loop_run_ready(event);
	assert_int_equal(n_requests, 1);
	assert_true(handoff_server_has_challenged(server));
	assert_int_equal(handoff_reply_send(replies[0], HANDOFF_WRONG_PASSWORD, NULL), 0);
	assert_false(handoff_server_has_challenged(server));
	(void)close(viewers[0]);
	(void)close(far_end);
	(void)close(proxy);
	(void)close(silent);
}

/* What a proxy recorded is of no use with another challenge, nor a second time with the same. */
static void test_replayed_response(void **state)
{
	uint8_t first[HANDOFF_CHALLENGE_SIZE];
	int proxy = connect_proxy(), far_ends[2], again;

	(void)state;
	get_challenge(proxy, first);
	respond(proxy, &far_ends[0]);
	respond(proxy, &far_ends[1]);
	event_loop_run_ready(event);
	assert_int_equal(n_requests, 1);
	assert_memory_equal(challenges[0], first, sizeof(first));
	assert_int_equal(handoff_reply_send(replies[0], HANDOFF_WRONG_PASSWORD, NULL), 0);
	event_loop_run_ready(event);
	assert_int_equal(n_requests, 1);
	(void)close(viewers[0]);
	(void)close(far_ends[0]);
	(void)close(far_ends[1]);
	(void)close(proxy);

	again = connect_proxy();
	request(again, &far_ends[0]);
	event_loop_run_ready(event);
	assert_int_equal(n_requests, 2);
	assert_memory_not_equal(challenges[1], first, sizeof(first));
	assert_int_equal(handoff_reply_send(replies[1], HANDOFF_WRONG_PASSWORD, NULL), 0);
	(void)close(viewers[1]);
	(void)close(far_ends[0]);
	(void)close(again);
}

static void assert_refused(int proxy, const char *why)
{
	struct handoff_answer answer;

	event_loop_run_ready(event);
	assert_int_equal(n_requests, 0);
	assert_int_equal(handoff_server_strangers(server), 0);
	assert_int_equal(handoff_receive_answer(proxy, &answer), 0);
	assert_int_equal(answer.result, HANDOFF_NOT_POSSIBLE);
	assert_non_null(strstr(answer.reason, why));
	assert_int_equal(handoff_receive_answer(proxy, &answer), -ECONNRESET);
	(void)close(proxy);
}

static void test_challenge_that_has_expired(void **state)
{
	uint8_t challenge[HANDOFF_CHALLENGE_SIZE];
	int proxy = connect_proxy(), far_end;

	(void)state;
	event_loop_run_ready(event);
	earlier = HANDOFF_CHALLENGE_USEC - UINT64_C(30000000); /* half a minute is left */
	request(proxy, &far_end);
	event_loop_run_ready(event);
	assert_int_equal(n_requests, 1);
	assert_int_equal(handoff_reply_send(replies[0], HANDOFF_WRONG_PASSWORD, NULL), 0);
	(void)close(viewers[0]);
	(void)close(far_end);
	(void)close(proxy);

	n_requests = 0;
	earlier = 0;
	proxy = connect_proxy();
	event_loop_run_ready(event);
	earlier = HANDOFF_CHALLENGE_USEC;
	get_challenge(proxy, challenge);
	event_loop_run_ready(event);
	respond_to_nobody(proxy);
	assert_refused(proxy, "too late");
}

static void test_messages_in_the_wrong_order(void **state)
{
	uint8_t challenge[HANDOFF_CHALLENGE_SIZE];
	int proxy = connect_proxy(), far_end;

	(void)state;
	respond(proxy, &far_end);
	assert_refused(proxy, "");
	(void)close(far_end);

	proxy = connect_proxy();
	get_challenge(proxy, challenge);
	ask(proxy);
	assert_refused(proxy, "");
}

static void test_other_versions(void **state)
{
	static const size_t sizes[] = { 112, sizeof(struct handoff_request) };
	char bytes[112] = { 0 };
	int proxy;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const uint32_t head[] = { HANDOFF_MAGIC, HANDOFF_VERSION - 1 + i / 2 * 2 };

		memcpy(bytes, head, sizeof(head));
		proxy = connect_proxy();
		assert_int_equal(send(proxy, bytes, sizes[i % 2], 0), sizes[i % 2]);
		assert_refused(proxy, "upgraded");
	}
}

static void test_sockets_that_are_no_viewers(void **state)
{
	struct handoff_request message = { .kind = HANDOFF_CONNECT,
					   .minor = 8,
					   .peer = "172.17.0.2:40000" };
	uint8_t challenge[HANDOFF_CHALLENGE_SIZE];
	struct tcp_pair tcp;
	int proxy = connect_proxy(), pair[2];

	(void)state;
	get_challenge(proxy, challenge);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(handoff_send_request(proxy, &message, pair[0]), 0);
	(void)close(pair[0]);
	assert_refused(proxy, "");
	(void)close(pair[1]);

	proxy = connect_proxy();
	get_challenge(proxy, challenge);
	assert_int_equal(tcp_pair_create(AF_INET, &tcp), 0);
	assert_int_equal(handoff_send_request(proxy, &message, tcp.server), 0);
	assert_refused(proxy, "");
	tcp_pair_close(&tcp);
}

static void test_proxy_vanishes_before_the_answer(void **state)
{
	int proxy = connect_proxy(), far_end;

	(void)state;
	request(proxy, &far_end);
	event_loop_run_ready(event);
	assert_int_equal(n_requests, 1);
	handoff_reply_on_gone(replies[0], on_gone, &n_gone);
	event_loop_run_ready(event);
	assert_int_equal(n_gone, 0);
	(void)close(proxy);
	event_loop_run_ready(event);
	event_loop_run_ready(event);
	assert_int_equal(n_gone, 1);
	assert_ptr_equal(gone, replies[0]);
	/* It is pending until it is answered. */
	assert_int_equal(handoff_server_pending(server), 1);
	assert_int_equal(handoff_reply_send(replies[0], HANDOFF_TAKEN, NULL), -EPIPE);
	assert_int_equal(handoff_server_pending(server), 0);
	(void)close(viewers[0]);
	(void)close(far_end);
}

/* The request is in the socket, but its sender is gone: it is still a request. */
static void test_proxy_vanishes_at_once(void **state)
{
	int proxy = connect_proxy(), far_end;

	(void)state;
	request(proxy, &far_end);
	(void)close(proxy);
	event_loop_run_ready(event);
	assert_int_equal(n_requests, 1);
	assert_int_equal(handoff_reply_send(replies[0], HANDOFF_NOT_POSSIBLE, "x"), -EPIPE);
	(void)close(viewers[0]);
	(void)close(far_end);

	/* and one that never sent anything, or no response, leaves nothing */
	(void)close(connect_proxy());
	proxy = connect_proxy();
	ask(proxy);
	(void)close(proxy);
	event_loop_run_ready(event);
	event_loop_run_ready(event);
	assert_int_equal(n_requests, 1);
	assert_int_equal(handoff_server_pending(server), 0);
	assert_int_equal(handoff_server_strangers(server), 0);
}

static void test_bad_messages(void **state)
{
	static const size_t sizes[] = { 1, sizeof(struct handoff_request) - 1,
					sizeof(struct handoff_request),
					sizeof(struct handoff_request) + 1, 4096 };
	static const char bytes[4096];
	struct handoff_answer answer;
	int proxy;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		proxy = connect_proxy();
		assert_int_equal(send(proxy, bytes, sizes[i], 0), sizes[i]);
		event_loop_run_ready(event);
		assert_int_equal(handoff_server_pending(server), 0);
		assert_int_equal(handoff_receive_answer(proxy, &answer), 0);
		assert_int_equal(answer.result, HANDOFF_NOT_POSSIBLE);
		assert_string_not_equal(answer.reason, "");
		(void)close(proxy);
	}
	assert_int_equal(n_requests, 0);
}

static void test_whole_request_without_descriptor(void **state)
{
	const struct handoff_request message = {
		.magic = HANDOFF_MAGIC,
		.version = HANDOFF_VERSION,
		.kind = HANDOFF_CONNECT,
		.minor = 8,
	};
	uint8_t challenge[HANDOFF_CHALLENGE_SIZE];
	struct handoff_answer answer;
	int proxy = connect_proxy();

	(void)state;
	get_challenge(proxy, challenge);
	assert_int_equal(send(proxy, &message, sizeof(message), 0), sizeof(message));
	event_loop_run_ready(event);
	assert_int_equal(n_requests, 0);
	assert_int_equal(handoff_receive_answer(proxy, &answer), 0);
	assert_int_equal(answer.result, HANDOFF_NOT_POSSIBLE);
	(void)close(proxy);
}

static void test_more_after_the_request_is_not_read(void **state)
{
	int proxy = connect_proxy(), far_end, further;

	(void)state;
	request(proxy, &far_end);
	respond(proxy, &further);
	event_loop_run_ready(event);
	assert_int_equal(n_requests, 1);
	assert_int_equal(handoff_reply_send(replies[0], HANDOFF_TAKEN, NULL), 0);
	(void)close(viewers[0]);
	(void)close(far_end);
	(void)close(further);
	(void)close(proxy);
}

static void test_server_ends_before_the_answer(void **state)
{
	int proxy = connect_proxy(), silent = connect_proxy(), far_end;
	char byte;

	(void)state;
	request(proxy, &far_end);
	event_loop_run_ready(event);
	handoff_reply_on_gone(replies[0], on_gone, &n_gone);
	assert_int_equal(handoff_server_pending(server), 1);
	assert_int_equal(handoff_server_strangers(server), 1);
	server = handoff_server_destroy(server);
	assert_int_equal(recv(silent, &byte, 1, 0), 0);
	assert_int_equal(handoff_reply_send(replies[0], HANDOFF_NOT_POSSIBLE, "the end"), 0);
	assert_answer(proxy, HANDOFF_NOT_POSSIBLE, "the end");
	event_loop_run_ready(event);
	assert_int_equal(n_gone, 0);
	(void)close(silent);
	(void)close(viewers[0]);
	(void)close(far_end);
}

static int on_interval(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	*(bool *)userdata = true;
	return 0;
}

static void wait_for_interval(void)
{
	bool over = false;
	sd_event_source *timer;

	assert_int_equal(timer_add(event, 2 * HANDOFF_ACCEPT_INTERVAL, on_interval, &over, &timer),
			 0);
	event_loop_run(event, &over, 60);
	sd_event_source_unref(timer);
	event_loop_run_ready(event);
}

/* A proxy that was taken over connects all the time: other work gets its turn. */
static void test_more_than_an_interval_has(void **state)
{
	int proxy;

	(void)state;
	assert_true(__real_sd_event_now(event, CLOCK_MONOTONIC, &frozen) >= 0);
	frozen += UINT64_C(3600000000); /* so that no timer elapses */
	for (unsigned i = 0; i < HANDOFF_ACCEPTS_MAX; i++) {
		proxy = connect_proxy();
		event_loop_run_ready(event);
		assert_int_equal(handoff_server_strangers(server), 1);
		(void)close(proxy);
		event_loop_run_ready(event);
	}
	proxy = connect_proxy();
	event_loop_run_ready(event);
	assert_int_equal(handoff_server_strangers(server), 0);
	(void)close(proxy);
}

/* The last one waits in the backlog until one of the others is answered. */
static void test_one_more_than_the_limit(void **state)
{
	enum { N = HANDOFF_CONNECTIONS_MAX };
	int proxies[N + 1], far_ends[N + 1];
	struct handoff_answer answer;

	(void)state;
	for (unsigned i = 0; i < N; i++) {
		proxies[i] = connect_proxy();
		request(proxies[i], &far_ends[i]);
	}
	proxies[N] = connect_proxy();
	ask(proxies[N]);
	wait_for_interval();
	assert_int_equal(handoff_receive_answer(proxies[N], &answer), -EAGAIN);
	assert_int_equal(n_requests, N);
	assert_int_equal(handoff_server_pending(server), N);

	assert_int_equal(handoff_reply_send(replies[5], HANDOFF_TAKEN, NULL), 0);
	wait_for_interval();
	assert_int_equal(handoff_receive_answer(proxies[N], &answer), 0);
	respond(proxies[N], &far_ends[N]);
	event_loop_run_ready(event);
	assert_int_equal(n_requests, N + 1);
	assert_int_equal(handoff_server_pending(server), N);
	for (unsigned i = 0; i <= N; i++) {
		if (i != 5)
			assert_int_equal(handoff_reply_send(replies[i], HANDOFF_TAKEN, NULL), 0);
		(void)close(viewers[i]);
		(void)close(far_ends[i]);
		(void)close(proxies[i]);
	}
	assert_int_equal(handoff_server_pending(server), 0);
}

/* Silent connections time out after 10 s, and make room for others. */
static void test_silent_ones_make_room(void **state)
{
	int silent[HANDOFF_CONNECTIONS_MAX], proxy;
	struct handoff_answer answer;

	(void)state;
	for (unsigned i = 0; i < HANDOFF_CONNECTIONS_MAX; i++)
		silent[i] = connect_proxy();
	proxy = connect_proxy();
	ask(proxy);
	wait_for_interval();
	assert_int_equal(handoff_receive_answer(proxy, &answer), -EAGAIN);
	assert_int_equal(handoff_server_strangers(server), HANDOFF_CONNECTIONS_MAX);

	while (handoff_server_strangers(server) > 1)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
	event_loop_run_ready(event);
	assert_int_equal(handoff_receive_answer(proxy, &answer), 0);
	assert_int_equal(answer.result, HANDOFF_CHALLENGED);
	for (unsigned i = 0; i < HANDOFF_CONNECTIONS_MAX; i++)
		(void)close(silent[i]);
	event_loop_run_ready(event);
	assert_int_equal(handoff_server_strangers(server), 1);
	(void)close(proxy);
}

static void test_other_kinds_of_descriptors(void **state)
{
	struct handoff_server *none = NULL;
	int fds[] = {
		scratch_listen(scratch_path("stream"), SOCK_STREAM, 1),
		scratch_listen(scratch_path("bound"), SOCK_SEQPACKET, -1),
		open("/dev/null", O_RDWR | O_CLOEXEC),
		-1,
	};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(handoff_server_start(event, fds[i], on_request, NULL, &none),
				 -EINVAL);
		if (fds[i] >= 0) /* still ours */
			assert_int_equal(close(fds[i]), 0);
	}
	assert_null(none);
}

static void test_nothing_is_left_open(void **state)
{
	unsigned before;

	/* The loop creates its timer when it first needs it. */
	test_bad_messages(state);
	before = scratch_count_descriptors();
	test_bad_messages(state);
	test_whole_request_without_descriptor(state);
	test_messages_in_the_wrong_order(state);
	test_sockets_that_are_no_viewers(state);
	test_proxy_vanishes_at_once(state);
	assert_int_equal(scratch_count_descriptors(), before);
}

#define TEST_CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_CASE(test_three_answers),
		TEST_CASE(test_leaves_who_is_waiting_to_others),
		TEST_CASE(test_gives_no_challenge),
		TEST_CASE(test_challenges),
		TEST_CASE(test_has_challenged),
		TEST_CASE(test_replayed_response),
		TEST_CASE(test_challenge_that_has_expired),
		TEST_CASE(test_messages_in_the_wrong_order),
		TEST_CASE(test_other_versions),
		TEST_CASE(test_sockets_that_are_no_viewers),
		TEST_CASE(test_proxy_vanishes_before_the_answer),
		TEST_CASE(test_proxy_vanishes_at_once),
		TEST_CASE(test_bad_messages),
		TEST_CASE(test_whole_request_without_descriptor),
		TEST_CASE(test_more_after_the_request_is_not_read),
		TEST_CASE(test_server_ends_before_the_answer),
		TEST_CASE(test_more_than_an_interval_has),
		TEST_CASE(test_one_more_than_the_limit),
		TEST_CASE(test_silent_ones_make_room),
		TEST_CASE(test_other_kinds_of_descriptors),
		TEST_CASE(test_nothing_is_left_open),
	};

	log_init("test_handoff_server");
	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
