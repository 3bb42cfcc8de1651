/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows that keep redrawing the same: X reports them as drawn, and hardly a pixel differs. Such
 * an area is doubted: at most redraws only its changing spot and some rows across it are read, and
 * the whole of it every DOUBT_FULL_USEC, the last time after it has come to rest. No I/O; times are
 * microseconds of one clock, passed in.
 */
#ifndef GPUDESK_DOUBT_H
#define GPUDESK_DOUBT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/rect.h"

#define DOUBT_FULL_USEC UINT64_C(200000)
/* Later than that by so much a read is due of itself: a redraw in the meantime makes it unneeded.
 */
#define DOUBT_GRACE_USEC UINT64_C(50000)

enum {
	DOUBT_AREAS = 4,
	DOUBT_MIN_AREA = 256 * 256, /* pixels; smaller ones are read whole at once */
	DOUBT_STREAK = 3,	    /* redraws in a row that changed almost nothing */
	DOUBT_SHARE = 32,	    /* almost nothing: one pixel of so many */
	DOUBT_ROW_STEP =
		64, /* pixels between the rows that are read: in turn these and those between */
};

struct doubt_area {
	struct rect area; /* empty: not in use */
	struct rect hot;  /* where it has changed lately */
	unsigned streak;
	uint64_t last_full; /* when all of it was last read */
	bool owed;	    /* drawn, and not read whole since */
};

struct doubt {
	struct doubt_area areas[DOUBT_AREAS];
};

/* Whether a redraw of `area` may be read in samples now; the entry to do it by, or NULL: read it
 * whole. */
struct doubt_area *doubt_find(struct doubt *doubt, struct rect area, uint64_t now);

/* `area` was read in whole and `changed` (bounds, empty: nothing) with `n_changed` pixels differed.
 */
void doubt_was_read(struct doubt *doubt, struct rect area, struct rect changed, size_t n_changed,
		    uint64_t now);

/* It was read in samples; what differed is within `changed`. */
void doubt_was_sampled(struct doubt_area *entry, struct rect changed);

/* When an area that is owed a whole read is due, UINT64_MAX: none is. */
uint64_t doubt_due(const struct doubt *doubt);

/* Writes the areas whose whole read is due at `now` to ret_areas; returns how many. */
size_t doubt_take_due(struct doubt *doubt, uint64_t now, struct rect ret_areas[DOUBT_AREAS]);

#endif
