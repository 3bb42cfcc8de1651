/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pointer's shape as an image, and what is made of it for viewers of every kind. Knows no X. */
#ifndef GPUDESK_CURSOR_IMAGE_H
#define GPUDESK_CURSOR_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pixel_format.h"
#include "rect.h"

/* Pixels a side; browsers take no larger pointers. Larger ones are scaled down. */
enum { CURSOR_SIDE_MAX = 128 };

struct cursor_image {
	int width, height; /* pixels; 1x1, transparent, when the pointer is hidden */
	int hot_x, hot_y;  /* the pixel that points, inside the shape */
	uint64_t id;	   /* says what it looks like: equal for equal shapes, never 0 */
	uint32_t *argb;	   /* width * height pixels 0xAARRGGBB, premultiplied; owned */
};

/* The pointer: what it looks like and where it is. Without a shape, argb is NULL and id is 0. */
struct cursor_state {
	struct cursor_image shape;
	int x, y; /* pixels; where the hot spot is */
};

/*
 * Makes a shape from an image of any size, premultiplied `argb` pixels. One that shows nothing
 * becomes the hidden one. Returns 0 or -ENOMEM.
 */
int cursor_image_init(struct cursor_image *shape, int width, int height, int hot_x, int hot_y,
		      const uint32_t *argb);
void cursor_image_finish(struct cursor_image *shape);

/* A plain arrow, for when nobody tells what the pointer looks like. Returns 0 or -ENOMEM. */
int cursor_image_init_arrow(struct cursor_image *shape);

bool cursor_image_is_hidden(const struct cursor_image *shape);

/* The screen's part that the pointer covers with its hot spot at x, y; empty when it is hidden. */
struct rect cursor_image_area(const struct cursor_image *shape, int x, int y);

/* Bytes of a row of one bit a pixel. */
static inline size_t cursor_image_row_bytes(const struct cursor_image *shape)
{
	return (size_t)(shape->width + 7) / 8;
}

/*
 * Which pixels a viewer without transparency is to draw: one bit each, the leftmost the highest,
 * height * cursor_image_row_bytes() bytes. Shadows are left out; what is faint as a whole is not.
 */
void cursor_image_mask(const struct cursor_image *shape, uint8_t *ret_mask);

/* The colours to go with the mask, as pixels of `format` without rows of padding. */
void cursor_image_pixels(const struct cursor_image *shape, const struct pixel_format *format,
			 uint8_t *ret_pixels);

/* For viewers with two colours (red, green, blue): the bits that are set take the first one. */
void cursor_image_bitmap(const struct cursor_image *shape, uint8_t *ret_bits, uint8_t ret_first[3],
			 uint8_t ret_second[3]);

/* Red, green, blue and alpha of each pixel, premultiplied: 4 bytes a pixel. */
void cursor_image_rgba(const struct cursor_image *shape, uint8_t *ret_rgba);

/*
 * Paints the pointer, its hot spot at x, y of the screen, onto `pixels` of `format`: those of the
 * screen's part `area`, rows `stride` bytes apart.
 */
void cursor_image_paint(const struct cursor_image *shape, int x, int y,
			const struct pixel_format *format, struct rect area, uint8_t *pixels,
			size_t stride);

#endif
