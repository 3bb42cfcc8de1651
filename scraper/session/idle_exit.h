/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends the event loop when no viewer is connected any more, and reports the viewers to systemd. */
#ifndef GPUDESK_IDLE_EXIT_H
#define GPUDESK_IDLE_EXIT_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "common/config.h"
#include "common/scraper_status.h"

struct idle_exit {
	sd_event *event;	     /* not owned */
	const struct config *config; /* not owned */
	bool (*is_idle)(const void *userdata);
	void *userdata;
	sd_event_source *timer;
	struct scraper_status status;
};

/*
 * Starts idle. `is_idle` says whether neither viewers nor requests are there: else the exit is
 * postponed. Returns 0 or -errno.
 */
int idle_exit_init(struct idle_exit *idle, sd_event *event, const struct config *config,
		   bool (*is_idle)(const void *userdata), void *userdata);

/* One of all zero is fine. */
void idle_exit_finish(struct idle_exit *idle);

/* No viewer could be accepted: exits soon. */
void idle_exit_restart(struct idle_exit *idle);

/* There are `n` viewers now; without any, exits after idle_timeout. */
void idle_exit_set_viewers(struct idle_exit *idle, unsigned n);

/* A viewer has sent the right password, whether it is accepted or not. */
void idle_exit_note_use(struct idle_exit *idle);

/* Seconds until the exit; UINT64_MAX: not due. */
uint64_t idle_exit_remaining(const struct idle_exit *idle);

#endif
