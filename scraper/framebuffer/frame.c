/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bytes compared and taken over at once: a cache line. */
enum { CHUNK = 64 };

enum { WIDTH_MAX = 32767 }; /* pixels of an X screen */

/*
 * The compiler's vectors: the architecture's, or 8-byte words where it has none. The frame's rows
 * are aligned, captured pixels need not be.
 */
typedef uint64_t vec __attribute__((vector_size(16), may_alias));
typedef uint64_t unaligned_vec __attribute__((vector_size(16), may_alias, aligned(1)));

int frame_init(struct frame *frame, int width, int height, int bytes_per_pixel,
	       uint32_t colour_mask)
{
	if (width < 1 || height < 1 || width > WIDTH_MAX || height > WIDTH_MAX)
		return -EINVAL;
	if (bytes_per_pixel != 1 && bytes_per_pixel != 2 && bytes_per_pixel != 4)
		return -EINVAL;

	size_t stride = (size_t)width * (size_t)bytes_per_pixel;
	stride = (stride + CHUNK - 1) / CHUNK * CHUNK;
	uint8_t *pixels = aligned_alloc(CHUNK, stride * (size_t)height);
	if (!pixels)
		return -ENOMEM;

	uint64_t colour = colour_mask;
	for (int bits = bytes_per_pixel * 8; bits < 64; bits *= 2)
		colour |= colour << bits;
	for (size_t i = 0; i < stride * (size_t)height / sizeof(colour); i++)
		((uint64_t *)(void *)pixels)[i] = ~colour;
	*frame = (struct frame){
		.width = width,
		.height = height,
		.bytes_per_pixel = bytes_per_pixel,
		.stride = stride,
		.colour = colour,
		.pixels = pixels,
	};
	return 0;
}

void frame_finish(struct frame *frame)
{
	free(frame->pixels);
	*frame = (struct frame){ 0 };
}

bool frame_is_blank(const struct frame *frame)
{
	size_t pixel = (size_t)frame->bytes_per_pixel, length = (size_t)frame->width * pixel;

	/* A row is blank if it equals itself, moved by one pixel. */
	if (memcmp(frame->pixels, frame->pixels + pixel, length - pixel) != 0)
		return false;
	for (int y = 1; y < frame->height; y++)
		if (memcmp(frame->pixels, frame->pixels + (size_t)y * frame->stride, length) != 0)
			return false;
	return true;
}

struct rect frame_align(const struct frame *frame, struct rect area)
{
	int step = CHUNK / frame->bytes_per_pixel;
	int x0 = area.x / step * step, x1 = (area.x + area.w + step - 1) / step * step;
	struct rect screen = { 0, 0, frame->width, frame->height };

	return rect_intersect((struct rect){ x0, area.y, x1 - x0, area.h }, screen);
}

/* Takes over a whole chunk. Returns whether it differed. */
static inline unsigned absorb_chunk(uint8_t *to, const uint8_t *from, vec padding)
{
	vec *t = (vec *)to;
	const unaligned_vec *f = (const unaligned_vec *)from;
	vec a = f[0] | padding, b = f[1] | padding, c = f[2] | padding, d = f[3] | padding;
	vec differs = (a ^ t[0]) | (b ^ t[1]) | (c ^ t[2]) | (d ^ t[3]);

	if (!(differs[0] | differs[1]))
		return 0;
	t[0] = a;
	t[1] = b;
	t[2] = c;
	t[3] = d;
	return 1;
}

/* The same for the `length` bytes in a row's last chunk. */
static unsigned absorb_rest(uint8_t *to, const uint8_t *from, size_t length, uint64_t padding)
{
	uint8_t chunk[CHUNK] __attribute__((aligned(16)));

	memcpy(chunk, to, CHUNK);
	memcpy(chunk, from, length);
	return absorb_chunk(to, chunk, (vec){ padding, padding });
}

/* Absorbs one row of a tile, `length` bytes. Returns a bit for each chunk that differed. */
static unsigned absorb_row(uint8_t *to, const uint8_t *from, size_t length, uint64_t padding)
{
	unsigned differs = 0;
	size_t at = 0;

	for (unsigned bit = 1; at + CHUNK <= length; at += CHUNK, bit <<= 1)
		if (absorb_chunk(to + at, from + at, (vec){ padding, padding }))
			differs |= bit;
	if (at < length && absorb_rest(to + at, from + at, length - at, padding))
		differs |= 1U << (at / CHUNK);
	return differs;
}

/* What has differed so far in one tile of a band. */
struct found {
	unsigned chunks; /* a bit for each chunk that differed in any row */
	int first, last; /* such rows, counted from the band's first */
};

/* The part of `area` that is in tile column `column`: its first pixel, and its width. */
static void tile_part(struct rect area, int column, int *ret_x, int *ret_w)
{
	int left = column * TILE_SIZE, right = left + TILE_SIZE;
	int x0 = area.x > left ? area.x : left;
	int x1 = area.x + area.w < right ? area.x + area.w : right;

	*ret_x = x0;
	*ret_w = x1 - x0;
}

