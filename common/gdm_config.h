/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GDM's own configuration (a GKeyFile): automatic login, and which sessions it starts. */
#ifndef GPUDESK_GDM_CONFIG_H
#define GPUDESK_GDM_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

/* Where distributions keep it: GDM reads the first that exists. */
extern const char *const gdm_config_files[]; /* NULL terminated */

enum { GDM_CONFIG_MAX = 65536 }; /* bytes of a file */

/* What is set in [daemon]. */
struct gdm_settings {
	bool autologin_enabled;
	char autologin_user[64]; /* "" when none is named */
	bool wayland_off;	 /* Wayland is on by default */
	bool xorg_off;		 /* no sessions for X; they are on by default */
	/* For users who have chosen no session (GDM 51); "" when none is named. */
	char fallback_session[64];
	bool timed_enabled;  /* TimedLogin: after some seconds at the login screen */
	char timed_user[64]; /* "" when none is named */
};

/* Reads NUL terminated text. Later lines win over earlier ones, as in GDM. Changes `text`. */
void gdm_config_parse(char *text, struct gdm_settings *ret_settings);

/* Whether GDM logs in `user` when it starts. */
bool gdm_settings_log_in(const struct gdm_settings *settings, const char *user);

/* Reads the file at `path`. Returns 0, -ENOENT, -EFBIG above GDM_CONFIG_MAX, or -errno. */
int gdm_config_load(const char *path, struct gdm_settings *ret_settings);

/*
 * Reads the first of `files` that exists. Returns 0, whether GDM logs in `user`, and the path (one
 * of `files`); -ENOENT when there is none; -EFBIG above GDM_CONFIG_MAX; or -errno.
 */
int gdm_config_read(const char *const files[], const char *user, bool *ret_logs_in,
		    const char **ret_path);

#endif
