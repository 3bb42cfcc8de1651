/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the X server, during a drag, whether a program has moved the pointer: pointer_drag.h says
 * what follows from that.
 */
#ifndef GPUDESK_DRAG_FOLLOWER_H
#define GPUDESK_DRAG_FOLLOWER_H

#include <stdint.h>

#include "pointer_drag.h"
#include "x11/display.h"

/* Starts as all zeros: no drag. */
struct drag_follower {
	struct pointer_drag drag;
	unsigned query;	      /* number of the QueryPointer after the last motion; 0: none */
	uint64_t asked, took; /* µs: when X was asked last, and how long that took */
	unsigned skipped;     /* motions since then */
};

/*
 * Where the desktop's pointer goes when the viewer's goes to `viewer`. A round trip during a drag;
 * but no more than a quarter of the time is spent with that, or motions would queue up before a
 * slow X server: it may then be late to notice. At least every 32nd motion waits, so that one that
 * has stopped is noticed before writing to it blocks.
 */
struct pointer_place drag_follower_target(struct drag_follower *follower, struct display *display,
					  struct pointer_place viewer);

/* A button is down, and the motion to `sent` was requested for that. */
void drag_follower_sent(struct drag_follower *follower, struct display *display,
			struct pointer_place viewer, struct pointer_place sent);

/* The drag is over, or has not begun. */
void drag_follower_end(struct drag_follower *follower, struct display *display);

#endif
