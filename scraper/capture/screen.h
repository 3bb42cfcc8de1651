/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen as it is served: what was drawn is captured when a viewer waits for it and compared
 * with the frame, which is what the viewers know. What differs is in `changes` and `move`. Times
 * are µs of one clock, passed in.
 */
#ifndef GPUDESK_SCREEN_H
#define GPUDESK_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "framebuffer/frame.h"
#include "framebuffer/move_detection.h"
#include "framebuffer/yield.h"
#include "missed_damage.h"
#include "pending_damage.h"
#include "redraw_sampling.h"
#include "shm_capture.h"
#include "x11/display.h"

struct screen {
	struct display *display;
	struct frame frame;
	struct shm_capture capture;
	struct tile_map changes; /* what the last capture found, apart from `move` */
	struct move move;	 /* what it found to have moved */
	bool find_moves;	 /* the caller's: some remote viewer takes CopyRect */
	unsigned move_misses;	 /* searches in a row that found no move */
	unsigned move_skips;	 /* captures until the next search */
	struct pending_damage pending;
	struct missed_damage missed;
	struct redraw_sampling sampling;
	bool reads_strips;   /* this capture reads a picture that comes in strips */
	unsigned n_too_late; /* captures in a row that were too late for that */
	uint64_t n_captures, n_pixels_read;
	struct yield *yield; /* the caller's, run between bands; may be NULL */
};

/*
 * Starts tracking `display`, which must be watched. `screen` is all zeros before the first start;
 * later ones reuse its memory if the size is the same, since page faults are half the time of a
 * first picture. Returns 0 or -errno.
 */
int screen_start(struct screen *screen, struct display *display, unsigned frame_rate, uint64_t now);

/* Frees everything. Call it before the display is closed. */
void screen_finish(struct screen *screen);

/* X has reported drawing. */
void screen_damaged(struct screen *screen, uint64_t now);

/* The display has another size: makes a new frame. Returns 0 or -errno. */
int screen_resize(struct screen *screen);

/*
 * When the next capture may be made; UINT64_MAX: nothing is to be captured. May fetch the damage
 * from the X server (a round trip), so call it only when a viewer waits.
 */
uint64_t screen_capture_due(struct screen *screen, uint64_t now);

/*
 * When to capture again, µs, if nothing is drawn meanwhile: soon after a read that failed, later
 * for areas of which only samples were read; UINT64_MAX: not at all. No round trip.
 */
uint64_t screen_next_due(const struct screen *screen);

/* How many pixels are to be captured, as far as known. */
size_t screen_pending_pixels(const struct screen *screen);

/*
 * Captures what is due, and sets `changes` and `move`. If it shows a part of the next picture of
 * those that come in strips, it is not used, and is due again. Call it only when
 * screen_capture_due() is not later than `now`, and while nothing borrows from the frame. One or
 * more round trips.
 */
void screen_capture(struct screen *screen, uint64_t now);

/*
 * Compares some rows with the frame (a round trip). If they differ although nothing was reported,
 * the whole screen is to be captured. Returns whether that is so.
 */
bool screen_check_missed(struct screen *screen, uint64_t now);

#endif
