/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cursor_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static unsigned channel(uint32_t argb, int shift)
{
	return argb >> shift & 255;
}

static unsigned alpha_of(uint32_t argb)
{
	return argb >> 24;
}

static size_t n_pixels(const struct cursor_image *shape)
{
	return (size_t)shape->width * (size_t)shape->height;
}

/* FNV-1a of all that is visible. */
static uint64_t hash_shape(const struct cursor_image *shape)
{
	const int numbers[4] = { shape->width, shape->height, shape->hot_x, shape->hot_y };
	uint64_t id = UINT64_C(0xcbf29ce484222325);

	for (int i = 0; i < 4; i++)
		id = (id ^ (uint64_t)numbers[i]) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < n_pixels(shape); i++)
		id = (id ^ shape->argb[i]) * UINT64_C(0x100000001b3);
	return id ? id : 1;
}

/* ---- making a shape ---- */

static int scaled(int value, int from, int to)
{
	return (int)((int64_t)value * to / from);
}

/* The mean of an area's pixels; as they are premultiplied, their channels may be summed. */
static uint32_t mean(const uint32_t *argb, int stride, struct rect area)
{
	uint64_t sums[4] = { 0 }, n = rect_area(area);
	uint32_t result = 0;

	for (int y = area.y; y < area.y + area.h; y++)
		for (int x = area.x; x < area.x + area.w; x++)
			for (int i = 0; i < 4; i++)
				sums[i] += channel(argb[(size_t)y * (size_t)stride + (size_t)x],
						   8 * i);
	for (int i = 0; i < 4 && n; i++)
		result |= (uint32_t)((sums[i] + n / 2) / n) << 8 * i;
	return result;
}

static void scale(struct cursor_image *shape, int width, int height, const uint32_t *argb)
{
	for (int y = 0; y < shape->height; y++) {
		int y0 = scaled(y, shape->height, height),
		    y1 = scaled(y + 1, shape->height, height);

		for (int x = 0; x < shape->width; x++) {
			int x0 = scaled(x, shape->width, width);
			int x1 = scaled(x + 1, shape->width, width);

			shape->argb[y * shape->width + x] = mean(
				argb, width, (struct rect){ x0, y0, x1 - x0, y1 - y0 });
		}
	}
}

static int at_least_1(int value)
{
	return value < 1 ? 1 : value;
}

static int clamp(int value, int limit)
{
	return value < 0 ? 0 : value >= limit ? limit - 1 : value;
}

static bool shows_something(const uint32_t *argb, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (alpha_of(argb[i]))
			return true;
	return false;
}

int cursor_image_init(struct cursor_image *shape, int width, int height, int hot_x, int hot_y,
		      const uint32_t *argb)
{
	static const uint32_t nothing = 0;
	int longest = width > height ? width : height;

	if (width < 1 || height < 1 || !shows_something(argb, (size_t)width * (size_t)height)) {
		width = height = longest = 1;
		hot_x = hot_y = 0;
		argb = &nothing;
	}
	struct cursor_image made = { .width = width, .height = height };
	if (longest > CURSOR_SIDE_MAX) {
		made.width = at_least_1(scaled(width, longest, CURSOR_SIDE_MAX));
		made.height = at_least_1(scaled(height, longest, CURSOR_SIDE_MAX));
	}
	made.hot_x = clamp(scaled(hot_x, width, made.width), made.width);
	made.hot_y = clamp(scaled(hot_y, height, made.height), made.height);
	made.argb = malloc(n_pixels(&made) * sizeof(*made.argb));
	if (!made.argb)
		return -ENOMEM;
	scale(&made, width, height, argb);
	made.id = hash_shape(&made);
	*shape = made;
	return 0;
}

int cursor_image_init_arrow(struct cursor_image *shape)
{
	/* Black with a white border. The width of each row, from the left edge: */
	static const uint8_t reach[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 7, 4 };
	enum { WIDTH = 12, HEIGHT = sizeof(reach) };
	uint32_t argb[WIDTH * HEIGHT] = { 0 };

	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < reach[y]; x++) {
			bool inside = x > 0 && x < reach[y] - 1 && y < HEIGHT - 2;

			argb[y * WIDTH + x] = inside ? 0xff000000 : 0xffffffff;
		}
	}
	return cursor_image_init(shape, WIDTH, HEIGHT, 0, 0, argb);
}

