/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scrolled text and dragged windows, found in the pixels: the same picture at another place, which
 * costs a viewer far away 16 bytes as CopyRect. Pure; looks at 32-bit pixels only.
 */
#ifndef GPUDESK_MOVE_DETECTION_H
#define GPUDESK_MOVE_DETECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "rect.h"

enum { MOVE_MIN_AREA = 128 * 64 }; /* pixels; below, finding it costs more than it saves */

struct move {
	struct rect to; /* where it is now; empty: nothing moved */
	int dx, dy;	/* how far it came: it was at to.x - dx, to.y - dy */
};

static inline struct rect move_from(struct move move)
{
	return (struct rect){ move.to.x - move.dx, move.to.y - move.dy, move.to.w, move.to.h };
}

/*
 * Compares the frame (before) with `pixels` (now) of `area`, rows `stride` bytes apart. Returns
 * whether a part of `area` is what was elsewhere in it, with *ret_move verified pixel by pixel.
 */
bool move_find(const struct frame *frame, const uint8_t *pixels, size_t stride, struct rect area,
	       struct move *ret_move);

/* Does the same to the frame as a viewer's CopyRect does to its picture. */
void move_apply(struct frame *frame, struct move move);

#endif
