/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "safe_write.h"
#include "common/read_all.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { ATTRIBUTES_MAX = 65536 };

static unsigned changes_left;

void safe_kill_after(unsigned n)
{
	changes_left = n;
}

/* Called after each system call that changed something. */
static void changed(void)
{
	if (changes_left > 0 && --changes_left == 0)
		raise(SIGKILL);
}

/* In the same directory, and a name that no program reads: no "*.conf", unit or PAM service. */
static int temporary_path(const char *path, char ret_path[static PATH_MAX])
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	int length = snprintf(ret_path, PATH_MAX, "%.*s.%s.gpudesk-new", (int)(name - path), path,
			      name);

	return length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

void safe_tidy(const char *path)
{
	char temporary[PATH_MAX];

	if (temporary_path(path, temporary) == 0)
		unlink(temporary);
}

static int sync_directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX];

	if (!slash)
		return -EINVAL;
	snprintf(directory, sizeof(directory), "%.*s", slash == path ? 1 : (int)(slash - path),
		 path);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Some file systems cannot synchronize directories. */
	int r = fsync(fd) < 0 && errno != EINVAL ? -errno : 0;
	close(fd);
	return r;
}

/* After a system call that changed a directory. Returns 0 when that is on disk, or -errno. */
static int settle(int result, const char *path)
{
	if (result < 0)
		return -errno;
	changed();
	return sync_directory_of(path);
}

static int read_open(int fd, char **ret_text, size_t *ret_length)
{
	struct stat status;
	ssize_t length;
	char *text;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size > SAFE_FILE_MAX)
		return -EFBIG;
	text = malloc((size_t)status.st_size + 1);
	if (!text)
		return -ENOMEM;
	length = read_all(fd, text, (size_t)status.st_size);
	if (length < 0) {
		free(text);
		return (int)length;
	}
	text[length] = '\0';
	*ret_text = text;
	*ret_length = (size_t)length;
	return 0;
}

int safe_read(const char *path, char **ret_text, size_t *ret_length)
{
	/* O_NONBLOCK: a FIFO must not hold us up. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = read_open(fd, ret_text, ret_length);
	close(fd);
	return r;
}

int safe_read_link(const char *path, char **ret_target)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof(target) - 1);

	if (length < 0)
		return -errno;
	target[length] = '\0';
	*ret_target = strdup(target);
	return *ret_target ? 0 : -ENOMEM;
}

bool safe_same(const char *path, const char *other)
{
	char *text = NULL, *other_text = NULL;
	size_t length = 0, other_length = 0;
	bool same = safe_read(path, &text, &length) == 0 &&
		    safe_read(other, &other_text, &other_length) == 0 && length == other_length &&
		    /* It thinks that errno may be 0. NOLINTNEXTLINE(*-core.NonNullParamChecker) */
		    memcmp(text, other_text, length) == 0;

	free(text);
	free(other_text);
	return same;
}

static int write_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		length -= (size_t)n;
	}
	return 0;
}

static void copy_attribute(int from, int to, const char *name)
{
	char value[ATTRIBUTES_MAX];
	ssize_t size = fgetxattr(from, name, value, sizeof(value));

	/* An attribute that the file system does not support is lost. */
	if (size >= 0)
		(void)!fsetxattr(to, name, value, (size_t)size, 0);
}

static void copy_attributes(int from, int to)
{
	char names[ATTRIBUTES_MAX];
	ssize_t size = flistxattr(from, names, sizeof(names));

	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(names + at) + 1)
		copy_attribute(from, to, names + at);
}

/* The owner before the mode: changing the owner clears setuid bits. */
static int copy_metadata(int from, int to, bool with_times)
{
	struct stat status;

	if (fstat(from, &status) < 0)
		return -errno;
	if (fchown(to, status.st_uid, status.st_gid) < 0)
		return -errno;
	if (fchmod(to, status.st_mode & 07777) < 0)
		return -errno;
	copy_attributes(from, to);
	if (with_times) {
		struct timespec times[] = { status.st_atim, status.st_mtim };

		if (futimens(to, times) < 0)
			return -errno;
	}
	return 0;
}

static int set_metadata(int fd, const char *like, mode_t mode, bool with_times)
{
	if (!like)
		return fchmod(fd, mode) < 0 ? -errno : 0;
	int from = open(like, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (from < 0)
		return -errno;
	int r = copy_metadata(from, fd, with_times);
	close(from);
	return r;
}

static int fill(int fd, const char *text, size_t length, const char *like, mode_t mode,
		bool with_times)
{
	int r = write_all(fd, text, length);

	if (r < 0)
		return r;
	changed();
	r = set_metadata(fd, like, mode, with_times);
	if (r < 0)
		return r;
	return fsync(fd) < 0 ? -errno : 0;
}

static int put(const char *path, const char *text, size_t length, const char *like, mode_t mode,
	       bool with_times)
{
	char temporary[PATH_MAX];
	int r = temporary_path(path, temporary), fd;

	if (r < 0)
		return r;
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	changed();
	r = fill(fd, text, length, like, mode, with_times);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0)
		r = settle(rename(temporary, path), path);
	if (r < 0)
		unlink(temporary);
	return r;
}

int safe_write(const char *path, const char *text, size_t length, const char *like, mode_t mode)
{
	return put(path, text, length, like, mode, false);
}

int safe_copy(const char *from, const char *path)
{
	char *text = NULL;
	size_t length = 0;
	int r = safe_read(from, &text, &length);

	if (r < 0)
		return r;
	r = put(path, text, length, from, 0, true);
	free(text);
	return r;
}

int safe_link(const char *target, const char *path)
{
	char temporary[PATH_MAX];
	int r = temporary_path(path, temporary);

	if (r < 0)
		return r;
	unlink(temporary);
	if (symlink(target, temporary) < 0)
		return -errno;
	changed();
	r = settle(rename(temporary, path), path);
	if (r < 0)
		unlink(temporary);
	return r;
}

int safe_unlink(const char *path)
{
	return settle(unlink(path), path);
}

int safe_make_directory(const char *path, mode_t mode)
{
	int r = mkdir(path, mode);

	if (r == 0)
		r = chmod(path, mode); /* mkdir() applies the umask */
	return settle(r, path);
}

int safe_remove_directory(const char *path)
{
	return settle(rmdir(path), path);
}
