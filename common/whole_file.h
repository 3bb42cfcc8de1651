/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GPUDESK_WHOLE_FILE_H
#define GPUDESK_WHOLE_FILE_H

#include <stddef.h>

/*
 * Reads the regular file at `path` into malloc'ed text with a NUL behind it, which the caller
 * frees. ret_length may be NULL. Never blocks, even on a FIFO.
 * Returns 0; -EFBIG above `max` bytes; -EINVAL for anything but a regular file; or -errno.
 */
int whole_file_read(const char *path, size_t max, char **ret_text, size_t *ret_length);

#endif
