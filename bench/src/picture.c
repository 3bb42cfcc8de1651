/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "probe.h"

struct picture picture;

void picture_resize(int width, int height)
{
	size_t count = (size_t)width * (size_t)height;

	if (width == picture.width && height == picture.height)
		return;
	free(picture.pixels);
	free(picture.covered);
	picture.width = width;
	picture.height = height;
	picture.pixels = calloc(count + 64, sizeof(*picture.pixels));
	picture.covered = calloc(count, 1);
	picture.n_uncovered = count;
	if (!picture.pixels || !picture.covered)
		die("probe: out of memory");
}

void picture_cover(int x, int y, int width, int height)
{
	if (!picture.n_uncovered)
		return;
	for (int j = y; j < y + height; j++) {
		uint8_t *row = picture.covered + (size_t)j * (size_t)picture.width + (size_t)x;
		size_t known = 0;

		for (int i = 0; i < width; i++)
			known += row[i];
		memset(row, 1, (size_t)width);
		picture.n_uncovered -= (size_t)width - known;
	}
}

uint32_t *picture_at(int x, int y)
{
	return picture.pixels + (size_t)y * (size_t)picture.width + (size_t)x;
}

void picture_fill(int x, int y, int width, int height, uint32_t color)
{
	for (int j = 0; j < height; j++) {
		uint32_t *row = picture_at(x, y + j);

		for (int i = 0; i < width; i++)
			row[i] = color;
	}
}

static uint32_t read_pixel(void)
{
	uint32_t pixel;

	wire_read(&pixel, sizeof(pixel)); /* the requested format is this machine's own */
	return pixel;
}

void decode_raw(int x, int y, int width, int height)
{
	if (width == picture.width) {
		wire_read(picture_at(0, y), (size_t)width * (size_t)height * 4);
		return;
	}
	for (int j = 0; j < height; j++)
		wire_read(picture_at(x, y + j), (size_t)width * 4);
}

void decode_copyrect(int x, int y, int width, int height)
{
	int from_x = (int)wire_read16(), from_y = (int)wire_read16();
	size_t length = (size_t)width * 4;

	if (from_x + width > picture.width || from_y + height > picture.height)
		die("probe: CopyRect from outside the screen");
	if (from_y >= y)
		for (int j = 0; j < height; j++)
			memmove(picture_at(x, y + j), picture_at(from_x, from_y + j), length);
	else
		for (int j = height - 1; j >= 0; j--)
			memmove(picture_at(x, y + j), picture_at(from_x, from_y + j), length);
}

void decode_rre(int x, int y, int width, int height, bool compact)
{
	uint32_t count = wire_read32();

	picture_fill(x, y, width, height, read_pixel());
	while (count--) {
		uint32_t color = read_pixel();
		int r[4];

		for (int i = 0; i < 4; i++)
			r[i] = (int)(compact ? wire_read8() : wire_read16());
		if (r[0] + r[2] > width || r[1] + r[3] > height)
			die("probe: RRE outside its rectangle");
		picture_fill(x + r[0], y + r[1], r[2], r[3], color);
	}
}

/* RFC 6143, 7.7.4. Colours carry over from tile to tile. */
static void decode_hextile_tile(int x, int y, int width, int height, uint32_t *background,
				uint32_t *foreground)
{
	unsigned flags = wire_read8();

	if (flags & 1) {
		for (int j = 0; j < height; j++)
			wire_read(picture_at(x, y + j), (size_t)width * 4);
		return;
	}
	if (flags & 2)
		*background = read_pixel();
	if (flags & 4)
		*foreground = read_pixel();
	picture_fill(x, y, width, height, *background);
	for (unsigned count = flags & 8 ? wire_read8() : 0; count; count--) {
		uint32_t color = flags & 16 ? read_pixel() : *foreground;
		int place = (int)wire_read8(), size = (int)wire_read8();
		int dx = place >> 4, dy = place & 15, w = (size >> 4) + 1, h = (size & 15) + 1;

		if (dx + w > width || dy + h > height)
			die("probe: Hextile outside its tile");
		picture_fill(x + dx, y + dy, w, h, color);
	}
}

void decode_hextile(int x, int y, int width, int height)
{
	uint32_t background = 0, foreground = 0;

	for (int ty = y; ty < y + height; ty += 16)
		for (int tx = x; tx < x + width; tx += 16) {
			int w = x + width - tx < 16 ? x + width - tx : 16;
			int h = y + height - ty < 16 ? y + height - ty : 16;

			decode_hextile_tile(tx, ty, w, h, &background, &foreground);
		}
}
