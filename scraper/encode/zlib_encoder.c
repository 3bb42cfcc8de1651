/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zlib_encoder.h"

#include <errno.h>
#include <stdlib.h>

#include "common/wire.h"

void zlib_encoder_finish(struct zlib_encoder *encoder)
{
	if (encoder->started)
		deflateEnd(&encoder->stream);
	free(encoder->row);
	free(encoder->buffer);
	*encoder = (struct zlib_encoder){ 0 };
}

static int grow(struct zlib_encoder *encoder)
{
	size_t size = encoder->buffer_size ? encoder->buffer_size * 2 : 64 * 1024;
	uint8_t *buffer = realloc(encoder->buffer, size);

	if (!buffer)
		return -ENOMEM;
	encoder->buffer = buffer;
	encoder->buffer_size = size;
	return 0;
}

static int prepare(struct zlib_encoder *encoder, int level, size_t row_size)
{
	if (!encoder->started) {
		if (deflateInit(&encoder->stream, level) != Z_OK)
			return -ENOMEM;
		encoder->started = true;
		encoder->level = level;
	}
	if (!encoder->buffer && grow(encoder) < 0)
		return -ENOMEM;
	if (encoder->row_size < row_size) {
		uint8_t *row = realloc(encoder->row, row_size);

		if (!row)
			return -ENOMEM;
		encoder->row = row;
		encoder->row_size = row_size;
	}
	return 0;
}

/* Deflates what is in the stream's input; the buffer grows as needed. */
static int deflate_all(struct zlib_encoder *encoder, int flush)
{
	z_stream *stream = &encoder->stream;

	for (;;) {
		size_t used = encoder->buffer_size - stream->avail_out;

		if (stream->avail_out < 64) {
			if (grow(encoder) < 0)
				return -ENOMEM;
			stream->next_out = encoder->buffer + used;
			stream->avail_out = (uInt)(encoder->buffer_size - used);
		}
		int r = deflate(stream, flush);
		if (r != Z_OK && r != Z_BUF_ERROR)
			return -EIO;
		if (!stream->avail_in && stream->avail_out)
			return 0;
	}
}

/* The stream was flushed after the last rectangle, so the level may change. */
static int begin(struct zlib_encoder *encoder, int level)
{
	encoder->stream.next_out = encoder->buffer;
	encoder->stream.avail_out = (uInt)encoder->buffer_size;
	if (level == encoder->level)
		return 0;
	encoder->level = level;
	return deflateParams(&encoder->stream, level, Z_DEFAULT_STRATEGY) == Z_OK ? 0 : -EIO;
}

/* The mean of four pixels without the lowest 3 bits of each colour; exact if all are equal. */
static uint32_t blend(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	uint32_t even, odd;

	if (a == b && a == c && a == d)
		return a;
	/* Red and blue in one word, green in another, so that no sum runs into its neighbour. */
	even = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff);
	odd = (a & 0x00ff00) + (b & 0x00ff00) + (c & 0x00ff00) + (d & 0x00ff00);
	return ((even >> 2) & 0xf800f8) | ((odd >> 2) & 0x00f800) | 0xff000000;
}

/*
 * Makes one row of two: each 2x2 pixels become one colour, with fewer shades. Flat areas stay as
 * they are, fine detail gets soft.
 */
static void make_coarse(uint32_t *to, const uint32_t *upper, const uint32_t *lower, int width)
{
	for (int x = 0; x < width; x += 2) {
		int next = x + 1 < width ? x + 1 : x;

		to[x] = blend(upper[x], upper[next], lower[x], lower[next]);
		to[next] = to[x];
	}
}

static const uint32_t *pixel_row(const struct frame *frame, int x, int y)
{
	return (const uint32_t *)(const void *)frame_at(frame, x, y);
}

long zlib_encoder_add(struct zlib_encoder *encoder, const struct frame *frame, struct rect area,
		      int level, bool coarse, struct out_queue *out)
{
	size_t row_bytes = (size_t)area.w * (size_t)frame->bytes_per_pixel;
	z_stream *stream = &encoder->stream;
	int last = area.y + area.h - 1, r = prepare(encoder, level, row_bytes);

	if (r < 0)
		return r;
	coarse = coarse && (uint32_t)frame->colour == 0x00ffffff;
	r = begin(encoder, level);
	if (r < 0)
		return r;
	for (int y = area.y; y <= last; y++) {
		const uint8_t *row = frame_at(frame, area.x, y);

		if (coarse) {
			if ((y - area.y) % 2 == 0)
				make_coarse((uint32_t *)(void *)encoder->row,
					    pixel_row(frame, area.x, y),
					    pixel_row(frame, area.x, y == last ? y : y + 1),
					    area.w);
			row = encoder->row;
		}
		stream->next_in = (Bytef *)(uintptr_t)row;
		stream->avail_in = (uInt)row_bytes;
		r = deflate_all(encoder, y == last ? Z_SYNC_FLUSH : Z_NO_FLUSH);
		if (r < 0)
			return r;
		yield_after(encoder->yield, row_bytes);
	}

	size_t length = encoder->buffer_size - stream->avail_out;
	uint8_t header[4];
	wire_write_u32(header, (uint32_t)length);
	r = out_queue_append(out, header, sizeof(header));
	if (r >= 0)
		r = out_queue_append(out, encoder->buffer, length);
	return r < 0 ? r : (long)(length + sizeof(header));
}
