/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pointer's shape as an image, and its conversion for each kind of viewer. Pure. */
#ifndef GPUDESK_CURSOR_IMAGE_H
#define GPUDESK_CURSOR_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pixel_format.h"
#include "rect.h"

/* Pixels a side: browsers show no larger pointers, so larger ones are scaled down. */
enum { CURSOR_SIDE_MAX = 128 };

struct cursor_image {
	int width, height; /* pixels; a hidden pointer is 1x1 and transparent */
	int hot_x, hot_y;  /* the pixel that points, within the image */
	uint64_t id;	   /* a hash: the same for equal shapes, never 0 */
	uint32_t *argb;	   /* width * height pixels, 0xAARRGGBB, premultiplied; owned */
};

/* The pointer's shape and position. Before there is a shape, argb is NULL and id is 0. */
struct cursor_state {
	struct cursor_image shape;
	int x, y; /* pixels: the hot spot on the screen */
};

/*
 * Makes a shape from an image of any size, width * height premultiplied pixels 0xAARRGGBB. A fully
 * transparent one becomes the hidden pointer. Returns 0 or -ENOMEM.
 */
int cursor_image_init(struct cursor_image *shape, int width, int height, int hot_x, int hot_y,
		      const uint32_t *argb);
void cursor_image_finish(struct cursor_image *shape);

/* Makes a plain arrow, for when the shape cannot be read. Returns 0 or -ENOMEM. */
int cursor_image_init_arrow(struct cursor_image *shape);

bool cursor_image_is_hidden(const struct cursor_image *shape);

/* What it covers of the screen with its hot spot at x, y; empty if it is hidden. */
struct rect cursor_image_area(const struct cursor_image *shape, int x, int y);

/* Bytes of a row with one bit a pixel. */
static inline size_t cursor_image_row_bytes(const struct cursor_image *shape)
{
	return (size_t)(shape->width + 7) / 8;
}

/*
 * The bitmask of RFC 6143, 7.8.1, for viewers that know no alpha: a set bit for each pixel to draw,
 * the leftmost in the highest bit; height * cursor_image_row_bytes() bytes. It has no shadow,
 * unless the shape is faint as a whole.
 */
void cursor_image_mask(const struct cursor_image *shape, uint8_t *ret_mask);

/* The colours that go with the mask: width * height pixels of `format`, without padding. */
void cursor_image_pixels(const struct cursor_image *shape, const struct pixel_format *format,
			 uint8_t *ret_pixels);

/*
 * For the X Cursor encoding (rfbproto.rst): two colours, as red, green and blue, and a bit for each
 * pixel that has the first one, laid out like the mask.
 */
void cursor_image_bitmap(const struct cursor_image *shape, uint8_t *ret_bits, uint8_t ret_first[3],
			 uint8_t ret_second[3]);

/* Premultiplied red, green and blue, and alpha of each pixel: width * height * 4 bytes. */
void cursor_image_rgba(const struct cursor_image *shape, uint8_t *ret_rgba);

/*
 * Paints the pointer, its hot spot at x, y of the screen, onto `pixels` of `format`, which show
 * `area` of the screen; rows are `stride` bytes apart.
 */
void cursor_image_paint(const struct cursor_image *shape, int x, int y,
			const struct pixel_format *format, struct rect area, uint8_t *pixels,
			size_t stride);

#endif
