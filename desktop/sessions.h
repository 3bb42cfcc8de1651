/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is logged in, as far as that decides about the display manager. */
#ifndef GPUDESK_SESSIONS_H
#define GPUDESK_SESSIONS_H

#include <stdbool.h>
#include <sys/types.h>

enum { SESSION_NAME_MAX = 64, SESSIONS_MAX = 16 };

/* What logind says of one session; the strings in its own words. NULL: it does not say. */
struct seat_session {
	const char *id;
	const char *user;
	uid_t uid;
	const char *class, *type, *state, *seat;
};

/* What all sessions together mean. Unknown strings are "". */
struct seat_survey {
	char own[SESSION_NAME_MAX];   /* id of a graphical session of the user */
	char other[SESSION_NAME_MAX]; /* id of any other session that must not be disturbed */
	char other_user[SESSION_NAME_MAX];
	char away[SESSION_NAME_MAX]; /* id of a session at no seat (ssh, a nested VNC server) */
	char away_user[SESSION_NAME_MAX];
	bool own_unseen; /* a graphical session of the user that no viewer can see: Wayland */
	bool greeter;	 /* a display manager's login screen */
};

/*
 * Adds one session. Those that are closing do not count: they are over, but for left-over programs.
 * One that is opening counts.
 */
void seat_survey_add(struct seat_survey *survey, const struct seat_session *session, uid_t uid);

/* Adds all sessions that logind knows. Returns 0 or -errno, the survey incomplete then. */
int seat_survey_read(struct seat_survey *survey, uid_t uid);

/* The ids of all graphical sessions of the user at seats. Returns their number or -errno. */
int sessions_list_own(uid_t uid, char ret_ids[static SESSIONS_MAX][SESSION_NAME_MAX]);

#endif