void cursor_image_finish(struct cursor_image *shape)
{
	free(shape->argb);
	*shape = (struct cursor_image){ 0 };
}

bool cursor_image_is_hidden(const struct cursor_image *shape)
{
	return shape->width == 1 && shape->height == 1 && !alpha_of(*shape->argb);
}

struct rect cursor_image_area(const struct cursor_image *shape, int x, int y)
{
	if (!shape->argb || cursor_image_is_hidden(shape))
		return (struct rect){ 0, 0, 0, 0 };
	return (struct rect){ x - shape->hot_x, y - shape->hot_y, shape->width, shape->height };
}

/* ---- for viewers that draw the pointer ---- */

/*
 * The least alpha of a pixel to draw: half, which drops the shadow; but less if that would drop
 * most of the shape, as with a thin antialiased line.
 */
static unsigned threshold(const struct cursor_image *shape)
{
	uint64_t sum = 0, drawn = 0;
	unsigned most = 0;

	for (size_t i = 0; i < n_pixels(shape); i++) {
		unsigned alpha = alpha_of(shape->argb[i]);

		sum += alpha;
		drawn += alpha >= 128 ? alpha : 0;
		if (alpha > most)
			most = alpha;
	}
	if (drawn * 3 >= sum)
		return 128;
	return most > 1 ? most / 2 : 1;
}

static void set_bit(uint8_t *bits, size_t row_bytes, int x, int y)
{
	bits[(size_t)y * row_bytes + (size_t)x / 8] |= (uint8_t)(128 >> (x & 7));
}

void cursor_image_mask(const struct cursor_image *shape, uint8_t *ret_mask)
{
	size_t row_bytes = cursor_image_row_bytes(shape);
	unsigned least = threshold(shape);

	memset(ret_mask, 0, row_bytes * (size_t)shape->height);
	for (int y = 0; y < shape->height; y++)
		for (int x = 0; x < shape->width; x++)
			if (alpha_of(shape->argb[y * shape->width + x]) >= least)
				set_bit(ret_mask, row_bytes, x, y);
}

/* The colour before it was premultiplied: red, green, blue. */
static void plain_colour(uint32_t argb, unsigned ret_rgb[3])
{
	unsigned alpha = alpha_of(argb);

	for (int i = 0; i < 3; i++) {
		unsigned value = alpha ? channel(argb, 16 - 8 * i) * 255 / alpha : 0;

		ret_rgb[i] = value > 255 ? 255 : value;
	}
}

static uint32_t mask_of(const struct pixel_format *format, int i)
{
	return i == 0 ? format->red_mask : i == 1 ? format->green_mask : format->blue_mask;
}

static uint32_t to_pixel(const struct pixel_format *format, const unsigned rgb[3])
{
	uint32_t pixel = 0;

	for (int i = 0; i < 3; i++) {
		uint32_t mask = mask_of(format, i), low = mask & -mask, top = low ? mask / low : 0;

		pixel |= (rgb[i] * top + 127) / 255 * low;
	}
	return pixel;
}

static void from_pixel(const struct pixel_format *format, uint32_t pixel, unsigned ret_rgb[3])
{
	for (int i = 0; i < 3; i++) {
		uint32_t mask = mask_of(format, i), low = mask & -mask, top = low ? mask / low : 0;

		ret_rgb[i] = top ? ((pixel & mask) / low * 255 + top / 2) / top : 0;
	}
}

static uint32_t load(const uint8_t *at, int bits)
{
	uint32_t wide;
	uint16_t narrow;

	if (bits == 32) {
		memcpy(&wide, at, sizeof(wide));
		return wide;
	}
	if (bits == 8)
		return *at;
	memcpy(&narrow, at, sizeof(narrow));
	return narrow;
}

static void store(uint8_t *at, int bits, uint32_t pixel)
{
	uint16_t narrow = (uint16_t)pixel;

	if (bits == 32)
		memcpy(at, &pixel, sizeof(pixel));
	else if (bits == 8)
		*at = (uint8_t)pixel;
	else
		memcpy(at, &narrow, sizeof(narrow));
}

