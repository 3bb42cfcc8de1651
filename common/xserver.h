/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which X server belongs to a session: by who listens, never by what a variable says. */
#ifndef GPUDESK_XSERVER_H
#define GPUDESK_XSERVER_H

#include <stddef.h>
#include <sys/types.h>

#define XSERVER_DIRECTORY "/tmp/.X11-unix"

enum { DISPLAY_MAX = 16, SESSION_ID_MAX = 64 };

/* Writes the id of the session that `pid` is in. Returns 0, -ENODATA when in none, or -errno. */
typedef int (*session_of_pid_fn)(pid_t pid, char ret_id[static SESSION_ID_MAX]);

/* The judge in real life: sd_pid_get_session(3). */
int logind_session_of_pid(pid_t pid, char ret_id[static SESSION_ID_MAX]);

/*
 * Finds the X server that runs inside session `id`, of those whose sockets are in `directory`, and
 * writes ":N" to ret_display. Of two, the one that has listened longest: the session's own is there
 * before any that is started within it. Sockets and servers of other users than root and ourselves
 * do not count. Returns 0; -ENOENT if no X server of that session listens (yet); -EACCES if one
 * listens whose session we are not shown (a hidden /proc); or -errno.
 */
int xserver_find(const char *directory, const char *id, session_of_pid_fn session_of_pid,
		 char ret_display[static DISPLAY_MAX]);

#endif
