/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What server.c, schedule.c and server_status.c share: the state of the server. Nobody else
 * includes this.
 */
#ifndef GPUDESK_SERVER_STATE_H
#define GPUDESK_SERVER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/screen.h"
#include "clipboard/clipboard_bridge.h"
#include "common/timer.h"
#include "cpu_load.h"
#include "framebuffer/yield.h"
#include "input/input.h"
#include "protocol/libvncserver.h"
#include "server.h"
#include "viewer/viewer.h"
#include "x11/cursor.h"
#include "x11/display.h"
#include "x11/randr.h"

struct server {
	sd_event *event;
	const struct config *config;
	struct display display;
	struct server_callbacks callbacks;
	void *userdata;

	sd_event_source *display_source;
	sd_event_source *work;	/* runs once after all input has been handled */
	sd_event_source *timer; /* the next capture or look */

	/* Only while there are viewers. */
	bool watching;
	struct screen screen;
	struct rfb_server *rfb;
	struct clipboard_bridge clipboard;
	struct viewer *viewers;
	unsigned n_viewers;
	struct cursor cursor;
	struct screen_layout layout;
	bool size_stale, layout_stale;
	struct randr randr;
	struct resize_wish wish; /* the last one, if `has_wish` */
	bool has_wish;
	uint64_t wish_due; /* µs: not before */
	struct input input;
	unsigned leds; /* of enum keyboard_led: those that are on */
	struct yield yield;
	uint64_t last_bell; /* µs */
	struct cpu_load load;
};

/* What a viewer holds down goes with it. */
struct server_viewer {
	struct input_holder holder;
	struct clipboard_viewer clip;
	struct server *server;
};

static inline uint64_t server_now(const struct server *server)
{
	return timer_now(server->event);
}

/* Lets a viewer go: what it holds is released at once, the rest freed by server_reap(). */
void server_drop_viewer(struct viewer *viewer, const char *reason);

/* Frees the viewers that have left, and stops watching the display when none is left. */
void server_reap(struct server *server);

#endif
