/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom GDM logs in when it starts, from its own configuration (a GKeyFile). */
#ifndef GPUDESK_GDM_CONFIG_H
#define GPUDESK_GDM_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

/* Where distributions keep it; the first that exists is the one that GDM reads. */
extern const char *const gdm_config_files[]; /* NULL terminated */

enum { GDM_CONFIG_MAX = 65536 }; /* bytes of a file that are read */

/*
 * Whether [daemon] of the file's NUL terminated text has AutomaticLoginEnable on and AutomaticLogin
 * naming `user`. Later lines win over earlier ones, as in GDM. Changes `text`.
 */
bool gdm_config_logs_in(char *text, const char *user);

/*
 * Reads the first of `files` that exists. Returns 0 and whether it logs in `user`, and its path
 * (one of `files`); -ENOENT when there is none; -E2BIG above GDM_CONFIG_MAX, or -errno.
 */
int gdm_config_read(const char *const files[], const char *user, bool *ret_logs_in,
		    const char **ret_path);

#endif
