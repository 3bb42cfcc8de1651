/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session records as files: replaced as a whole, trusted only if none but the owner can write. */
#include "session_record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "whole_file.h"

enum {
	LIST_MAX = 1024,
	TEMPORARY_ATTEMPTS = 32,
	TEMPORARY_NAME_MAX = 96, /* ".", a session id, ".", six characters */
	RECORD_MODE = 0644,
	OTHERS_WRITE = S_IWGRP | S_IWOTH,
};

/* Others who can write here could plant a record, or redirect ours. */
static bool is_owned_and_guarded(const struct stat *status, uid_t owner)
{
	return status->st_uid == owner && !(status->st_mode & OTHERS_WRITE);
}

/* Opens a directory that only `owner` can write. Returns a descriptor, -EPERM or -errno. */
static int open_directory(const char *directory, uid_t owner)
{
	struct stat status;
	int fd, r = 0;

	fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? -EPERM : -errno;
	if (fstat(fd, &status) < 0)
		r = -errno;
	else if (!is_owned_and_guarded(&status, owner))
		r = -EPERM;
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

/*
 * Creates ".<session>.XXXXXX". The name need not be hard to guess, since no other user can write
 * here; it need only differ from what a killed process left.
 */
static int create_temporary(int directory, const char *session,
			    char name[static TEMPORARY_NAME_MAX])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	struct timespec now;
	int fd = -EEXIST;

	for (int attempt = 0; fd == -EEXIST && attempt < TEMPORARY_ATTEMPTS; attempt++) {
		char suffix[] = "XXXXXX";
		uint64_t bits;

		clock_gettime(CLOCK_MONOTONIC, &now);
		bits = (uint64_t)now.tv_nsec ^ (uint64_t)getpid() << 14 ^ (uint64_t)attempt << 25;
		for (size_t i = 0; i < sizeof(suffix) - 1; i++, bits >>= 5)
			suffix[i] = letters[bits & 31];
		snprintf(name, TEMPORARY_NAME_MAX, ".%.63s.%s", session, suffix);
		fd = replace_file_begin(directory, name);
	}
	return fd;
}

static int store_in(int directory, const char *session, const char *text, size_t length)
{
	char temporary[TEMPORARY_NAME_MAX];
	int fd, r;

	fd = create_temporary(directory, session, temporary);
	if (fd < 0)
		return fd;
	r = replace_file_write(fd, text, length);
	/* Not by the mode of open(2), which the caller's umask changes. */
	if (r == 0 && fchmod(fd, RECORD_MODE) < 0)
		r = -errno;
	return replace_file_end(directory, temporary, fd, r, session);
}

int session_record_store(const char *directory, const struct session_record *record)
{
	char text[SESSION_RECORD_MAX + 1];
	int fd, length, r;

	length = session_record_encode(record, text, sizeof(text));
	if (length < 0)
		return length;
	fd = open_directory(directory, geteuid());
	if (fd < 0)
		return fd;
	r = store_in(fd, record->session, text, (size_t)length);
	close(fd);
	return r;
}

int session_record_remove(const char *directory, const char *id)
{
	int fd, r = 0;

	if (!session_record_id_is_valid(id))
		return -EINVAL;
	fd = open_directory(directory, geteuid());
	if (fd < 0)
		return fd;
	if (unlinkat(fd, id, 0) < 0)
		r = -errno;
	close(fd);
	return r;
}

