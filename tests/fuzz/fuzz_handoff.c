/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hand-off messages, as the scraper and the proxy receive them from a real socket. The input's
 * first byte chooses how many descriptors come along, the second whether they are a viewer's socket
 * or others, and whether the rest overwrites the end or the beginning of a valid message, or is the
 * message.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes.h"
#include "common/handoff.h"
#include "tests/support/send_raw.h"
#include "tests/support/tcp_pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DESCRIPTORS_MAX = 7, MESSAGE_MAX = 1024 };

/* The viewer's socket that comes along, for all inputs. */
static struct tcp_pair tcp;

/* The lowest free descriptor, which rises when one is left open. */
static int get_free_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	require(fd >= 0);
	close(fd);
	return fd;
}

static void receive_request(int fd)
{
	struct handoff_request request;
	int viewer = -1, r = handoff_receive_request(fd, &request, &viewer);

	require(r == 0 || r == -EBADMSG || r == -ECONNRESET || r == -EPROTONOSUPPORT);
	if (r < 0) {
		require(viewer == -1);
		return;
	}
	require((request.kind == HANDOFF_CONNECT) == (viewer >= 0));
	if (viewer < 0) {
		require(request.kind == HANDOFF_CHALLENGE);
		return;
	}
	require(strcmp(request.peer, tcp.peer) == 0);
	require(request.minor == 3 || request.minor == 7 || request.minor == 8);
	require(strnlen(request.peer, sizeof(request.peer)) < sizeof(request.peer));
	close(viewer);
}

static void receive_answer(int fd)
{
	struct handoff_answer answer;
	int r = handoff_receive_answer(fd, &answer);

	require(r == 0 || r == -EBADMSG || r == -ECONNRESET || r == -EPROTONOSUPPORT);
	if (r < 0 || answer.result == HANDOFF_CHALLENGED)
		return;
	require(answer.result <= HANDOFF_TAKEN_VIEW_ONLY);
	require(strnlen(answer.reason, sizeof(answer.reason)) < sizeof(answer.reason));
}

/* The message to send: a valid one whose last bytes are the input, or the input alone. */
static size_t build_message(uint8_t ret_message[static MESSAGE_MAX], const uint8_t *data,
			    size_t size, bool is_request, bool over_valid, bool at_end)
{
	struct handoff_request request = { HANDOFF_MAGIC,   HANDOFF_VERSION,
					   HANDOFF_CONNECT, 8,
					   { 0 },	    "" };
	const struct handoff_answer answer = { .magic = HANDOFF_MAGIC,
					       .version = HANDOFF_ANSWER_VERSION,
					       .result = HANDOFF_NOT_POSSIBLE,
					       .reason = "reason" };
	size_t n = 0;

	memcpy(request.peer, tcp.peer, sizeof(request.peer));
	if (over_valid) {
		n = is_request ? sizeof(request) : sizeof(answer);
		memcpy(ret_message, is_request ? (const void *)&request : &answer, n);
	}
	size = size < MESSAGE_MAX ? size : MESSAGE_MAX;
	/* The end is where the texts are, the beginning where the other fields are. */
	memcpy(over_valid && at_end && size < n ? ret_message + n - size : ret_message, data, size);
	return size > n ? size : n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t message[MESSAGE_MAX];
	int pair[2], descriptors[DESCRIPTORS_MAX], before, descriptor;
	bool is_request;
	size_t n;

	if (size < 2)
		return 0;
	is_request = data[1] & 1;
	if (!tcp.peer[0])
		require(tcp_pair_create(AF_INET, &tcp) == 0);
	require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	descriptor = data[1] & 2 ? tcp.server : data[1] & 4 ? pair[0] : STDERR_FILENO;
	before = get_free_descriptor();
	n = build_message(message, data + 2, size - 2, is_request, data[1] & 8, !(data[1] & 16));
	for (size_t i = 0; i < DESCRIPTORS_MAX; i++)
		descriptors[i] = descriptor;
	require(send_raw(pair[0], message, n, descriptors, data[0] % (DESCRIPTORS_MAX + 1)) ==
		(ssize_t)n);
	if (is_request)
		receive_request(pair[1]);
	else
		receive_answer(pair[1]);
	require(get_free_descriptor() == before);
	close(pair[0]);
	close(pair[1]);
	return 0;
}
