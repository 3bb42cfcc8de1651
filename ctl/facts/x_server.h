/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The installed X server: its drivers, and the sessions that a user can log in to. */
#ifndef GPUDESK_X_SERVER_H
#define GPUDESK_X_SERVER_H

#include <stdbool.h>

#include "xorg_conf.h"

enum { X_SERVER_PATH_MAX = 512, X_SESSION_NAME_MAX = 64 };

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
 * Whether automatic login may give the user a Wayland session: a session for Wayland is installed,
 * and the user has chosen none for X at the login screen (AccountsService keeps that).
 */
#define X_SESSIONS_CHOOSE /* uid as %u, session as %s */                                           \
	"busctl call org.freedesktop.Accounts /org/freedesktop/Accounts/User%u "                   \
	"org.freedesktop.Accounts.User SetXSession s %s"
bool x_sessions_may_be_wayland(const struct ctl *ctl, const char *user);

#endif
