/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running one of the distribution's own programs. */
#ifndef GPUDESK_TOOL_H
#define GPUDESK_TOOL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether there is such a program where root looks for them. */
bool tool_exists(const char *name);

/*
 * Runs it to its end. What it writes to standard output is dropped; errors too where `is_quiet`.
 * `arguments` ends with NULL. Returns its exit status, or -errno (-ENOENT: there is no such
 * program).
 */
int tool_run(const char *const arguments[], bool is_quiet);

/* The same, for what it writes: see child_run(). Its errors are dropped. */
int tool_read(const char *const arguments[], char *ret_output, size_t size);

/*
 * Becomes the tool, with the caller's environment and terminal. Returns only on failure: -ENOENT if
 * it is not installed, or -errno.
 */
int tool_become(const char *const arguments[]);

#endif
