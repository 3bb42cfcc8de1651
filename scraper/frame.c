/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One cache line: what is compared and taken over at once. */
enum { CHUNK = 64 };

/*
 * The compiler's vectors: every architecture's own, or 8-byte words where it has none. Reads of
 * the captured pixels need not be aligned; the frame's rows are.
 */
typedef uint64_t vec __attribute__((vector_size(16), may_alias));
typedef uint64_t unaligned_vec __attribute__((vector_size(16), may_alias, aligned(1)));

int frame_init(struct frame *frame, int width, int height, int bytes_per_pixel,
	       uint32_t colour_mask)
{
	if (width < 1 || height < 1 || width > 32767 || height > 32767)
		return -EINVAL;
	if (bytes_per_pixel != 1 && bytes_per_pixel != 2 && bytes_per_pixel != 4)
		return -EINVAL;

	size_t stride = (size_t)width * (size_t)bytes_per_pixel;
	stride = (stride + CHUNK - 1) / CHUNK * CHUNK;
	uint8_t *pixels = aligned_alloc(CHUNK, stride * (size_t)height);
	if (!pixels)
		return -ENOMEM;
	memset(pixels, 0, stride * (size_t)height);

	uint64_t colour = colour_mask;
	for (int bits = bytes_per_pixel * 8; bits < 64; bits *= 2)
		colour |= colour << bits;
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

struct rect frame_align(const struct frame *frame, struct rect area)
{
	int step = CHUNK / frame->bytes_per_pixel;
	int x0 = area.x / step * step, x1 = (area.x + area.w + step - 1) / step * step;
	struct rect screen = { 0, 0, frame->width, frame->height };

	return rect_intersect((struct rect){ x0, area.y, x1 - x0, area.h }, screen);
}

/* Takes over one whole chunk; returns whether it differed. */
static inline unsigned absorb_chunk(uint8_t *to, const uint8_t *from, vec colour)
{
	vec *t = (vec *)to;
	const unaligned_vec *f = (const unaligned_vec *)from;
	vec a = f[0] & colour, b = f[1] & colour, c = f[2] & colour, d = f[3] & colour;
	vec differs = (a ^ t[0]) | (b ^ t[1]) | (c ^ t[2]) | (d ^ t[3]);

	if (!(differs[0] | differs[1]))
		return 0;
	t[0] = a;
	t[1] = b;
	t[2] = c;
	t[3] = d;
	return 1;
}

/* The same for the `length` bytes that a row has in its last chunk. */
static unsigned absorb_rest(uint8_t *to, const uint8_t *from, size_t length, uint64_t colour)
{
	uint8_t chunk[CHUNK] __attribute__((aligned(16)));

	memcpy(chunk, to, CHUNK);
	memcpy(chunk, from, length);
	return absorb_chunk(to, chunk, (vec){ colour, colour });
}

/* Absorbs `rows` rows of at most one tile's width; returns the box in bytes and rows, x1 0: the
 * same. */
static struct tile_box absorb_tile(struct frame *frame, uint8_t *to, const uint8_t *from,
				   size_t from_stride, size_t length, int rows)
{
	vec colour = { frame->colour, frame->colour };
	unsigned columns = 0; /* a bit for each chunk that differed */
	int first = rows, last = -1;

	for (int row = 0; row < rows; row++) {
		unsigned differs = 0;
		size_t at = 0;

		for (unsigned bit = 1; at + CHUNK <= length; at += CHUNK, bit <<= 1)
			if (absorb_chunk(to + at, from + at, colour))
				differs |= bit;
		if (at < length && absorb_rest(to + at, from + at, length - at, frame->colour))
			differs |= 1U << (at / CHUNK);
		if (differs) {
			columns |= differs;
			if (first > row)
				first = row;
			last = row;
		}
		to += frame->stride;
		from += from_stride;
	}
	if (!columns)
		return (struct tile_box){ 0 };

	int low = __builtin_ctz(columns), high = 31 - __builtin_clz(columns);
	return (struct tile_box){ (uint8_t)low, (uint8_t)first, (uint8_t)(high + 1),
				  (uint8_t)(last + 1) };
}

void frame_absorb(struct frame *frame, const uint8_t *pixels, size_t stride, struct rect area,
		  struct tile_map *changes)
{
	int step = CHUNK / frame->bytes_per_pixel;

	for (int y = area.y; y < area.y + area.h;) {
		int row = y / TILE_SIZE, top = row * TILE_SIZE;
		int y1 = top + TILE_SIZE < area.y + area.h ? top + TILE_SIZE : area.y + area.h;

		for (int x = area.x; x < area.x + area.w;) {
			int column = x / TILE_SIZE, left = column * TILE_SIZE;
			int x1 = left + TILE_SIZE < area.x + area.w ? left + TILE_SIZE
								    : area.x + area.w;
			size_t offset = (size_t)(x - area.x) * (size_t)frame->bytes_per_pixel;
			struct tile_box box = absorb_tile(
				frame, (uint8_t *)frame_at(frame, x, y),
				pixels + (size_t)(y - area.y) * stride + offset, stride,
				(size_t)(x1 - x) * (size_t)frame->bytes_per_pixel, y1 - y);

			if (box.x1) {
				int right = x - left + box.x1 * step;
				int limit = frame->width - left;

				box.x0 = (uint8_t)(x - left + box.x0 * step);
				box.x1 = (uint8_t)(right < limit ? right : limit);
				box.y0 = (uint8_t)(box.y0 + y - top);
				box.y1 = (uint8_t)(box.y1 + y - top);
				tile_map_add_box(changes, column, row, box);
			}
			x = x1;
		}
		y = y1;
	}
}

int frame_row_differs(const struct frame *frame, const uint8_t *pixels, struct rect area)
{
	const uint8_t *row = frame_at(frame, area.x, area.y);
	size_t length = (size_t)area.w * (size_t)frame->bytes_per_pixel, at = 0;
	uint64_t differs = 0;

	for (; at + sizeof(uint64_t) <= length; at += sizeof(uint64_t)) {
		uint64_t a, b;

		memcpy(&a, row + at, sizeof(a));
		memcpy(&b, pixels + at, sizeof(b));
		differs |= (a ^ b) & frame->colour;
	}
	if (at < length) {
		uint64_t a = 0, b = 0;

		memcpy(&a, row + at, length - at);
		memcpy(&b, pixels + at, length - at);
		differs |= (a ^ b) & frame->colour;
	}
	return differs != 0;
}
