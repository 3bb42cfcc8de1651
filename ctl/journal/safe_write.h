/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes to the machine's files. Each is whole: what is killed, or runs out of space, leaves the
 * old state or the new one, and each is on the disk when it returns. Return 0 or -errno.
 */
#ifndef GPUDESK_CTL_DISK_H
#define GPUDESK_CTL_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { DISK_FILE_MAX = 4 * 1024 * 1024 }; /* bytes of a file that are read */

/* For tests: the process kills itself right after its `n`th change. 0: never. */
void disk_die_after(unsigned n);

/* The whole file, with a NUL behind it, for the caller to free. -EFBIG, -EINVAL: not a file. */
int disk_read(const char *path, char **ret_text, size_t *ret_length);

/* Where a symbolic link points to, for the caller to free. -EINVAL: not one. */
int disk_read_link(const char *path, char **ret_target);

/* Whether both are files with the same content; false where either cannot be read. */
bool disk_same(const char *path, const char *other);

/*
 * Puts a file with that content there, in place of what is there. It takes mode, owner and extended
 * attributes (SELinux's, access lists) of the file `like`, or `mode` and root's where that is NULL.
 */
int disk_write(const char *path, const char *text, size_t length, const char *like, mode_t mode);

/* Puts a copy of the file `from` there: content, mode, owner, extended attributes and times. */
int disk_copy(const char *from, const char *path);

int disk_link(const char *target, const char *path); /* also in place of another one */
int disk_rename(const char *from, const char *to);   /* within a directory */
int disk_unlink(const char *path);
int disk_make_directory(const char *path, mode_t mode);
int disk_remove_directory(const char *path);

/* Removes what a program that was killed has left of a change of that path. */
void disk_tidy(const char *path);

#endif
