/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which X server belongs to a session: by the process that listens, not by $DISPLAY. */
#ifndef GPUDESK_XSERVER_H
#define GPUDESK_XSERVER_H

#include <stddef.h>
#include <sys/types.h>

#define XSERVER_DIRECTORY "/tmp/.X11-unix"

enum { DISPLAY_MAX = 16, SESSION_ID_MAX = 64 };

/* Writes the id of the session of `pid`. Returns 0, -ENODATA for none, or -errno. */
typedef int (*session_of_pid_fn)(pid_t pid, char ret_id[SESSION_ID_MAX]);

/* By sd_pid_get_session(3), as everywhere but in tests. */
int logind_session_of_pid(pid_t pid, char ret_id[static SESSION_ID_MAX]);

/*
 * Finds the X server that runs inside session `id`, among the sockets in `directory`, and writes
 * ":N" to ret_display. Of two, the one that has listened longest: the session's own is there before
 * any that is started within it. Sockets and servers of users other than root and the caller are
 * ignored, however many there are. Returns 0; -ENOENT if no X server of that session listens (yet);
 * -EACCES if the session of one cannot be read (a hidden /proc); or -errno.
 */
int xserver_find(const char *directory, const char *id, session_of_pid_fn session_of_pid,
		 char ret_display[static DISPLAY_MAX]);

#endif
