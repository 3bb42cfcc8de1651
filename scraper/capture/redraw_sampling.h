/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Areas that are redrawn again and again with hardly a changed pixel. At most redraws only samples
 * of them are read: the spot that changed last and some rows. They are read whole every
 * REDRAW_SAMPLING_WHOLE_USEC, and once more after the last redraw. No I/O; times are µs of one
 * clock, passed in.
 */
#ifndef GPUDESK_REDRAW_SAMPLING_H
#define GPUDESK_REDRAW_SAMPLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/rect.h"

#define REDRAW_SAMPLING_WHOLE_USEC UINT64_C(200000)
/* How much later the whole read comes due without another redraw, which might bring it anyway. */
#define REDRAW_SAMPLING_GRACE_USEC UINT64_C(50000)

enum {
	REDRAW_SAMPLING_AREAS = 4,
	REDRAW_SAMPLING_MIN_AREA = 256 * 256, /* pixels; smaller areas are always read whole */
	REDRAW_SAMPLING_STREAK = 3,    /* redraws with few changes in a row before samples do */
	REDRAW_SAMPLING_SHARE = 32,    /* few changes: at most one pixel in so many */
	REDRAW_SAMPLING_ROW_STEP = 64, /* pixels from one sampled row to the next */
};

struct redraw_sampling_area {
	struct rect area;     /* empty: not in use */
	struct rect changing; /* bounds of what changed in it last */
	unsigned streak;      /* redraws with few changes in a row */
	uint64_t last_whole;  /* µs: when all of it was last read */
	bool unverified;      /* redrawn, and not read whole since */
};

struct redraw_sampling {
	struct redraw_sampling_area areas[REDRAW_SAMPLING_AREAS];
};

/*
 * The entry of `area`, owned by `sampling`, if samples of it are enough at `now`; NULL: read it
 * whole.
 */
struct redraw_sampling_area *redraw_sampling_find(struct redraw_sampling *sampling,
						  struct rect area, uint64_t now);

/* `area` was read whole, and `n_changed` pixels within `changed` (may be empty) differed. */
void redraw_sampling_note_whole_read(struct redraw_sampling *sampling, struct rect area,
				     struct rect changed, size_t n_changed, uint64_t now);

/* Samples of `entry` were read; what differed lies within `changed` (may be empty). */
void redraw_sampling_note_samples(struct redraw_sampling_area *entry, struct rect changed);

/* When the next whole read is due; UINT64_MAX: none is. */
uint64_t redraw_sampling_due(const struct redraw_sampling *sampling);

/* Writes the areas to be read whole at `now`; returns how many. */
size_t redraw_sampling_list_due(struct redraw_sampling *sampling, uint64_t now,
				struct rect ret_areas[REDRAW_SAMPLING_AREAS]);

#endif