/*
 * Absorbs a band, which is at most one tile high, row after row over the whole width: reading
 * memory in sequence is faster than tile by tile.
 */
static void absorb_band(struct frame *frame, const uint8_t *pixels, size_t stride, struct rect band,
			struct found *found)
{
	int first_column = band.x / TILE_SIZE, last_column = (band.x + band.w - 1) / TILE_SIZE;

	for (int row = 0; row < band.h; row++) {
		const uint8_t *from = pixels + (size_t)row * stride;

		for (int column = first_column; column <= last_column; column++) {
			struct found *tile = &found[column - first_column];
			int x, w;

			tile_part(band, column, &x, &w);
			unsigned differs = absorb_row(
				(uint8_t *)(uintptr_t)frame_at(frame, x, band.y + row),
				from + (size_t)(x - band.x) * (size_t)frame->bytes_per_pixel,
				(size_t)w * (size_t)frame->bytes_per_pixel, ~frame->colour);
			if (!differs)
				continue;
			if (!tile->chunks)
				tile->first = row;
			tile->chunks |= differs;
			tile->last = row;
		}
	}
}

/* Adds what was found in the band's tiles to `changes`. */
static void report_band(const struct frame *frame, struct rect band, const struct found *found,
			struct tile_map *changes)
{
	int step = CHUNK / frame->bytes_per_pixel, row = band.y / TILE_SIZE;
	int first_column = band.x / TILE_SIZE, last_column = (band.x + band.w - 1) / TILE_SIZE;

	for (int column = first_column; column <= last_column; column++) {
		const struct found *tile = &found[column - first_column];
		int x, w;

		if (!tile->chunks)
			continue;
		tile_part(band, column, &x, &w);
		int low = __builtin_ctz(tile->chunks), high = 31 - __builtin_clz(tile->chunks);
		int left = x - column * TILE_SIZE, top = band.y - row * TILE_SIZE;
		int right = left + (high + 1) * step;
		tile_map_add_box(changes, column, row,
				 (struct tile_box){
					 .x0 = (uint8_t)(left + low * step),
					 .y0 = (uint8_t)(top + tile->first),
					 .x1 = (uint8_t)(right < left + w ? right : left + w),
					 .y1 = (uint8_t)(top + tile->last + 1),
				 });
	}
}

void frame_absorb(struct frame *frame, const uint8_t *pixels, size_t stride, struct rect area,
		  struct tile_map *changes)
{
	for (int y = area.y; y < area.y + area.h;) {
		struct found found[WIDTH_MAX / TILE_SIZE + 1] = { { 0 } };
		int end = (y / TILE_SIZE + 1) * TILE_SIZE;
		int y1 = end < area.y + area.h ? end : area.y + area.h;
		struct rect band = { area.x, y, area.w, y1 - y };

		absorb_band(frame, pixels + (size_t)(y - area.y) * stride, stride, band, found);
		report_band(frame, band, found, changes);
		y = y1;
	}
}

/* The bits of `colour` in which two chunks differ, with their four parts combined. */
static inline vec compare_chunk(const uint8_t *a, const uint8_t *b, vec colour)
{
	const unaligned_vec *p = (const unaligned_vec *)a, *q = (const unaligned_vec *)b;

	return ((p[0] ^ q[0]) | (p[1] ^ q[1]) | (p[2] ^ q[2]) | (p[3] ^ q[3])) & colour;
}

int frame_row_differs(const struct frame *frame, const uint8_t *pixels, struct rect area)
{
	const uint8_t *row = frame_at(frame, area.x, area.y);
	size_t length = (size_t)area.w * (size_t)frame->bytes_per_pixel, at = 0;
	vec colour = { frame->colour, frame->colour }, differs = { 0, 0 };

	for (; at + CHUNK <= length; at += CHUNK)
		differs |= compare_chunk(row + at, pixels + at, colour);
	for (; at < length; at += sizeof(uint64_t)) {
		size_t n = length - at < sizeof(uint64_t) ? length - at : sizeof(uint64_t);
		uint64_t a = 0, b = 0;

		memcpy(&a, row + at, n);
		memcpy(&b, pixels + at, n);
		differs[0] |= (a ^ b) & frame->colour;
	}
	return (differs[0] | differs[1]) != 0;
}

bool frame_is_picture(const struct frame *frame, struct rect area)
{
	enum { ROWS = 16 };
	size_t edges = 0, pixels = 0;

	if (frame->bytes_per_pixel != 4)
		return false;
	for (int i = 0; i < ROWS; i++) {
		const uint8_t *at = frame_at(frame, area.x,
					     area.y + area.h * (2 * i + 1) / (2 * ROWS));
		const uint32_t *row = (const uint32_t *)(const void *)at;

		for (int x = 1; x < area.w; x++)
			edges += row[x] != row[x - 1];
		pixels += (size_t)area.w;
	}
	return edges * 3 > pixels; /* dense text has one in five or six pixels */
}
