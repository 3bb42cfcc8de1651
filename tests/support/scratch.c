/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

char scratch_directory[64];

int scratch_create(void **state)
{
	(void)state;
	(void)snprintf(scratch_directory, sizeof(scratch_directory), "/tmp/gpudesk-test.XXXXXX");
	return mkdtemp(scratch_directory) ? chmod(scratch_directory, 0755) : -1;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

int scratch_remove_tree(const char *path)
{
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int scratch_remove(void **state)
{
	(void)state;
	return scratch_remove_tree(scratch_directory);
}

const char *scratch_path(const char *name)
{
	static char paths[8][128];
	static unsigned turn;
	char *path = paths[turn++ % 8];

	assert_in_range(snprintf(path, sizeof(paths[0]), "%s/%s", scratch_directory, name), 1, 107);
	return path;
}

void scratch_write(const char *name, const void *bytes, size_t length, mode_t mode)
{
	const char *path = scratch_path(name);
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	assert_in_range(strlen(path), 1, sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path));
	return address;
}

/* A wrong test fails instead of waiting forever in accept(2) or recv(2). */
static int open_socket(int type)
{
	static const struct timeval limit = { .tv_sec = 20 };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	return fd;
}

int scratch_listen(const char *path, int type, int backlog)
{
	const struct sockaddr_un address = address_of(path);
	int fd = open_socket(type);

	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	if (backlog >= 0)
		assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

int scratch_connect(const char *path, int type)
{
	const struct sockaddr_un address = address_of(path);
	int fd = open_socket(type);

	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

unsigned scratch_count_entries(const char *path)
{
	DIR *directory = opendir(path);
	unsigned n = 0;

	assert_non_null(directory);
	while (readdir(directory))
		n++;
	(void)closedir(directory);
	return n - 2; /* "." and ".." */
}

unsigned scratch_count_descriptors(void)
{
	return scratch_count_entries("/proc/self/fd") - 1; /* the directory itself */
}
