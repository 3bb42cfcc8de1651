/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is logged in, as far as that matters for the display manager. */
#ifndef GPUDESK_SESSIONS_H
#define GPUDESK_SESSIONS_H

#include <stdbool.h>
#include <sys/types.h>

enum { SESSION_NAME_MAX = 64, SESSIONS_MAX = 16 };

/* One session, in logind's words. NULL: logind does not say. */
struct seat_session {
	const char *id;
	const char *user;
	uid_t uid;
	const char *class, *type, *state, *seat;
};

/* All sessions together. Unknown strings are "". */
struct seat_survey {
	char own[SESSION_NAME_MAX];   /* id of a graphical session of the user */
	char other[SESSION_NAME_MAX]; /* id of any other session at a seat: not to be disturbed */
	char other_user[SESSION_NAME_MAX];
	char away[SESSION_NAME_MAX]; /* id of a session at no seat (ssh, a nested VNC server) */
	char away_user[SESSION_NAME_MAX];
	bool own_unseen; /* a graphical session of the user that no viewer can see: Wayland */
	bool greeter;	 /* a display manager's login screen */
};

/*
 * Adds one session. One that is closing does not count: only left-over programs are in it. One that
 * is opening counts.
 */
void seat_survey_add(struct seat_survey *survey, const struct seat_session *session, uid_t uid);

/* Adds all sessions that logind knows. Returns 0 or -errno; then the survey is incomplete. */
int seat_survey_read(struct seat_survey *survey, uid_t uid);

/* The ids of all graphical sessions of the user at seats. Returns their number or -errno. */
int sessions_list_own(uid_t uid, char ret_ids[static SESSIONS_MAX][SESSION_NAME_MAX]);

#endif
