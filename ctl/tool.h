/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running one of the distribution's own programs. */
#ifndef GPUDESK_TOOL_H
#define GPUDESK_TOOL_H

#include <stdbool.h>

/* Whether there is such a program where root looks for them. */
bool tool_exists(const char *name);

/*
 * Runs it to its end, with nothing to read and what it says on standard output dropped; errors
 * too where `is_quiet`. argv ends with NULL. Returns its exit status, or -errno.
 */
int tool_run(const char *const argv[], bool is_quiet);

#endif
