/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses the session a viewer gets to see, or says why none. Pure: no file, no logind, no X. */
#ifndef GPUDESK_SESSION_CHOICE_H
#define GPUDESK_SESSION_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/session_record.h"

enum { SESSION_REASON_MAX = 448 };

/* A record and what logind says about its session now. */
struct session_candidate {
	struct session_record record;
	struct session_facts facts;
};

/* What else is on the screen and on the machine, to explain why there is no candidate. */
struct session_survey {
	bool greeter; /* a login screen is shown */
	bool greeter_is_gdm;
	bool other_user;       /* another user's graphical session is live */
	char graphical[64];    /* a live graphical session of the user, record or not; "" if none */
	bool lacks_xorg;       /* the server is not installed, */
	bool lacks_x_sessions; /* or no session for it: the user cannot get one */
};

enum session_verdict {
	SESSION_CHOSEN,
	SESSION_NONE,	    /* worth waiting, and requesting the desktop's start */
	SESSION_UNRECORDED, /* there is one without a record (yet): worth a short wait only */
	SESSION_UNUSABLE,   /* a Wayland session: waiting does not help */
};

/*
 * Chooses the newest fresh x11 record of `uid`; of records opened in the same second, the first.
 * On SESSION_CHOSEN *ret_index is its index; otherwise it is untouched and ret_reason is the reason
 * for the viewer and the log.
 */
enum session_verdict session_choose(const struct session_candidate *candidates, size_t n,
				    const char *user, uid_t uid,
				    const struct session_survey *survey, size_t *ret_index,
				    char ret_reason[static SESSION_REASON_MAX]);

#endif
