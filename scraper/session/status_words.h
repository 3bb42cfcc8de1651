/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the status screen says. Pure. */
#ifndef GPUDESK_STATUS_WORDS_H
#define GPUDESK_STATUS_WORDS_H

#include <stdbool.h>

#include "server/server.h"

/* What is awaited, in the order in which a desktop starts. */
enum status_step {
	STATUS_MANAGER, /* the display manager */
	STATUS_LOGIN,
	STATUS_X_SERVER,
	STATUS_CONNECTION, /* to it */
};

struct status_facts {
	const char *user;
	enum status_step first; /* of those that matter: a given display needs no login */
	enum status_step step;
	bool has_ended;	     /* a session was shown before */
	bool may_start;	     /* the desktop is started for those who wait */
	const char *desktop; /* what is being started; "": not known */
	const char *reason;  /* why somebody has to do something; "": nobody has */
};

void status_words_write(const struct status_facts *facts, struct status_text *ret_text);

/* For a viewer that is refused although its password was right. */
void status_words_refuse(const char *reason, struct status_text *ret_text);

#endif
