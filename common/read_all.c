/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read_all.h"

#include <errno.h>
#include <unistd.h>

ssize_t read_all(int fd, void *ret_bytes, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t n = read(fd, (char *)ret_bytes + length, size - length);

		if (n == 0)
			break;
		if (n > 0)
			length += (size_t)n;
		else if (errno != EINTR)
			return -errno;
	}
	return (ssize_t)length;
}
