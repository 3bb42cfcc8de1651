/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pixels go into a viewer's update, and in which parts: all that it has not seen, and some of
 * what it was sent with loss. No I/O.
 */
#ifndef GPUDESK_UPDATE_PLAN_H
#define GPUDESK_UPDATE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "encode/pixel_encoder.h"
#include "guacd_clock.h"
#include "lossless_refresh.h"

struct update_plan {
	struct pixel_part *parts; /* what was drawn, then what is to be refreshed */
	size_t n_parts, n_drawn;
	size_t n_pixels;       /* of all parts */
	bool touches_pointer;  /* some part is where the pointer is painted */
	enum update_part part; /* not a primer if there is nothing to make one of */

	struct tile_map kinds[2]; /* [0] text and windows, [1] pictures */
	struct rect *rects;	  /* room for one a tile */
};

/* What a plan is made from; all of it the caller's. */
struct update_plan_sources {
	const struct frame *frame;
	const struct link_speed *link;
	struct pixel_encoder *encoder;
	struct lossless_refresh *refresh; /* learns what is sent with loss */
	double refresh_cost;		  /* bytes a pixel of what is refreshed */
	const struct tile_map *unseen;
	bool encodes_again;  /* the viewer does, with loss, and compares padding bits: guacd */
	struct rect visible; /* the part of the frame that the viewer has */
	struct rect pointer; /* where it is painted */
};

/* Prepares for a frame of that size, also once more for another. Returns 0 or -ENOMEM. */
int update_plan_resize(struct update_plan *plan, int width, int height);
void update_plan_finish(struct update_plan *plan);

/* Plans the next update. */
void update_plan_make(struct update_plan *plan, const struct update_plan_sources *sources,
		      enum update_part part);

#endif
