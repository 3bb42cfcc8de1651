/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ZRLE, RFC 6143, 7.7.6: tiles of 64x64, each a palette, runs, or plain pixels of three bytes. */
#include "probe.h"

enum { TILE = 64, PALETTE_MAX = 128 };

struct tile {
	int x, y, width, height;
	uint32_t palette[PALETTE_MAX];
	unsigned n_colors;
};

static const uint8_t *data, *data_end;

static const uint8_t *take(size_t length)
{
	const uint8_t *p = data;

	if ((size_t)(data_end - data) < length)
		die("probe: ZRLE data cut short");
	data += length;
	return p;
}

static uint32_t take_pixel(void)
{
	const uint8_t *p = take(3);

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

static uint32_t palette_color(const struct tile *tile, unsigned index)
{
	if (index >= tile->n_colors)
		die("probe: ZRLE palette has no colour %u", index);
	return tile->palette[index];
}

static void decode_plain(const struct tile *tile)
{
	for (int j = 0; j < tile->height; j++) {
		uint32_t *row = picture_at(tile->x, tile->y + j);

		for (int i = 0; i < tile->width; i++)
			row[i] = take_pixel();
	}
}

static void decode_packed(const struct tile *tile)
{
	int bits = tile->n_colors == 2 ? 1 : tile->n_colors <= 4 ? 2 : 4;
	unsigned mask = (1u << bits) - 1;

	for (int j = 0; j < tile->height; j++) {
		const uint8_t *packed = take((size_t)((tile->width * bits + 7) / 8));
		uint32_t *row = picture_at(tile->x, tile->y + j);

		for (int i = 0; i < tile->width; i++) {
			int shift = 8 - bits - i * bits % 8;

			row[i] = palette_color(tile,
					       (unsigned)packed[i * bits / 8] >> shift & mask);
		}
	}
}

static int take_run_length(void)
{
	int length = 1, byte;

	do {
		byte = *take(1);
		length += byte;
	} while (byte == 255);
	return length;
}

/* Plain runs if the tile has no palette, otherwise palette runs. */
static void decode_runs(const struct tile *tile)
{
	int count = tile->width * tile->height, done = 0;

	while (done < count) {
		uint32_t color;
		int run = 1;

		if (!tile->n_colors) {
			color = take_pixel();
			run = take_run_length();
		} else {
			unsigned index = *take(1);

			color = palette_color(tile, index & 127);
			if (index & 128)
				run = take_run_length();
		}
		if (run > count - done)
			die("probe: ZRLE run beyond its tile");
		for (; run; run--, done++)
			*picture_at(tile->x + done % tile->width,
				    tile->y + done / tile->width) = color;
	}
}

static void decode_tile(struct tile *tile)
{
	unsigned kind = *take(1);

	tile->n_colors = kind > 128 ? kind - 128 : kind < 128 ? kind : 0;
	if (kind > 16 && kind < 130 && kind != 128)
		die("probe: ZRLE subencoding %u", kind);
	for (unsigned i = 0; i < tile->n_colors; i++)
		tile->palette[i] = take_pixel();
	if (kind == 0)
		decode_plain(tile);
	else if (kind == 1)
		picture_fill(tile->x, tile->y, tile->width, tile->height, tile->palette[0]);
	else if (kind <= 16)
		decode_packed(tile);
	else
		decode_runs(tile);
}

void decode_zrle(int x, int y, int width, int height)
{
	size_t length = wire_read32();
	size_t tiles = (size_t)((width + TILE - 1) / TILE) * (size_t)((height + TILE - 1) / TILE);
	size_t capacity = (size_t)width * (size_t)height * 4 + tiles * 512 + 4096;
	uint8_t *out = inflate_output(capacity);

	data = out;
	data_end = out + inflate_from_wire(STREAM_ZRLE, length, out, capacity);
	for (int ty = y; ty < y + height; ty += TILE)
		for (int tx = x; tx < x + width; tx += TILE) {
			struct tile tile = { .x = tx, .y = ty };

			tile.width = x + width - tx < TILE ? x + width - tx : TILE;
			tile.height = y + height - ty < TILE ? y + height - ty : TILE;
			decode_tile(&tile);
		}
	if (data != data_end)
		die("probe: ZRLE rectangle has %zu extra bytes", (size_t)(data_end - data));
}
