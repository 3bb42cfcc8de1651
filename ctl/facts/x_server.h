/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The installed X server: its drivers, and the sessions that a user can log in to. */
#ifndef GPUDESK_X_SERVER_H
#define GPUDESK_X_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "xorg_conf.h"

enum { X_SERVER_PATH_MAX = 512, X_SESSION_NAME_MAX = 64, X_SESSIONS_CHOOSE_MAX = 320 };

bool x_server_is_installed(const struct ctl *ctl);

/*
 * Finds a driver as Xorg's loader does: "nvidia" is nvidia_drv.so in a ModulePath of the
 * configuration or in the usual directories, or in a directory below. An OutputClass counts as
 * matching. Returns whether there is one; ret_path is not touched otherwise.
 */
bool x_server_find_driver(const struct ctl *ctl, const struct xorg_conf *conf, const char *driver,
			  char ret_path[static X_SERVER_PATH_MAX]);

/* The sessions for X that are installed, not hidden, and whose programs exist. */
struct x_sessions {
	unsigned n;
	char first[X_SESSION_NAME_MAX]; /* one of them, "xfce"; "": none */
	bool has_gnome;			/* one of GNOME's is among them */
};

/* Reads the .desktop files in xsessions in /usr/local/share and /usr/share. Always fills
 * *ret_sessions. */
void x_sessions_read(const struct ctl *ctl, struct x_sessions *ret_sessions);

/*
 * Whether GDM knows WaylandEnable: GDM 50 has it no more. True also where it does not list its
 * keys.
 */
bool x_sessions_gdm_has_wayland(const struct ctl *ctl);

/*
 * Whether automatic login may give the user a Wayland session: a session for Wayland is installed,
 * and the user has chosen none for X at the login screen (AccountsService keeps that).
 */
bool x_sessions_may_be_wayland(const struct ctl *ctl, const char *user);

/* Writes the commands that choose a session for X, as the login screen does. Returns ret_text. */
const char *x_sessions_choose(uid_t uid, const char *session,
			      char ret_text[static X_SESSIONS_CHOOSE_MAX]);

#endif
