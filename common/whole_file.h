/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are read and replaced as a whole. */
#ifndef GPUDESK_WHOLE_FILE_H
#define GPUDESK_WHOLE_FILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads to the end of `fd`, or `size` bytes, however many calls that takes. Returns their number or
 * -errno; `fd` must not be non-blocking where something may still come.
 */
ssize_t read_all(int fd, void *ret_bytes, size_t size);

/*
 * Reads the regular file at `path` into malloc'ed text with a NUL behind it, which the caller
 * frees. ret_length may be NULL. Never blocks, even on a FIFO.
 * Returns 0; -EFBIG above `max` bytes; -EINVAL for anything but a regular file; or -errno.
 */
int whole_file_read(const char *path, size_t max, char **ret_text, size_t *ret_length);

/*
 * Reads the regular file or the character device (/dev/null) at `path` into memory of the caller's.
 * Returns its length; -EFBIG from `size` bytes on; -EISDIR or -EINVAL for anything else; or -errno.
 */
ssize_t whole_file_read_into(const char *path, void *ret_bytes, size_t size);

/*
 * Replacing a file: the new one is written under a temporary name in the same directory and
 * renamed, so a reader, also after a crash, finds the old content or the new.
 * `directory` is a descriptor, or AT_FDCWD, as in openat(2).
 */

/*
 * Creates the temporary file: the caller's, mode 0600. Never opens what is there already, nor what
 * a link leads to. Returns a descriptor to write with, -EEXIST, or -errno.
 */
int replace_file_begin(int directory, const char *temporary);

/* Writes all of `bytes`. Returns 0 or -errno. */
int replace_file_write(int fd, const void *bytes, size_t length);

/*
 * Closes `fd`, and gives the file its `name` if `r` and all this is well; else removes it. Returns
 * 0, `r`, or -errno. Whoever wants it on the disk calls fsync(2) for `fd` before, and for the
 * directory afterwards.
 */
int replace_file_end(int directory, const char *temporary, int fd, int r, const char *name);

#endif
