/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The installed sessions for X, and which session GDM starts for a user who is logged in
 * automatically. Everything is read from files; paths do not include --root.
 */
#ifndef GPUDESK_X_SESSIONS_H
#define GPUDESK_X_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>

struct ctl;
struct gdm_settings;

enum { X_SESSION_NAME_MAX = 64, X_SESSIONS_MAX = 48, X_SESSIONS_PATH_MAX = 512 };

/*
 * The sessions for X that are installed, not hidden, whose programs exist, and that this GDM starts
 * under their names: one without WaylandEnable (50 and later) prefers the session for Wayland where
 * there are two of a name.
 */
struct x_sessions {
	size_t n;					/* X_SESSIONS_MAX at most */
	char names[X_SESSIONS_MAX][X_SESSION_NAME_MAX]; /* "xfce"; sorted by their bytes */
	bool has_gnome;					/* one of GNOME's is among them */
};

void x_sessions_read(const struct ctl *ctl, struct x_sessions *ret_sessions);

bool x_sessions_has(const struct x_sessions *sessions, const char *name);

/* The one to give to a user who has chosen none: a whole desktop before a window manager. ""
 * without any. */
const char *x_sessions_preferred(const struct x_sessions *sessions);

/* What GDM's schema, the list of its keys, has. Without a schema, GDM is taken for an old one. */
bool x_sessions_gdm_has_wayland(const struct ctl *ctl);	 /* WaylandEnable: not in GDM 50 */
bool x_sessions_gdm_has_fallback(const struct ctl *ctl); /* FallbackSession: since GDM 51 */

enum login_type {
	LOGIN_X,
	LOGIN_WAYLAND,
	LOGIN_NONE,    /* no session at all: GDM aborts */
	LOGIN_UNKNOWN, /* AccountsService's file about the user cannot be read */
};

/* What automatic login starts. */
struct login {
	enum login_type type;
	char session[X_SESSION_NAME_MAX]; /* "" if there is none, or it is unknown */
	int error;			  /* with LOGIN_UNKNOWN: -errno */
};

/*
 * As GDM decides: the session that AccountsService has for the user, if it is installed; else
 * FallbackSession, which is "gnome" by default; else the first by name.
 */
void x_sessions_login(const struct ctl *ctl, const struct gdm_settings *settings, const char *user,
		      struct login *ret_login);

/* AccountsService's file about the user. Returns ret_path. */
const char *x_sessions_accounts_file(const char *user, char ret_path[static X_SESSIONS_PATH_MAX]);

#endif
