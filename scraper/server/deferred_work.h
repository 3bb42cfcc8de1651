/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work that is done once after all pending input has been handled, but after DEFERRED_WORK_TURNS
 * other turns of the event loop at the latest: sockets that never run dry do not hold it up.
 */
#ifndef GPUDESK_DEFERRED_WORK_H
#define GPUDESK_DEFERRED_WORK_H

#include <systemd/sd-event.h>

/* A turn is one event of one source. More than there are viewers, usually. */
enum { DEFERRED_WORK_TURNS = 16 };

struct deferred_work {
	sd_event_source *source; /* owned */
	sd_event_handler_t handler;
	void *userdata;
	unsigned turns; /* since it was requested */
};

/* `handler` does the work; other sources of `event` have normal priority. Returns 0 or -errno. */
int deferred_work_init(struct deferred_work *work, sd_event *event, sd_event_handler_t handler,
		       void *userdata);
void deferred_work_finish(struct deferred_work *work);

/* Has it done. Once for any number of calls until then. */
void deferred_work_request(struct deferred_work *work);

/* To be called before each turn of the event loop: by a prepare callback of some source. */
void deferred_work_turn(struct deferred_work *work);

#endif
