/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of the server, for the files of this folder alone. */
#ifndef GPUDESK_SERVER_STATE_H
#define GPUDESK_SERVER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/screen.h"
#include "clipboard/clipboard_bridge.h"
#include "common/timer.h"
#include "deferred_work.h"
#include "input/input.h"
#include "sight.h"
#include "status_screen.h"
#include "viewer/viewer.h"
#include "x11/cursor.h"
#include "x11/display_opening.h"
#include "x11/randr.h"

struct server_callbacks;

#define SERVER_SILENT_USEC UINT64_C(10000000) /* then viewers are told that X does not answer */

struct server {
	sd_event *event;
	sd_event *urgent; /* handled while X does not answer, too */
	const struct config *config;
	struct display display;
	const struct server_callbacks *callbacks;
	void *userdata;

	struct display_opening *opening; /* NULL: the display is open, or there is none */
	bool has_display;		 /* it is open */
	bool is_lost;			 /* and its X server is gone: still to be closed */
	bool is_silent;			 /* because it did not answer, and was given up */
	sd_event_source *display_source;
	struct deferred_work work; /* of schedule.h */
	sd_event_source *timer;	   /* the next capture or check */
	sd_event_source *turns;	   /* never elapses: before each turn of the loop */

	/* Only while there are viewers. */
	struct rfb_server *rfb;
	struct frame view; /* the screen's frame, or the status screen's; its pixels are theirs */
	struct status_screen status;

	/* Only while these are shown the display. */
	bool watching;
	bool is_veiled; /* they are not yet: nothing has been drawn, and they see the status screen
			 */
	uint64_t veiled_until; /* µs: at the latest */
	struct screen screen;
	struct clipboard_bridge clipboard;
	struct viewer *viewers;
	unsigned n_viewers;
	struct cursor cursor;
	struct screen_layout layout;
	bool size_stale, layout_stale;
	struct randr randr;
	struct size_request size_request; /* the last one, if `has_size_request` */
	bool has_size_request;
	bool wants_size; /* some viewer got that size: another display is to have it too */
	uint64_t size_request_due; /* µs: the earliest time for it */
	struct input input;
	unsigned leds; /* of enum keyboard_led: those that are on */
	struct yield yield;
	unsigned n_input_rounds; /* in which x_wait() has taken input, in this turn of the loop */
	uint64_t last_bell;	 /* µs */
};

/* What the server keeps for each viewer. */
struct server_viewer {
	struct input_holder holder;
	struct sight sight;
	struct clipboard_viewer clip;
	struct server *server;
	bool is_looker; /* gave the view-only password */
};

static inline uint64_t server_now(const struct server *server)
{
	return timer_now(server->event);
}

/* Whether the viewers see the display. */
static inline bool server_is_seen(const struct server *server)
{
	return server->watching && !server->is_veiled;
}

/* Has the work of schedule.h done: see deferred_work.h. */
static inline void server_request_work(struct server *server)
{
	deferred_work_request(&server->work);
}

#endif
