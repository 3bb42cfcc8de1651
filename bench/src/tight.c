/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tight, with its JPEG (rfbproto.rst, "Tight Encoding"). */
#include <string.h>
#include <turbojpeg.h>

#include "probe.h"

enum { FILTER_COPY, FILTER_PALETTE, FILTER_GRADIENT, CONTROL_FILL = 8, CONTROL_JPEG = 9 };

struct basic {
	int x, y, width, height;
	uint8_t *data;
	size_t row; /* bytes */
};

static tjhandle jpeg;

static size_t read_compact_length(void)
{
	unsigned byte = wire_read8(), length = byte & 127;

	if (byte & 128) {
		byte = wire_read8();
		length |= (byte & 127) << 7;
		if (byte & 128)
			length |= wire_read8() << 14;
	}
	return length;
}

static uint32_t pixel_of(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static void decode_jpeg(int x, int y, int width, int height)
{
	size_t length = read_compact_length();
	uint8_t *in = inflate_input(length);

	wire_read(in, length);
	if (!jpeg)
		jpeg = tjInitDecompress();
	if (!jpeg || tjDecompress2(jpeg, in, (unsigned long)length, (uint8_t *)picture_at(x, y),
				   width, picture.width * 4, height, TJPF_BGRX, TJFLAG_FASTDCT))
		die("probe: JPEG: %s", tjGetErrorStr());
}

static void put_copy(const struct basic *b)
{
	for (int j = 0; j < b->height; j++) {
		const uint8_t *in = b->data + b->row * (size_t)j;
		uint32_t *row = picture_at(b->x, b->y + j);

		for (int i = 0; i < b->width; i++)
			row[i] = pixel_of(in + 3 * i);
	}
}

static void put_palette(const struct basic *b, const uint8_t *palette, unsigned n_colors)
{
	for (int j = 0; j < b->height; j++) {
		const uint8_t *in = b->data + b->row * (size_t)j;
		uint32_t *row = picture_at(b->x, b->y + j);

		for (int i = 0; i < b->width; i++) {
			unsigned index = n_colors == 2 ? (unsigned)in[i / 8] >> (7 - i % 8) & 1
						       : in[i];

			if (index >= n_colors)
				die("probe: Tight palette has no colour %u", index);
			row[i] = pixel_of(palette + 3 * index);
		}
	}
}

/* Each channel is predicted from its neighbours left, above and above left. */
static void put_gradient(const struct basic *b)
{
	uint8_t *above = calloc(b->row, 1);

	if (!above)
		die("probe: out of memory");
	for (int j = 0; j < b->height; j++) {
		uint8_t *in = b->data + b->row * (size_t)j;

		for (size_t i = 0; i < b->row; i++) {
			int left = i < 3 ? 0 : in[i - 3], corner = i < 3 ? 0 : above[i - 3];
			int guess = left + above[i] - corner;

			in[i] = (uint8_t)(in[i] + (guess < 0 ? 0 : guess > 255 ? 255 : guess));
		}
		memcpy(above, in, b->row);
	}
	free(above);
	put_copy(b);
}

static void decode_basic(unsigned control, int x, int y, int width, int height)
{
	struct basic b = { x, y, width, height, NULL, (size_t)width * 3 };
	unsigned filter = control & 4 ? wire_read8() : FILTER_COPY, n_colors = 0;
	uint8_t palette[768];
	size_t length;

	if (filter == FILTER_PALETTE) {
		n_colors = wire_read8() + 1;
		wire_read(palette, (size_t)n_colors * 3);
		b.row = n_colors == 2 ? ((size_t)width + 7) / 8 : (size_t)width;
	}
	length = b.row * (size_t)height;
	b.data = inflate_output(length + 64);
	if (length < 12) {
		wire_read(b.data, length);
	} else {
		size_t packed = read_compact_length();

		if (inflate_from_wire(STREAM_TIGHT + (int)(control & 3), packed, b.data,
				      length + 64) != length)
			die("probe: Tight rectangle of a wrong length");
	}
	if (filter == FILTER_PALETTE)
		put_palette(&b, palette, n_colors);
	else if (filter == FILTER_GRADIENT)
		put_gradient(&b);
	else
		put_copy(&b);
}

void decode_tight(int x, int y, int width, int height)
{
	unsigned control = wire_read8();

	for (int i = 0; i < 4; i++)
		if (control >> i & 1)
			inflate_reset_stream(STREAM_TIGHT + i);
	control >>= 4;
	if (control == CONTROL_FILL) {
		uint8_t color[3];

		wire_read(color, sizeof(color));
		picture_fill(x, y, width, height, pixel_of(color));
	} else if (control == CONTROL_JPEG) {
		decode_jpeg(x, y, width, height);
	} else if (control < CONTROL_FILL) {
		decode_basic(control, x, y, width, height);
	} else {
		die("probe: Tight control %u", control);
	}
}
