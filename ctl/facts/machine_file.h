/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's files, found below --root. */
#ifndef GPUDESK_MACHINE_FILE_H
#define GPUDESK_MACHINE_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct ctl;

/*
 * Reads the regular file at `path`, `max` bytes at most, into malloc'ed NUL terminated text, which
 * the caller frees. ret_length may be NULL. Returns 0; -EFBIG above `max`; -EINVAL for anything but
 * a regular file; or -errno.
 */
int machine_file_read(const struct ctl *ctl, const char *path, size_t max, char **ret_text,
		      size_t *ret_length);

/* Reads the first line of a small file (sysfs) without its newline. Returns 0 or -errno. */
int machine_file_read_line(const struct ctl *ctl, const char *path, char *ret_line, size_t size);

/* Where a symbolic link points to. Returns 0, -EINVAL if it is no link, or -errno. */
int machine_file_read_link(const struct ctl *ctl, const char *path, char *ret_target, size_t size);

bool machine_file_exists(const struct ctl *ctl, const char *path);

/*
 * The names in a directory that end in `suffix` ("" for all; never "." and ".."), sorted by their
 * bytes, for machine_file_free_names(). Returns their number, 0 for a missing directory, or -errno.
 */
int machine_file_list(const struct ctl *ctl, const char *path, const char *suffix,
		      char ***ret_names);
/* Takes NULL, and n < 0. */
void machine_file_free_names(char **names, int n);

#endif
