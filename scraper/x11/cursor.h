/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pointer of the display: its shape by XFIXES, its position by asking for it, both only as
 * often as viewers need them. Times are microseconds of one clock, passed in.
 */
#ifndef GPUDESK_CURSOR_H
#define GPUDESK_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "display.h"
#include "framebuffer/cursor_image.h"

/* An animated pointer changes more often than anybody needs to see. */
#define CURSOR_INTERVAL UINT64_C(50000)

struct cursor {
	struct cursor_state state;
	bool stale;	   /* X has reported another shape */
	uint64_t fetched;  /* when the shape was fetched last, */
	uint64_t asked;	   /* and the position; */
	unsigned question; /* the request that is not yet answered, 0: none */
};

/* Nothing is known yet: the shape is stale. */
void cursor_init(struct cursor *cursor);
void cursor_finish(struct cursor *cursor);

/* X has reported another shape. */
void cursor_changed(struct cursor *cursor);

/* A viewer has moved the pointer. */
void cursor_moved(struct cursor *cursor, int x, int y);

/* When cursor_update() has something to do; UINT64_MAX: nothing. */
uint64_t cursor_update_due(const struct cursor *cursor);

/* Fetches the shape and the position, when that is due (a round trip). */
void cursor_update(struct cursor *cursor, struct display *display, uint64_t now);

/*
 * Asks where the pointer is, when that is due (a round trip); cursor_follow_due() says when.
 * cursor_ask() sends the question alone: between the two, other requests may share the round trip.
 */
uint64_t cursor_follow_due(const struct cursor *cursor);
void cursor_ask(struct cursor *cursor, struct display *display, uint64_t now);
void cursor_follow(struct cursor *cursor, struct display *display, uint64_t now);

#endif