void cursor_image_pixels(const struct cursor_image *shape, const struct pixel_format *format,
			 uint8_t *ret_pixels)
{
	size_t bytes = (size_t)format->bits_per_pixel / 8;

	for (size_t i = 0; i < n_pixels(shape); i++) {
		unsigned rgb[3];

		plain_colour(shape->argb[i], rgb);
		store(ret_pixels + i * bytes, format->bits_per_pixel, to_pixel(format, rgb));
	}
}

static unsigned luminance(const unsigned rgb[3])
{
	return (rgb[0] * 299 + rgb[1] * 587 + rgb[2] * 114) / 1000;
}

struct colour_mean {
	uint64_t sums[3], n;
};

static void take_mean(const struct colour_mean *from, uint8_t ret_rgb[3])
{
	for (int i = 0; i < 3; i++)
		ret_rgb[i] = (uint8_t)(from->n ? from->sums[i] / from->n : 0);
}

void cursor_image_bitmap(const struct cursor_image *shape, uint8_t *ret_bits, uint8_t ret_first[3],
			 uint8_t ret_second[3])
{
	size_t row_bytes = cursor_image_row_bytes(shape);
	unsigned least = threshold(shape), darkest = 255, lightest = 0, rgb[3];
	struct colour_mean means[2] = { 0 };

	for (size_t i = 0; i < n_pixels(shape); i++) {
		if (alpha_of(shape->argb[i]) < least)
			continue;
		plain_colour(shape->argb[i], rgb);
		unsigned light = luminance(rgb);
		darkest = light < darkest ? light : darkest;
		lightest = light > lightest ? light : lightest;
	}
	memset(ret_bits, 0, row_bytes * (size_t)shape->height);
	for (size_t i = 0; i < n_pixels(shape); i++) {
		if (alpha_of(shape->argb[i]) < least)
			continue;
		plain_colour(shape->argb[i], rgb);
		bool first = 2 * luminance(rgb) <= darkest + lightest;
		if (first)
			set_bit(ret_bits, row_bytes, (int)i % shape->width, (int)i / shape->width);
		means[!first].n++;
		for (int c = 0; c < 3; c++)
			means[!first].sums[c] += rgb[c];
	}
	take_mean(&means[0], ret_first);
	take_mean(&means[1], ret_second);
}

void cursor_image_rgba(const struct cursor_image *shape, uint8_t *ret_rgba)
{
	for (size_t i = 0; i < n_pixels(shape); i++) {
		for (int c = 0; c < 3; c++)
			ret_rgba[4 * i + (size_t)c] = (uint8_t)channel(shape->argb[i], 16 - 8 * c);
		ret_rgba[4 * i + 3] = (uint8_t)alpha_of(shape->argb[i]);
	}
}

/* ---- for viewers that do not draw it ---- */

static uint32_t blend(const struct pixel_format *format, uint32_t pixel, uint32_t argb)
{
	unsigned rgb[3], left = 255 - alpha_of(argb);

	if (left == 255)
		return pixel;
	from_pixel(format, pixel, rgb);
	for (int i = 0; i < 3; i++) {
		unsigned value = channel(argb, 16 - 8 * i) + (rgb[i] * left + 127) / 255;

		rgb[i] = value > 255 ? 255 : value;
	}
	/* Bits that are no colour keep the value that they have all over the frame. */
	return to_pixel(format, rgb) |
	       (pixel & ~(format->red_mask | format->green_mask | format->blue_mask));
}

void cursor_image_paint(const struct cursor_image *shape, int x, int y,
			const struct pixel_format *format, struct rect area, uint8_t *pixels,
			size_t stride)
{
	struct rect cursor = cursor_image_area(shape, x, y);
	struct rect both = rect_intersect(cursor, area);
	int bits = format->bits_per_pixel;

	for (int row = both.y; row < both.y + both.h; row++) {
		for (int column = both.x; column < both.x + both.w; column++) {
			uint8_t *at = pixels + (size_t)(row - area.y) * stride +
				      (size_t)(column - area.x) * (size_t)bits / 8;
			uint32_t argb =
				shape->argb[(row - cursor.y) * shape->width + column - cursor.x];

			store(at, bits, blend(format, load(at, bits), argb));
		}
	}
}