/* Opens the file of a record that only `owner` can have written. */
static int open_record(int directory, const char *id, uid_t owner)
{
	struct stat status;
	int fd, r = 0;

	/* O_NONBLOCK: a FIFO must not block. */
	fd = openat(directory, id, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP || errno == ENXIO ? -EPERM : -errno;
	if (fstat(fd, &status) < 0)
		r = -errno;
	else if (status.st_nlink == 0)
		r = -ENOENT; /* removed or replaced since it was opened */
	else if (!S_ISREG(status.st_mode) || status.st_nlink != 1 ||
		 !is_owned_and_guarded(&status, owner))
		r = -EPERM;
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

static int load_from(int directory, const char *id, uid_t owner, struct session_record *ret_record)
{
	char text[SESSION_RECORD_MAX + 1]; /* one more, for a file that is too large */
	struct session_record record;
	ssize_t length;
	int fd, r;

	fd = open_record(directory, id, owner);
	if (fd < 0)
		return fd;
	length = read_all(fd, text, sizeof(text));
	close(fd);
	if (length < 0)
		return (int)length;
	r = session_record_decode(text, (size_t)length, &record, NULL);
	if (r < 0)
		return r;
	if (strcmp(record.session, id) != 0)
		return -EINVAL;
	*ret_record = record;
	return 0;
}

int session_record_load(const char *directory, const char *id, uid_t owner,
			struct session_record *ret_record)
{
	int fd, r;

	if (!session_record_id_is_valid(id))
		return -EINVAL;
	fd = open_directory(directory, owner);
	if (fd < 0)
		return fd;
	r = load_from(fd, id, owner, ret_record);
	close(fd);
	return r;
}

struct listed {
	char *id;
	struct timespec changed;
};

static bool is_newer(const struct listed *a, const struct listed *b)
{
	if (a->changed.tv_sec != b->changed.tv_sec)
		return a->changed.tv_sec > b->changed.tv_sec;
	if (a->changed.tv_nsec != b->changed.tv_nsec)
		return a->changed.tv_nsec > b->changed.tv_nsec;
	return strcmp(a->id, b->id) > 0;
}

/* Keeps the newest LIST_MAX, newest first. Owns entry.id. */
static void list_insert(struct listed *list, size_t *n, struct listed entry)
{
	size_t at = *n;

	while (at > 0 && is_newer(&entry, &list[at - 1]))
		at--;
	if (at == LIST_MAX) {
		free(entry.id);
		return;
	}
	if (*n == LIST_MAX)
		free(list[--*n].id);
	memmove(&list[at + 1], &list[at], (*n - at) * sizeof(*list));
	list[at] = entry;
	++*n;
}

static int list_read(DIR *directory, struct listed *list, size_t *n)
{
	struct dirent *entry;

	while (errno = 0, (entry = readdir(directory)) != NULL) {
		struct listed new = { 0 };
		struct stat status;

		if (!session_record_id_is_valid(entry->d_name))
			continue;
		if (fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			continue; /* it is gone */
		new.changed = status.st_mtim;
		new.id = strdup(entry->d_name);
		if (!new.id)
			return -ENOMEM;
		list_insert(list, n, new);
	}
	return -errno;
}

static int open_listing(const char *directory, DIR **ret_stream)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	*ret_stream = fdopendir(fd);
	if (*ret_stream)
		return 0;
	r = -errno;
	close(fd);
	return r;
}

int session_record_list(const char *directory, char ***ret_ids)
{
	struct listed *list = NULL;
	char **ids = NULL;
	DIR *stream = NULL;
	size_t n = 0;
	int r;

	r = open_listing(directory, &stream);
	if (r < 0 && r != -ENOENT)
		return r;
	list = calloc(LIST_MAX + 1, sizeof(*list));
	ids = calloc(LIST_MAX, sizeof(*ids));
	if (!list || !ids)
		r = -ENOMEM;
	else if (stream)
		r = list_read(stream, list, &n);
	else
		r = 0;
	if (stream)
		closedir(stream);

	for (size_t i = 0; i < n; i++)
		if (r == 0)
			ids[i] = list[i].id;
		else
			free(list[i].id);
	free(list);
	if (r < 0) {
		free(ids);
		return r;
	}
	*ret_ids = ids;
	return (int)n;
}

uid_t session_record_owner(const char *directory)
{
	return strcmp(directory, SESSION_RECORD_DIRECTORY) == 0 ? 0 : geteuid();
}

void session_record_ids_free(char **ids, int n)
{
	for (int i = 0; i < n; i++)
		free(ids[i]);
	free(ids);
}
