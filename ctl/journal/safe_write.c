/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "safe_write.h"

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

#include "common/whole_file.h"

enum { ATTRIBUTES_MAX = 65536 };

static unsigned changes_left;

void safe_kill_after(unsigned n)
{
	changes_left = n;
}

/* Called after each system call that changed something. */
void safe_changed(void)
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
	safe_changed();
	return sync_directory_of(path);
}

int safe_read(const char *path, char **ret_text, size_t *ret_length)
{
	return whole_file_read(path, SAFE_FILE_MAX, ret_text, ret_length);
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
	int r = replace_file_write(fd, text, length);

	if (r < 0)
		return r;
	safe_changed();
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
	fd = replace_file_begin(AT_FDCWD, temporary);
	if (fd < 0)
		return fd;
	safe_changed();
	r = fill(fd, text, length, like, mode, with_times);
	r = replace_file_end(AT_FDCWD, temporary, fd, r, path);
	return r < 0 ? r : settle(0, path);
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
