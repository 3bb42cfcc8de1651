/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen as it is served: what was drawn is captured when somebody waits for it, compared with
 * what the viewers know, and what differs is reported as a tile_map. Exists only while there
 * are viewers.
 */
#ifndef GPUDESK_SCREEN_H
#define GPUDESK_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "frame_pacer.h"
#include "framebuffer/frame.h"
#include "framebuffer/move_detection.h"
#include "framebuffer/tile_map.h"
#include "framebuffer/yield.h"
#include "missed_damage.h"
#include "redraw_sampling.h"
#include "shm_capture.h"
#include "x11/display.h"

struct screen {
	struct display *display;
	struct frame frame;
	struct shm_capture capture;
	struct tile_map changes; /* what the last capture found, apart from `move` */
	struct move move;	 /* what it found to have moved, only if `find_moves` */
	bool find_moves;	 /* somebody far away takes CopyRect */
	unsigned move_misses,
		move_skips; /* looked in vain so often; not to be looked for so often */
	struct frame_pacer pacer;
	struct missed_damage missed;
	struct redraw_sampling sampling;
	bool damaged;	/* X has reported drawing that is not yet fetched */
	bool all_stale; /* the whole screen is to be read, whatever was reported */
	struct rect pending[DISPLAY_DAMAGE_MAX]; /* fetched, not yet captured */
	size_t n_pending;
	uint64_t n_captures, n_pixels_read;
	struct yield *yield; /* between bands; may be NULL */
};

/*
 * Starts tracking `display`, which must be watched; what a start before this one has allocated is
 * used again where it fits, since its page faults are half of what a first picture takes. `screen`
 * is all zeros before the first start. Returns 0 or -errno.
 */
int screen_start(struct screen *screen, struct display *display, unsigned frame_rate, uint64_t now);

/* Gives everything back, before the display is closed. */
void screen_finish(struct screen *screen);

/* X has reported drawing. */
void screen_damaged(struct screen *screen);

/* The display has another size. Returns 0 or -errno; the frame is a new one then. */
int screen_resize(struct screen *screen);

/*
 * When the next capture may be made, µs; UINT64_MAX when nothing waits to be captured. May ask the
 * X server what was drawn (a round trip), so call it only when a viewer waits.
 */
uint64_t screen_capture_due(struct screen *screen, uint64_t now);

/* Pixels that wait to be captured, as far as they are known. */
size_t screen_pending_pixels(const struct screen *screen);

/*
 * Captures what is due, and leaves in screen->changes what really differs. Call only when
 * screen_capture_due() is not later than `now`; nothing may borrow from the frame.
 */
void screen_capture(struct screen *screen, uint64_t now);

/*
 * A verifying look at some rows. When they differ from the frame although nothing was reported,
 * the whole screen is stale. Returns whether that is so.
 */
bool screen_look(struct screen *screen, uint64_t now);

#endif
