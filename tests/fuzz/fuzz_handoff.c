/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hand-off messages, as the scraper and the proxy receive them from a real socket. The input's
 * first byte chooses how many descriptors come along, the second their kind and whether the rest
 * overwrites a part of a valid message or is the message.
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

#include "common/handoff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DESCRIPTORS_MAX = 7, MESSAGE_MAX = 1024 };

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void send_raw(int fd, uint8_t *bytes, size_t n, int descriptor, size_t n_descriptors)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec part = { .iov_base = bytes, .iov_len = n };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	if (n_descriptors > 0) {
		struct cmsghdr *c;

		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(n_descriptors * sizeof(int));
		c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n_descriptors * sizeof(int));
		for (size_t i = 0; i < n_descriptors; i++)
			memcpy(CMSG_DATA(c) + i * sizeof(int), &descriptor, sizeof(int));
	}
	check(sendmsg(fd, &message, 0) == (ssize_t)n);
}

/* The lowest free number: it grows if a descriptor leaks. */
static int get_free_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	check(fd >= 0);
	close(fd);
	return fd;
}

static void receive_request(int fd)
{
	struct handoff_request request;
	int viewer = -1, r = handoff_receive_request(fd, &request, &viewer);

	check(r == 0 || r == -EBADMSG || r == -ECONNRESET);
	check((r == 0) == (viewer >= 0));
	if (r < 0)
		return;
	check(request.minor == 3 || request.minor == 7 || request.minor == 8);
	check(strnlen(request.peer, sizeof(request.peer)) < sizeof(request.peer));
	close(viewer);
}

static void receive_answer(int fd)
{
	struct handoff_answer answer;
	int r = handoff_receive_answer(fd, &answer);

	check(r == 0 || r == -EBADMSG || r == -ECONNRESET);
	if (r < 0)
		return;
	check(answer.result <= HANDOFF_NOT_POSSIBLE);
	check(strnlen(answer.reason, sizeof(answer.reason)) < sizeof(answer.reason));
}

/* The message to send: a valid one whose last bytes are the input, or the input alone. */
static size_t build_message(uint8_t ret_message[static MESSAGE_MAX], const uint8_t *data,
			    size_t size, bool is_request, bool over_valid)
{
	const struct handoff_request request = { HANDOFF_MAGIC, HANDOFF_VERSION,   8, 0, { 0 },
						 { 0 },		"172.17.0.2:34567" };
	const struct handoff_answer answer = { HANDOFF_MAGIC, HANDOFF_VERSION, 2, "reason" };
	size_t n = 0;

	if (over_valid) {
		n = is_request ? sizeof(request) : sizeof(answer);
		memcpy(ret_message, is_request ? (const void *)&request : &answer, n);
	}
	size = size < MESSAGE_MAX ? size : MESSAGE_MAX;
	/* The end is where the texts are. */
	memcpy(over_valid && size < n ? ret_message + n - size : ret_message, data, size);
	return size > n ? size : n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t message[MESSAGE_MAX];
	int pair[2], streams[2], before, descriptor;
	bool is_request;
	size_t n;

	if (size < 2)
		return 0;
	is_request = data[1] & 1;
	check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, streams) == 0);
	descriptor = data[1] & 2 ? streams[0] : data[1] & 4 ? pair[0] : STDERR_FILENO;
	before = get_free_descriptor();
	n = build_message(message, data + 2, size - 2, is_request, data[1] & 8);
	send_raw(pair[0], message, n, descriptor, data[0] % (DESCRIPTORS_MAX + 1));
	if (is_request)
		receive_request(pair[1]);
	else
		receive_answer(pair[1]);
	check(get_free_descriptor() == before);
	close(pair[0]);
	close(pair[1]);
	close(streams[0]);
	close(streams[1]);
	return 0;
}
