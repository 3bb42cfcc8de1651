/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows that keep redrawing the same: X reports them as drawn, and hardly a pixel differs. Such
 * an area is doubted: at most redraws only its changing spot and some rows across it are read, and
 * the whole of it every REDRAW_SAMPLING_FULL_USEC, the last time after it has come to rest. No I/O;
 * times are microseconds of one clock, passed in.
 */
#ifndef GPUDESK_REDRAW_SAMPLING_H
#define GPUDESK_REDRAW_SAMPLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/rect.h"

#define REDRAW_SAMPLING_FULL_USEC UINT64_C(200000)
/* Later than that by so much a read is due of itself: a redraw in the meantime makes it unneeded.
 */
#define REDRAW_SAMPLING_GRACE_USEC UINT64_C(50000)

enum {
	REDRAW_SAMPLING_AREAS = 4,
	REDRAW_SAMPLING_MIN_AREA = 256 * 256, /* pixels; smaller ones are read whole at once */
	REDRAW_SAMPLING_STREAK = 3,	      /* redraws in a row that changed almost nothing */
	REDRAW_SAMPLING_SHARE = 32,	      /* almost nothing: one pixel of so many */
	REDRAW_SAMPLING_ROW_STEP =
		64, /* pixels between the rows that are read: in turn these and those between */
};

struct redraw_sampling_area {
	struct rect area; /* empty: not in use */
	struct rect hot;  /* where it has changed lately */
	unsigned streak;
	uint64_t last_full; /* when all of it was last read */
	bool owed;	    /* drawn, and not read whole since */
};

struct redraw_sampling {
	struct redraw_sampling_area areas[REDRAW_SAMPLING_AREAS];
};

/* Whether a redraw of `area` may be read in samples now; the entry to do it by, or NULL: read it
 * whole. */
struct redraw_sampling_area *redraw_sampling_find(struct redraw_sampling *sampling,
						  struct rect area, uint64_t now);

/* `area` was read in whole and `changed` (bounds, empty: nothing) with `n_changed` pixels differed.
 */
void redraw_sampling_was_read(struct redraw_sampling *sampling, struct rect area,
			      struct rect changed, size_t n_changed, uint64_t now);

/* It was read in samples; what differed is within `changed`. */
void redraw_sampling_was_sampled(struct redraw_sampling_area *entry, struct rect changed);

/* When an area that is owed a whole read is due, UINT64_MAX: none is. */
uint64_t redraw_sampling_due(const struct redraw_sampling *sampling);

/* Writes the areas whose whole read is due at `now` to ret_areas; returns how many. */
size_t redraw_sampling_take_due(struct redraw_sampling *sampling, uint64_t now,
				struct rect ret_areas[REDRAW_SAMPLING_AREAS]);

#endif
