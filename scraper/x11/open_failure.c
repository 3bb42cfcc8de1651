/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "open_failure.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_MS = 1000, ANSWER_MAX = 8 + 255 };

/* Returns a socket, or -errno: as Xlib does, to the abstract socket first. */
static int connect_to(unsigned long number)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	int n = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "/tmp/.X11-unix/X%lu",
			 number);
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
	int r = connect(fd, (const struct sockaddr *)&address, length);
	if (r < 0) {
		memmove(address.sun_path, address.sun_path + 1, (size_t)n + 1);
		r = connect(fd, (const struct sockaddr *)&address, sizeof(address));
	}
	if (r < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

/*
 * Sends a connection setup without authorization (X Window System Protocol, chapter 8), and reads
 * the answer until that is complete or time is up. Returns the number of bytes, 0 if none came.
 */
static size_t ask(int fd, uint8_t ret_answer[static ANSWER_MAX])
{
	const uint8_t setup[12] = {
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 'l' : 'B',
		0,
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 11 : 0,
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 11,
	};
	size_t have = 0;
	ssize_t n = send(fd, setup, sizeof(setup), MSG_NOSIGNAL);

	/* A server that is full answers before it reads. */
	while ((n > 0 || errno == EPIPE) && have < ANSWER_MAX) {
		if (poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, ANSWER_MS) <= 0)
			break;
		n = recv(fd, ret_answer + have, ANSWER_MAX - have, 0);
		if (n <= 0)
			break;
		have += (size_t)n;
		if (ret_answer[0] != 0 || (have >= 8 && have >= 8U + ret_answer[1]))
			break;
	}
	return have;
}

static void explain_answer(const char *name, const char *xauthority, const uint8_t *answer,
			   size_t have, char *ret_reason, size_t size)
{
	static const char full[] = "Maximum number of clients";

	if (!have)
		snprintf(ret_reason, size, "The X server at display %s does not answer: it hangs.",
			 name);
	else if (answer[0] != 0)
		snprintf(ret_reason, size, "The X server at display %s has refused a connection.",
			 name);
	else if (have >= 8 + strlen(full) && memcmp(answer + 8, full, strlen(full)) == 0)
		snprintf(ret_reason, size,
			 "The X server at display %s is full: as many programs are connected as it "
			 "takes. Close some of them.",
			 name);
	else
		snprintf(ret_reason, size,
			 "The X server at display %s refuses the connection: %s%s has no valid key "
			 "for it.",
			 name, xauthority ? "authority file " : "the user's own authority file",
			 xauthority ? xauthority : "");
}

void open_failure_explain(const char *name, const char *xauthority, char *ret_reason, size_t size)
{
	uint8_t answer[ANSWER_MAX] = { 0 };
	char *end = NULL;
	unsigned long number = *name == ':' ? strtoul(name + 1, &end, 10) : 0;

	if (!end || end == name + 1) {
		snprintf(ret_reason, size, "Display %s cannot be opened: it must be a local one.",
			 name);
		return;
	}
	int fd = connect_to(number);
	if (fd < 0) {
		if (fd == -ENOENT || fd == -ECONNREFUSED)
			snprintf(ret_reason, size, "There is no X server at display %s.", name);
		else
			snprintf(ret_reason, size,
				 "The X server at display %s does not answer: %s.", name,
				 fd == -EAGAIN ? "it hangs" : strerror(-fd));
		return;
	}
	explain_answer(name, xauthority, answer, ask(fd, answer), ret_reason, size);
	close(fd);
}
