/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
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

/* A character device may be /dev/null. */
static int open_regular(const char *path, bool or_device)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (S_ISDIR(st.st_mode) && or_device)
		r = -EISDIR;
	else if (!S_ISREG(st.st_mode) && !(or_device && S_ISCHR(st.st_mode)))
		r = -EINVAL;
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

/* The buffer grows: files in /proc and /sys have no size. */
static int read_growing(int fd, size_t max, char **text, size_t *length)
{
	size_t room = 2048;

	while (*length <= max) {
		char *longer;
		ssize_t n;

		room = room <= max / 2 ? 2 * room : max + 1;
		longer = realloc(*text, room + 1);
		if (!longer)
			return -ENOMEM;
		*text = longer;
		n = read_all(fd, longer + *length, room - *length);
		if (n < 0)
			return (int)n;
		*length += (size_t)n;
		if (*length < room)
			return 0;
	}
	return -EFBIG;
}

int whole_file_read(const char *path, size_t max, char **ret_text, size_t *ret_length)
{
	size_t length = 0;
	char *text = NULL;
	int fd, r;

	fd = open_regular(path, false);
	if (fd < 0)
		return fd;
	r = read_growing(fd, max, &text, &length);
	close(fd);
	if (r < 0) {
		free(text);
		return r;
	}
	text[length] = '\0';
	*ret_text = text;
	if (ret_length)
		*ret_length = length;
	return 0;
}

ssize_t whole_file_read_into(const char *path, void *ret_bytes, size_t size)
{
	int fd = open_regular(path, true);

	if (fd < 0)
		return fd;
	ssize_t n = read_all(fd, ret_bytes, size);
	close(fd);
	return n == (ssize_t)size ? -EFBIG : n;
}

int replace_file_begin(int directory, const char *temporary)
{
	int fd = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);

	if (fd < 0)
		return -errno;
	return fd;
}

int replace_file_write(int fd, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t n = write(fd, at, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		length -= (size_t)n;
	}
	return 0;
}

int replace_file_end(int directory, const char *temporary, int fd, int r, const char *name)
{
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && renameat(directory, temporary, directory, name) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(directory, temporary, 0);
	return r;
}
