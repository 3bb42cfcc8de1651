/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends the event loop when no viewer is connected any more, and reports the viewers to systemd. */
#ifndef GPUDESK_IDLE_EXIT_H
#define GPUDESK_IDLE_EXIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "common/config.h"
#include "common/scraper_status.h"

enum idle_state {
	IDLE_NOT, /* viewers are there, or have given the right password: the exit is postponed */
	IDLE_BUT_AWAITING, /* a stranger was given a challenge, and may prove to be the owner */
	IDLE,
};

struct idle_exit {
	sd_event *event;	     /* not owned */
	const struct config *config; /* not owned */
	const char *config_path;     /* where it was read, not owned; NULL: it stays as it is */
	enum idle_state (*get_state)(const void *userdata);
	void *userdata;
	sd_event_source *timer;
	uint64_t replaced; /* µs: since when program or settings are known to be; 0: they are not */
	uint64_t deadline; /* µs: strangers do not postpone the exit beyond this; 0: not yet due */
	struct scraper_status status;
};

/* Starts idle. Returns 0 or -errno. */
int idle_exit_init(struct idle_exit *idle, sd_event *event, const struct config *config,
		   enum idle_state (*get_state)(const void *userdata), void *userdata);

/* One of all zero is fine. */
void idle_exit_finish(struct idle_exit *idle);

/* No viewer could be accepted: exits soon. */
void idle_exit_restart(struct idle_exit *idle);

/* There are `n` viewers now; without any, exits after idle_timeout. */
void idle_exit_set_viewers(struct idle_exit *idle, unsigned n);

/* A viewer has sent the right password, whether it is accepted or not. */
void idle_exit_note_use(struct idle_exit *idle);

/*
 * Before a connection is accepted: false, and the exit, if this program was replaced by an upgrade,
 * or its settings have changed, and no viewer needs it any more.
 */
bool idle_exit_may_accept(struct idle_exit *idle);

/* Writes lines of control_protocol.h: idle_timeout, and stops_in if the exit is due then. */
void idle_exit_report(const struct idle_exit *idle, FILE *answer);

#endif
