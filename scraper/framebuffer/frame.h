/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The picture that the viewers know: pixels in the X server's format, with all bits that are no
 * colour set: guacd needs them to stay the same, and noVNC up to 1.3 shows pixels as transparent
 * where they are 0. Captures are absorbed into it, and what differed is reported. Knows no X.
 */
#ifndef GPUDESK_FRAME_H
#define GPUDESK_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rect.h"
#include "tile_map.h"

struct frame {
	int width, height;   /* pixels */
	int bytes_per_pixel; /* 1, 2 or 4 */
	size_t stride;	     /* bytes, a multiple of 64 */
	uint64_t colour;     /* mask of the colour bits in 8 bytes of pixels */
	uint8_t *pixels;     /* stride * height bytes, aligned to 64; owned */
};

/*
 * Makes a black frame. `colour_mask`: the visual's red, green and blue masks together. Returns 0,
 * -EINVAL for a size or format out of range, or -ENOMEM.
 */
int frame_init(struct frame *frame, int width, int height, int bytes_per_pixel,
	       uint32_t colour_mask);
void frame_finish(struct frame *frame);

/*
 * Compares `area` of the frame with `pixels` (its upper left pixel first, rows `stride` bytes
 * apart), takes over what differs, and adds that to `changes`: rows exactly, columns in steps of 64
 * bytes. `area` must be aligned by frame_align.
 */
void frame_absorb(struct frame *frame, const uint8_t *pixels, size_t stride, struct rect area,
		  struct tile_map *changes);

/* Whether `area`, one pixel high, differs from `pixels`. */
int frame_row_differs(const struct frame *frame, const uint8_t *pixels, struct rect area);

/*
 * Whether `area` looks like a photograph, a video or 3D rather than text and windows: many pixels
 * differ from their left neighbour. Samples some rows; false for pixels of other than 32 bits.
 */
bool frame_is_picture(const struct frame *frame, struct rect area);

/* Whether all pixels are the same: nothing has been drawn yet, most likely. */
bool frame_is_blank(const struct frame *frame);

/* `area` widened to steps of 64 bytes in x and width, within the screen. */
struct rect frame_align(const struct frame *frame, struct rect area);

/* The pixel at x, y. */
static inline const uint8_t *frame_at(const struct frame *frame, int x, int y)
{
	return frame->pixels + (size_t)y * frame->stride +
	       (size_t)x * (size_t)frame->bytes_per_pixel;
}

#endif
