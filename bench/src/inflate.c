/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <zlib.h>

#include "probe.h"

struct buffer {
	uint8_t *data;
	size_t capacity;
};

static struct buffer output, input;
static z_stream streams[N_STREAMS];
static bool started[N_STREAMS];

static uint8_t *grow(struct buffer *buffer, size_t size)
{
	if (size > buffer->capacity) {
		buffer->capacity = size + size / 4;
		buffer->data = realloc(buffer->data, buffer->capacity);
		if (!buffer->data)
			die("probe: out of memory");
	}
	return buffer->data;
}

uint8_t *inflate_output(size_t size)
{
	return grow(&output, size);
}

uint8_t *inflate_input(size_t size)
{
	return grow(&input, size);
}

void inflate_reset_stream(int stream)
{
	if (started[stream])
		inflateReset(&streams[stream]);
}

size_t inflate_from_wire(int stream, size_t length, uint8_t *out, size_t capacity)
{
	z_stream *z = &streams[stream];
	uint8_t *in = inflate_input(length);

	if (!started[stream] && inflateInit(z) != Z_OK)
		die("probe: inflateInit failed");
	started[stream] = true;
	wire_read(in, length);
	z->next_in = in;
	z->avail_in = (uInt)length;
	z->next_out = out;
	z->avail_out = (uInt)capacity;
	while (z->avail_in) {
		int result = inflate(z, Z_SYNC_FLUSH);

		if (result == Z_BUF_ERROR && !z->avail_out)
			die("probe: more compressed data than its rectangle holds");
		if (result == Z_BUF_ERROR)
			break;
		if (result != Z_OK)
			die("probe: inflate: %d %s", result, z->msg ? z->msg : "");
	}
	return capacity - z->avail_out;
}

void decode_zlib(int x, int y, int width, int height)
{
	size_t length = wire_read32(), row = (size_t)width * 4, wanted = row * (size_t)height;
	uint8_t *pixels = inflate_output(wanted + 64);

	if (inflate_from_wire(STREAM_ZLIB, length, pixels, wanted + 64) != wanted)
		die("probe: Zlib rectangle of a wrong length");
	for (int j = 0; j < height; j++)
		memcpy(picture_at(x, y + j), pixels + (size_t)j * row, row);
}
