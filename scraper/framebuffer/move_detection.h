/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds scrolled text and dragged windows in the pixels: the same picture at another place, which
 * takes 16 bytes as a CopyRect (RFC 6143, 7.7.2). Pure; finds nothing unless pixels have 32 bits.
 */
#ifndef GPUDESK_MOVE_DETECTION_H
#define GPUDESK_MOVE_DETECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "rect.h"

enum { MOVE_MIN_AREA = 128 * 64 }; /* pixels; finding a smaller move costs more than it saves */

struct move {
	struct rect to; /* its new place; empty: nothing moved */
	int dx, dy;	/* pixels: it was at to.x - dx, to.y - dy */
};

static inline struct rect move_from(struct move move)
{
	return (struct rect){ move.to.x - move.dx, move.to.y - move.dy, move.to.w, move.to.h };
}

/*
 * Compares the frame, the old picture, with `pixels`, the new one of `area`; rows are `stride`
 * bytes apart. Returns whether something moved within `area`: ret_move is true for each of its
 * pixels.
 */
bool move_find(const struct frame *frame, const uint8_t *pixels, size_t stride, struct rect area,
	       struct move *ret_move);

/* Does to the frame what CopyRect does to a viewer's picture. */
void move_apply(struct frame *frame, struct move move);

#endif
