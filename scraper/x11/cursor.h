/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The display's pointer: its shape by XFIXES, its position by QueryPointer, both fetched only as
 * often as viewers need them. Times are µs of one clock, passed in.
 */
#ifndef GPUDESK_CURSOR_H
#define GPUDESK_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "display.h"
#include "framebuffer/cursor_image.h"

#define CURSOR_INTERVAL UINT64_C(50000) /* µs, at least, between two fetches of either */

struct cursor {
	struct cursor_state state;
	bool stale;	  /* X has reported another shape */
	uint64_t fetched; /* when the shape was last requested */
	uint64_t asked;	  /* when the position was */
	unsigned request; /* sequence number of the QueryPointer under way; 0: none */
};

/* Starts with a stale shape. */
void cursor_init(struct cursor *cursor);
void cursor_finish(struct cursor *cursor);

/* X has reported another shape. */
void cursor_changed(struct cursor *cursor);

/* A viewer has moved the pointer. */
void cursor_moved(struct cursor *cursor, int x, int y);

/* When cursor_update() has something to do; UINT64_MAX: not before the shape changes. */
uint64_t cursor_update_due(const struct cursor *cursor);

/* Fetches shape and position if that is due (one round trip). */
void cursor_update(struct cursor *cursor, struct display *display, uint64_t now);

/*
 * cursor_follow() fetches the position if that is due (one round trip); cursor_follow_due() says
 * when that is. cursor_ask() only sends the request, so that others share its round trip.
 */
uint64_t cursor_follow_due(const struct cursor *cursor);
void cursor_ask(struct cursor *cursor, struct display *display, uint64_t now);
void cursor_follow(struct cursor *cursor, struct display *display, uint64_t now);

#endif
