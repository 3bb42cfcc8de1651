/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to do about the display manager: a pure function of the facts. */
#ifndef GPUDESK_DECISION_H
#define GPUDESK_DECISION_H

#include <stdbool.h>
#include <stdint.h>

#include "sessions.h"

enum { DECISION_TEXT_MAX = 400 };

/*
 * µs. A display manager that started or failed more recently than this is left alone: a login may
 * be under way that logind does not know yet, and one that keeps failing is not started in a loop.
 */
#define DESKTOP_GRACE UINT64_C(30000000)

enum manager_state {
	MANAGER_MISSING, /* none is installed */
	MANAGER_STOPPED,
	MANAGER_STARTING,
	MANAGER_RUNNING,
	MANAGER_STOPPING,
	MANAGER_FAILED,
};

enum autologin {
	AUTOLOGIN_UNKNOWN, /* not GDM, or its configuration cannot be read */
	AUTOLOGIN_OFF,	   /* or for another user */
	AUTOLOGIN_ON,	   /* the user is logged in when the display manager starts */
};

struct desktop_facts {
	const char *user;	 /* whose desktop is wanted */
	const char *config_path; /* of gpudesk.conf, for messages */
	bool start_desktop;	 /* its key */
	enum manager_state manager;
	uint64_t manager_age; /* µs in that state */
	const char *unit;     /* "gdm.service"; "" when missing */
	enum autologin autologin;
	const char *autologin_path; /* the file that says so; "" when unknown */
	struct seat_survey seats;
};

enum desktop_action {
	DESKTOP_SAY_RUNNING,
	DESKTOP_SAY_STARTING,
	DESKTOP_SAY_REFUSED,
	DESKTOP_DO_START,
	DESKTOP_DO_RESTART,
};

/* Always fills in ret_text, for the viewer and the log: why, and what to do about it. */
enum desktop_action desktop_decide(const struct desktop_facts *facts,
				   char ret_text[static DECISION_TEXT_MAX]);

#endif
