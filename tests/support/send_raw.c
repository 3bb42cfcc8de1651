/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "send_raw.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

ssize_t send_raw(int fd, const void *bytes, size_t n, const int *descriptors, size_t n_descriptors)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(SEND_RAW_DESCRIPTORS_MAX * sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec part = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = n };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	if (n_descriptors > 0) {
		struct cmsghdr *c;

		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(n_descriptors * sizeof(int));
		c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n_descriptors * sizeof(int));
		memcpy(CMSG_DATA(c), descriptors, n_descriptors * sizeof(int));
	}
	return sendmsg(fd, &message, 0);
}
