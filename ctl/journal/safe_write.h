/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes to the machine's files. Each is whole: what is killed, or runs out of space, leaves the
 * old state or the new one, and each is on the disk when it returns. Return 0 or -errno.
 */
#ifndef GPUDESK_SAFE_WRITE_H
#define GPUDESK_SAFE_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { SAFE_FILE_MAX = 4 * 1024 * 1024 }; /* bytes of a file that are read */

/* For tests: the process kills itself right after its `n`th change. 0: never. */
void safe_die_after(unsigned n);

/* The whole file, with a NUL behind it, for the caller to free. -EFBIG, -EINVAL: not a file. */
int safe_read(const char *path, char **ret_text, size_t *ret_length);

/* Where a symbolic link points to, for the caller to free. -EINVAL: not one. */
int safe_read_link(const char *path, char **ret_target);

/* Whether both are files with the same content; false where either cannot be read. */
bool safe_same(const char *path, const char *other);

/*
 * Puts a file with that content there, in place of what is there. It takes mode, owner and extended
 * attributes (SELinux's, access lists) of the file `like`, or `mode` and root's where that is NULL.
 */
int safe_write(const char *path, const char *text, size_t length, const char *like, mode_t mode);

/* Puts a copy of the file `from` there: content, mode, owner, extended attributes and times. */
int safe_copy(const char *from, const char *path);

int safe_link(const char *target, const char *path); /* also in place of another one */
int safe_unlink(const char *path);
int safe_make_directory(const char *path, mode_t mode);
int safe_remove_directory(const char *path);

/* Removes what a program that was killed has left of a change of that path. */
void safe_tidy(const char *path);

#endif
