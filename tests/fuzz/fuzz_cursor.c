/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any pointer image of an X server, converted to each form that viewers get. This file replaces
 * display_wait_reply() and makes the image from the input.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <X11/Xlib-xcb.h>
#include <xcb/xfixes.h>

#include "bytes.h"
#include "scraper/x11/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SMALL = 11, PIXELS_MAX = 1 << 12, SCREEN = 64 };

static struct bytes input;
static bool has_image, is_small;

xcb_connection_t *XGetXCBConnection(Display *x)
{
	(void)x;
	return NULL;
}

xcb_xfixes_get_cursor_image_cookie_t xcb_xfixes_get_cursor_image(xcb_connection_t *c)
{
	(void)c;
	return (xcb_xfixes_get_cursor_image_cookie_t){ 1 };
}

/* Like xcb: one block, the pixels behind the struct. */
void *display_wait_reply(struct display *display, unsigned sequence, enum display_wait may)
{
	unsigned width = take_u16(&input), height = take_u16(&input);

	(void)display;
	(void)sequence;
	(void)may;
	if (!has_image)
		return NULL;
	if (is_small)
		width %= SMALL, height %= SMALL;
	if (height > PIXELS_MAX / (width ? width : 1))
		height = PIXELS_MAX / (width ? width : 1);
	size_t n = (size_t)width * height;
	xcb_xfixes_get_cursor_image_reply_t *image = malloc(sizeof(*image) + n * 4);
	require(image != NULL);
	*image = (xcb_xfixes_get_cursor_image_reply_t){
		.x = (int16_t)take_u16(&input),
		.y = (int16_t)take_u16(&input),
		.width = (uint16_t)width,
		.height = (uint16_t)height,
		.xhot = take_u16(&input),
		.yhot = take_u16(&input),
	};
	memset(image + 1, 0, n * 4);
	fill_repeating(image + 1, n * 4, input.at, input.left);
	return image;
}

static void check_shape(const struct cursor_image *shape)
{
	require(shape->argb && shape->id);
	require(shape->width >= 1 && shape->width <= CURSOR_SIDE_MAX);
	require(shape->height >= 1 && shape->height <= CURSOR_SIDE_MAX);
	require(shape->hot_x >= 0 && shape->hot_x < shape->width);
	require(shape->hot_y >= 0 && shape->hot_y < shape->height);
}

static void *block(size_t size)
{
	void *made = malloc(size);

	require(made != NULL);
	memset(made, 0xa5, size);
	return made;
}

/* No bit is set to the right of the image. */
static void check_bits(const struct cursor_image *shape, const uint8_t *bits)
{
	size_t row_bytes = cursor_image_row_bytes(shape);

	for (int y = 0; y < shape->height && shape->width % 8; y++)
		require(!(bits[((size_t)y + 1) * row_bytes - 1] & (255 >> shape->width % 8)));
}

static void check_bitmaps(const struct cursor_image *shape)
{
	size_t size = cursor_image_row_bytes(shape) * (size_t)shape->height;
	uint8_t *bits = block(size), first[3], second[3];

	cursor_image_mask(shape, bits);
	check_bits(shape, bits);
	cursor_image_bitmap(shape, bits, first, second);
	check_bits(shape, bits);
	free(bits);
}

static void check_pixels(const struct cursor_image *shape, const struct pixel_format *format)
{
	size_t n = (size_t)shape->width * (size_t)shape->height;
	uint8_t *rgba = block(4 * n), *pixels = block(n * (size_t)format->bits_per_pixel / 8);

	cursor_image_rgba(shape, rgba);
	cursor_image_pixels(shape, format, pixels);
	free(rgba);
	free(pixels);
}

/* The block ends with the area, so that a sanitizer sees writes past it. */
static void check_painted(const struct cursor_image *shape, int x, int y,
			  const struct pixel_format *format, struct rect area)
{
	size_t stride = (size_t)area.w * (size_t)format->bits_per_pixel / 8;
	uint8_t *pixels = block(stride * (size_t)area.h + 1);

	cursor_image_paint(shape, x, y, format, area, pixels, stride);
	require(pixels[stride * (size_t)area.h] == 0xa5);
	free(pixels);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pixel_format formats[] = {
		{ 32, 24, 0xff0000, 0xff00, 0xff },
		{ 32, 30, 0x3ff00000, 0xffc00, 0x3ff },
		{ 32, 32, 0xff000000, 0xff0000, 0xff00 },
		{ 16, 16, 0xf800, 0x7e0, 0x1f },
		{ 16, 15, 0x7c00, 0x3e0, 0x1f },
		{ 8, 8, 0x07, 0x38, 0xc0 },
		{ 8, 3, 0x04, 0, 0x01 }, /* no X server has this one */
	};
	struct display display = { .x = NULL };
	struct cursor cursor;

	input = (struct bytes){ data, size };
	uint8_t choice = take_u8(&input);
	const struct pixel_format *format = &formats[choice % 7];
	has_image = choice < 240;
	is_small = choice != 239; /* large ones are slow */
	struct rect area = { take_u8(&input) % SCREEN, take_u8(&input) % SCREEN,
			     take_u8(&input) % SCREEN, take_u8(&input) % SCREEN };

	cursor_init(&cursor);
	cursor_update(&cursor, &display, CURSOR_INTERVAL);
	const struct cursor_image *shape = &cursor.state.shape;
	check_shape(shape);
	check_bitmaps(shape);
	check_pixels(shape, format);
	check_painted(shape, cursor.state.x, cursor.state.y, format, area);
	cursor_finish(&cursor);
	return 0;
}
