/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "handoff.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Room for more than the one expected, so that any others are noticed and closed. */
enum { DESCRIPTORS_MAX = 4 };

union descriptor_control {
	struct cmsghdr header; /* for its alignment */
	char bytes[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
};

static int send_message(int fd, void *message, size_t size, int descriptor)
{
	union descriptor_control control = { .bytes = { 0 } };
	struct iovec part = { .iov_base = message, .iov_len = size };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n;

	if (descriptor >= 0) {
		struct cmsghdr *first;

		header.msg_control = control.bytes;
		header.msg_controllen = CMSG_SPACE(sizeof(int));
		first = CMSG_FIRSTHDR(&header);
		first->cmsg_level = SOL_SOCKET;
		first->cmsg_type = SCM_RIGHTS;
		first->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(first), &descriptor, sizeof(int));
	}
	do
		n = sendmsg(fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}

/* Copies the descriptors of a message, of which the kernel made DESCRIPTORS_MAX at most. */
static size_t collect_descriptors(struct msghdr *header,
				  int ret_descriptors[static DESCRIPTORS_MAX])
{
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		size_t more;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		more = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		if (more > DESCRIPTORS_MAX - n)
			more = DESCRIPTORS_MAX - n;
		memcpy(ret_descriptors + n, CMSG_DATA(c), more * sizeof(int));
		n += more;
	}
	return n;
}

static bool is_of_another_version(const void *message, size_t n, uint32_t version)
{
	uint32_t head[2];

	if (n < sizeof(head))
		return false;
	memcpy(head, message, sizeof(head));
	return head[0] == HANDOFF_MAGIC && head[1] != version;
}

/*
 * Receives one message of exactly `size` bytes, with one descriptor or none (-1). Closes all
 * descriptors of a message that is refused.
 */
static int receive_message(int fd, void *ret_message, size_t size, uint32_t version,
			   int *ret_descriptor)
{
	union descriptor_control control;
	struct iovec part = { .iov_base = ret_message, .iov_len = size };
	struct msghdr header = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	int descriptors[DESCRIPTORS_MAX] = { -1 };
	size_t n_descriptors;
	ssize_t n;
	int r;

	do
		n = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	n_descriptors = collect_descriptors(&header, descriptors);
	if (n == 0 && n_descriptors == 0)
		return -ECONNRESET; /* the end: there are no empty messages */

	r = is_of_another_version(ret_message, (size_t)n, version) ? -EPROTONOSUPPORT : -EBADMSG;
	if (r == -EBADMSG && (size_t)n == size && n_descriptors <= 1 &&
	    !(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
		*ret_descriptor = descriptors[0];
		return 0;
	}
	while (n_descriptors > 0)
		close(descriptors[--n_descriptors]);
	return r;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Whether `text` ends within `size` bytes and has no control characters; UTF-8 passes. */
static bool is_plain_text(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	if (length == size)
		return false;
	for (size_t i = 0; i < length; i++)
		if (is_control(text[i]))
			return false;
	return true;
}

static bool request_is_valid(const struct handoff_request *request, bool has_viewer)
{
	if (request->magic != HANDOFF_MAGIC || request->version != HANDOFF_VERSION)
		return false;
	if (request->kind == HANDOFF_CHALLENGE)
		return !has_viewer;
	return request->kind == HANDOFF_CONNECT && has_viewer &&
	       (request->minor == 3 || request->minor == 7 || request->minor == 8) &&
	       is_plain_text(request->peer, sizeof(request->peer));
}

/* Whether the socket is a viewer's: other kinds could be connected to anything. */
static int check_viewer(int fd, const char *peer)
{
	struct sockaddr_storage address = { 0 };
	char found[HANDOFF_PEER_MAX];
	int type = 0;
	socklen_t size = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_STREAM)
		return -EBADMSG;
	size = sizeof(address);
	if (getpeername(fd, (struct sockaddr *)&address, &size) < 0)
		return errno == ENOTCONN ? -ENOTCONN : -EBADMSG;
	if (address.ss_family != AF_INET && address.ss_family != AF_INET6)
		return -EBADMSG;
	net_format_peer((const struct sockaddr *)&address, found);
	return strcmp(found, peer) == 0 ? 0 : -EBADMSG;
}

int handoff_send_request(int fd, const struct handoff_request *request, int viewer)
{
	struct handoff_request message = *request;
	int r;

	message.magic = HANDOFF_MAGIC;
	message.version = HANDOFF_VERSION;
	r = request_is_valid(&message, viewer >= 0)
		    ? send_message(fd, &message, sizeof(message), viewer)
		    : -EINVAL;
	explicit_bzero(message.response, sizeof(message.response));
	return r;
}

int handoff_receive_request(int fd, struct handoff_request *ret_request, int *ret_viewer)
{
	struct handoff_request message;
	int viewer = -1, r;

	r = receive_message(fd, &message, sizeof(message), HANDOFF_VERSION, &viewer);
	if (r == 0 && !request_is_valid(&message, viewer >= 0))
		r = -EBADMSG;
	if (r == 0 && viewer >= 0)
		r = check_viewer(viewer, message.peer);
	if (r == 0) {
		*ret_request = message;
		*ret_viewer = viewer;
	} else if (viewer >= 0) {
		close(viewer);
	}
	explicit_bzero(&message, sizeof(message));
	return r;
}

/* Cuts the text if needed, between UTF-8 characters; control characters become spaces. */
static void copy_reason(char ret_reason[static HANDOFF_REASON_MAX], const char *reason)
{
	size_t length = strlen(reason);

	if (length >= HANDOFF_REASON_MAX) {
		length = HANDOFF_REASON_MAX - 1;
		while (length > 0 && ((unsigned char)reason[length] & 0xc0) == 0x80)
			length--;
	}
	for (size_t i = 0; i < length; i++)
		ret_reason[i] = is_control(reason[i]) ? ' ' : reason[i];
}

int handoff_send_answer(int fd, enum handoff_result result, const char *reason)
{
	struct handoff_answer message = {
		.magic = HANDOFF_MAGIC,
		.version = HANDOFF_ANSWER_VERSION,
		.result = result,
	};

	if (reason)
		copy_reason(message.reason, reason);
	return send_message(fd, &message, sizeof(message), -1);
}

int handoff_send_challenge(int fd, const uint8_t challenge[static HANDOFF_CHALLENGE_SIZE])
{
	struct handoff_answer message = {
		.magic = HANDOFF_MAGIC,
		.version = HANDOFF_ANSWER_VERSION,
		.result = HANDOFF_CHALLENGED,
	};

	memcpy(message.challenge, challenge, HANDOFF_CHALLENGE_SIZE);
	return send_message(fd, &message, sizeof(message), -1);
}

int handoff_receive_answer(int fd, struct handoff_answer *ret_answer)
{
	struct handoff_answer message;
	int descriptor = -1, r;

	r = receive_message(fd, &message, sizeof(message), HANDOFF_ANSWER_VERSION, &descriptor);
	if (r < 0)
		return r;
	if (descriptor >= 0) {
		close(descriptor);
		return -EBADMSG;
	}
	if (message.magic != HANDOFF_MAGIC || message.result > HANDOFF_TAKEN_VIEW_ONLY ||
	    (message.result != HANDOFF_CHALLENGED &&
	     !is_plain_text(message.reason, sizeof(message.reason))))
		return -EBADMSG;
	*ret_answer = message;
	return 0;
}
