/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "known_sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/whole_file.h"

#define FILE_NAME "known-sources"
#define MAGIC UINT32_C(0x67704b31) /* "gpK1" */

struct content {
	uint32_t magic, n;
	struct throttle_known known[KNOWN_SOURCES_MAX];
};

static size_t size_of(size_t n)
{
	return offsetof(struct content, known) + n * sizeof(struct throttle_known);
}

static int open_own(int directory)
{
	struct stat status;
	int fd = openat(directory, FILE_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
	    !(status.st_mode & (S_IWGRP | S_IWOTH)))
		return fd;
	close(fd);
	return -EBADMSG;
}

static int read_content(int directory, struct content *ret_content)
{
	char beyond;
	ssize_t n;
	int fd = open_own(directory), r = 0;

	if (fd < 0)
		return fd;
	n = read_all(fd, ret_content, sizeof(*ret_content));
	if (n < 0)
		r = (int)n;
	else if ((size_t)n < size_of(0) || ret_content->magic != MAGIC ||
		 ret_content->n > KNOWN_SOURCES_MAX || (size_t)n != size_of(ret_content->n) ||
		 read_all(fd, &beyond, 1) != 0)
		r = -EBADMSG;
	close(fd);
	return r;
}

static int open_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd;
}

int known_sources_load(const char *directory, struct throttle *throttle, uint64_t now)
{
	struct content content = { 0 };
	int fd, r;

	if (!directory)
		return 0;
	fd = open_directory(directory);
	if (fd < 0)
		return fd;
	r = read_content(fd, &content);
	close(fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	throttle_add_known(throttle, content.known, content.n, now);
	return (int)content.n;
}

int known_sources_save(const char *directory, const struct throttle *throttle, uint64_t now)
{
	static const char temporary[] = FILE_NAME ".new";
	struct content content = { .magic = MAGIC };
	int fd, file, r;

	if (!directory)
		return 0;
	fd = open_directory(directory);
	if (fd < 0)
		return fd;
	content.n = (uint32_t)throttle_list_known(throttle, now, content.known, KNOWN_SOURCES_MAX);
	(void)unlinkat(fd, temporary, 0); /* of a process that was killed */
	file = replace_file_begin(fd, temporary);
	r = file < 0 ? file : 0;
	if (r == 0) {
		r = replace_file_write(file, &content, size_of(content.n));
		r = replace_file_end(fd, temporary, file, r, FILE_NAME);
	}
	close(fd);
	return r;
}
