/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to do about the display manager, decided from what is known and nothing else. */
#ifndef GPUDESK_DECISION_H
#define GPUDESK_DECISION_H

#include <stdbool.h>
#include <stdint.h>

#include "sessions.h"

enum { DECISION_TEXT_MAX = 400 };

/*
 * A display manager that came up, or went down, this short a time ago is left alone: a login may be
 * under way that logind does not know of yet, and one that fails is not started over and over. In
 * µs.
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
	AUTOLOGIN_OFF,	   /* or for somebody else */
	AUTOLOGIN_ON,	   /* the user is logged in when the display manager starts */
};

struct desktop_facts {
	const char *user;	 /* whose desktop is wanted */
	const char *config_path; /* gpudesk.conf, for words */
	bool start_desktop;	 /* its key */
	enum manager_state manager;
	uint64_t manager_age; /* µs in that state */
	const char *unit;     /* "gdm.service"; "" when missing */
	enum autologin autologin;
	const char *autologin_path; /* where that was read; "" when unknown */
	struct seat_survey seats;
};

enum desktop_action {
	DESKTOP_SAY_RUNNING,
	DESKTOP_SAY_STARTING,
	DESKTOP_SAY_REFUSED,
	DESKTOP_DO_START,
	DESKTOP_DO_RESTART,
};

/* Always fills ret_text with words for the viewer and the log: why, and what to do about it. */
enum desktop_action desktop_decide(const struct desktop_facts *facts,
				   char ret_text[static DECISION_TEXT_MAX]);

#endif
