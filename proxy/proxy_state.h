/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the proxy share (proxy.h): its viewers and how they end. */
#ifndef GPUDESK_PROXY_STATE_H
#define GPUDESK_PROXY_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "budget.h"
#include "listener.h"
#include "pending_viewer.h"
#include "settings.h"
#include "throttle.h"
#include "viewer_log.h"

struct proxy {
	sd_event *event;
	struct listener *listener;
	struct throttle *throttle;
	struct settings settings;
	const char *scraper_path;
	uint64_t exit_idle_time; /* µs */
	bool is_replaced;	 /* by an upgrade: no viewer is accepted any more */
	sd_event_source *idle;
	sd_event_source *schedule;  /* when the scraper may be asked or a check may begin */
	struct budget asks;	    /* for challenges */
	struct viewer_list viewers; /* oldest first */
	size_t n_viewers;
	struct viewer_log log;
	const char *memory; /* the directory of known_sources.h; NULL: none */
};

/* By the timer, so that a hand-off never begins or ends within another's callback. */
void proxy_schedule_turns(struct proxy *proxy);

void proxy_begin_idle_time(struct proxy *proxy);

/* Ends the event loop: an upgrade has replaced the program. */
void proxy_exit_replaced(struct proxy *proxy);

/* Frees the viewer; after the last one, the idle time begins. */
void proxy_remove_viewer(struct pending_viewer *viewer);

/* The same, and logs that a new viewer needs its place. */
void proxy_drop_viewer(struct pending_viewer *viewer);

/* Descriptors ran out, for `viewer` or for accepting another (NULL): drops one, or returns false.
 */
bool proxy_drop_one_for(struct proxy *proxy, const struct pending_viewer *viewer);

#endif
