/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Atomic changes to the machine's files: if the program is killed or the disk is full, the old
 * state or the new one is there. When they return, the change is on disk. All return 0 or -errno.
 */
#ifndef GPUDESK_SAFE_WRITE_H
#define GPUDESK_SAFE_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { SAFE_FILE_MAX = 4 * 1024 * 1024 }; /* bytes of a file that are read */

/* For tests: the process kills itself after its `n`th change. 0: never. */
void safe_kill_after(unsigned n);

/* For a change that another program has made: it counts as one. */
void safe_changed(void);

/* The whole file with a NUL behind it, for the caller to free. -EINVAL: not a regular file. */
int safe_read(const char *path, char **ret_text, size_t *ret_length);

/* Whether both are files with the same content; false if either cannot be read. */
bool safe_same(const char *path, const char *other);

/*
 * Writes the file, replacing any that is there. It gets the mode, owner and extended attributes
 * (SELinux's, access lists) of the file `like`; if that is NULL, `mode` and the caller's owner.
 */
int safe_write(const char *path, const char *text, size_t length, const char *like, mode_t mode);

/* Copies a file: content, mode, owner, extended attributes and times. */
int safe_copy(const char *from, const char *path);

int safe_unlink(const char *path);
int safe_make_directory(const char *path, mode_t mode);
int safe_remove_directory(const char *path);

/* Removes the temporary file that a killed program has left for that path. */
void safe_tidy(const char *path);

#endif
