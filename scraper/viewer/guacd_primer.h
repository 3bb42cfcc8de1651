/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which changes make a primer: guacd joins neighbouring cells (its are our tiles) to images of up
 * to 512x512 pixels on a grid, and encodes an image fast, with loss, if it has encoded a change in
 * one of its cells lately. No I/O.
 */
#ifndef GPUDESK_GUACD_PRIMER_H
#define GPUDESK_GUACD_PRIMER_H

#include "framebuffer/frame.h"

enum { GUACD_BLOCK = 512 / TILE_SIZE }; /* tiles */

/*
 * Writes the upper half of the change in one tile of each area of `span` x `span` tiles to
 * ret_rects, which has room for one a tile: the other half makes the tile change again. Returns
 * their number. Areas in which all changed tiles are of one colour have none: guacd fills those.
 * GUACD_BLOCK would do, but what guacd fills or copies keeps it from joining all of a block.
 */
size_t guacd_primer_rects(const struct tile_map *unseen, const struct frame *frame, int span,
			  struct rect *ret_rects);

/* One of these was sent: only the other half is still unseen. */
void guacd_primer_sent(struct tile_map *unseen, struct rect primer);

#endif
