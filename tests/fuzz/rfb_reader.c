/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rfb_reader.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "common/wire.h"

enum { FRAME_UPDATE, COLOUR_MAP, BELL, CUT_TEXT, RECT_HEADER = 12, TIGHT_LEAST = 12 };
enum { LAST_RECT = -224, UNTIL_LAST_RECT = 65535 };

/* What is being read; `failed` once it was too short. */
struct cursor {
	const uint8_t *at;
	size_t left;
	bool failed;
};

struct rect_header {
	int x, y, w, h;
	int32_t encoding;
};

static const uint8_t *take(struct cursor *cursor, size_t n)
{
	const uint8_t *at = cursor->at;

	if (n > cursor->left)
		cursor->failed = true;
	if (cursor->failed)
		return NULL;
	cursor->at += n;
	cursor->left -= n;
	return at;
}

static unsigned take_number(struct cursor *cursor, size_t n_bytes)
{
	const uint8_t *at = take(cursor, n_bytes);
	uint32_t number = 0;

	for (size_t i = 0; at && i < n_bytes; i++)
		number = number << 8 | at[i];
	return number;
}

/* ---- rectangles ---- */

static void read_hextile(struct cursor *cursor, const struct rect_header *rect, size_t pixel)
{
	enum { RAW = 1, BACKGROUND = 2, FOREGROUND = 4, SUBRECTS = 8, COLOURED = 16 };

	for (int y = 0; y < rect->h; y += 16) {
		for (int x = 0; x < rect->w && !cursor->failed; x += 16) {
			int w = rect->w - x < 16 ? rect->w - x : 16;
			int h = rect->h - y < 16 ? rect->h - y : 16;
			unsigned flags = take_number(cursor, 1);

			if (flags & RAW) {
				take(cursor, (size_t)w * (size_t)h * pixel);
				continue;
			}
			require(flags < 32);
			take(cursor,
			     (flags & BACKGROUND ? pixel : 0) + (flags & FOREGROUND ? pixel : 0));
			if (flags & SUBRECTS)
				take(cursor,
				     take_number(cursor, 1) * (2 + (flags & COLOURED ? pixel : 0)));
		}
	}
}

static size_t take_compact(struct cursor *cursor)
{
	size_t length = 0;

	for (int i = 0; i < 3; i++) {
		unsigned byte = take_number(cursor, 1);

		length |= (size_t)(i < 2 ? byte & 127 : byte) << 7 * i;
		if (!(byte & 128))
			break;
	}
	return length;
}

/* The data after a filter's own bytes. */
static size_t take_filter(struct cursor *cursor, const struct rect_header *rect, size_t pixel)
{
	enum { COPY, PALETTE, GRADIENT };
	unsigned filter = take_number(cursor, 1), colours;
	size_t w = (size_t)rect->w, h = (size_t)rect->h;

	require(filter <= GRADIENT);
	if (filter != PALETTE)
		return w * h * pixel;
	colours = take_number(cursor, 1) + 1;
	require(colours >= 2 || cursor->failed);
	take(cursor, colours * pixel);
	return colours == 2 ? (w + 7) / 8 * h : w * h;
}

static void read_tight(struct cursor *cursor, const struct rect_header *rect, size_t pixel)
{
	enum { FILL = 8, JPEG = 9 };
	unsigned control = take_number(cursor, 1) >> 4;
	size_t length = (size_t)rect->w * (size_t)rect->h * pixel;

	require(control <= JPEG);
	if (control == FILL) {
		take(cursor, pixel);
		return;
	}
	if (control == JPEG) {
		take(cursor, take_compact(cursor));
		return;
	}
	if (control & 4)
		length = take_filter(cursor, rect, pixel);
	take(cursor, length < TIGHT_LEAST ? length : take_compact(cursor));
}

static void read_copy(struct rfb_reader *reader, struct cursor *cursor,
		      const struct rect_header *rect)
{
	unsigned x = take_number(cursor, 2), y = take_number(cursor, 2);

	require((int)x + rect->w <= reader->width && (int)y + rect->h <= reader->height);
}

/* Encodings of pixels. Returns whether it was one. */
static bool read_pixels(struct rfb_reader *reader, struct cursor *cursor,
			const struct rect_header *rect)
{
	size_t area = (size_t)rect->w * (size_t)rect->h;

	if (rect->encoding < 0 || rect->encoding > 16)
		return false;
	require(rect->w > 0 && rect->h > 0);
	require(rect->x + rect->w <= reader->width && rect->y + rect->h <= reader->height);
	reader->kinds |= UINT64_C(1) << rect->encoding;
	switch (rect->encoding) {
	case 0:
		take(cursor, area * reader->pixel_bytes);
		break;
	case 1:
		read_copy(reader, cursor, rect);
		break;
	case 5:
		read_hextile(cursor, rect, reader->pixel_bytes);
		break;
	case 7:
		read_tight(cursor, rect, reader->tight_bytes);
		break;
	case 6:
	case 16:
		take(cursor, take_number(cursor, 4));
		break;
	default:
		abort();
	}
	return true;
}

static void read_screens(struct rfb_reader *reader, struct cursor *cursor,
			 const struct rect_header *rect)
{
	unsigned n = take_number(cursor, 1);

	take(cursor, 3);
	take(cursor, n * (size_t)16);
	require(n > 0 || cursor->failed);
	/* y is the status of an answer: a refusal brings no new size. */
	if (rect->y == 0) {
		reader->width = rect->w;
		reader->height = rect->h;
	}
}

static void read_pseudo(struct rfb_reader *reader, struct cursor *cursor,
			const struct rect_header *rect)
{
	size_t mask = ((size_t)rect->w + 7) / 8 * (size_t)rect->h;
	size_t area = (size_t)rect->w * (size_t)rect->h;

	switch (rect->encoding) {
	case -239: /* Cursor */
		take(cursor, area * reader->pixel_bytes + mask);
		break;
	case -240: /* X Cursor */
		take(cursor, area ? 6 + 2 * mask : 0);
		break;
	case -314: /* Cursor With Alpha */
		require(take_number(cursor, 4) == 0);
		take(cursor, 4 * area);
		break;
	case -308:
		read_screens(reader, cursor, rect);
		break;
	case -223:
		reader->width = rect->w;
		reader->height = rect->h;
		break;
	case -261: /* QEMU's lights */
		take(cursor, 1);
		break;
	case 0x574d5668: /* VMware's lights */
		take(cursor, 4);
		break;
	case -232:		  /* the pointer's position */
	case -258:		  /* QEMU's keys */
	case -316:		  /* more buttons */
	case (int32_t)0xfffe0000: /* libvncserver's lights */
		break;
	case (int32_t)0xfffe0001: /* what else libvncserver tells of itself */
	case (int32_t)0xfffe0002:
	case (int32_t)0xfffe0003:
		take(cursor, (size_t)rect->w);
		break;
	default:
		abort();
	}
}

/* ---- messages ---- */

static void read_update(struct rfb_reader *reader, struct cursor *cursor)
{
	unsigned n;

	take(cursor, 1);
	n = take_number(cursor, 2);
	for (unsigned i = 0; i < n && !cursor->failed; i++) {
		struct rect_header rect = {
			.x = (int)take_number(cursor, 2),
			.y = (int)take_number(cursor, 2),
			.w = (int)take_number(cursor, 2),
			.h = (int)take_number(cursor, 2),
			.encoding = (int32_t)take_number(cursor, 4),
		};

		if (cursor->failed)
			return;
		if (rect.encoding == LAST_RECT) {
			require(n == UNTIL_LAST_RECT);
			break;
		}
		if (!read_pixels(reader, cursor, &rect))
			read_pseudo(reader, cursor, &rect);
		reader->n_rects++;
	}
	reader->n_updates++;
}

static void read_init(struct rfb_reader *reader, struct cursor *cursor)
{
	const uint8_t *init = take(cursor, 20);
	uint8_t message[20] = { 0 };

	take(cursor, take_number(cursor, 4));
	if (cursor->failed)
		return;
	reader->width = wire_read_u16(init);
	reader->height = wire_read_u16(init + 2);
	memcpy(message + 4, init + 4, 16);
	rfb_reader_set_format(reader, message);
	reader->has_init = true;
}

static void read_message(struct rfb_reader *reader, struct cursor *cursor)
{
	int32_t length;

	if (!reader->has_init) {
		read_init(reader, cursor);
		return;
	}
	switch (take_number(cursor, 1)) {
	case FRAME_UPDATE:
		read_update(reader, cursor);
		break;
	case COLOUR_MAP:
		take(cursor, 3);
		take(cursor, (size_t)6 * take_number(cursor, 2));
		break;
	case BELL:
		break;
	case CUT_TEXT:
		take(cursor, 3);
		length = (int32_t)take_number(cursor, 4);
		take(cursor, (size_t)(length < 0 ? -(int64_t)length : length));
		break;
	default:
		abort();
	}
}

void rfb_reader_finish(struct rfb_reader *reader)
{
	free(reader->bytes);
	*reader = (struct rfb_reader){ 0 };
}

void rfb_reader_add(struct rfb_reader *reader, const uint8_t *bytes, size_t n)
{
	if (reader->n + n > reader->capacity) {
		reader->capacity = 2 * (reader->n + n);
		reader->bytes = realloc(reader->bytes, reader->capacity);
		require(reader->bytes != NULL);
	}
	memcpy(reader->bytes + reader->n, bytes, n);
	reader->n += n;
}

void rfb_reader_run(struct rfb_reader *reader)
{
	struct cursor cursor = { reader->bytes, reader->n, false };

	while (cursor.left) {
		struct rfb_reader before = *reader;
		struct cursor next = cursor;

		read_message(reader, &next);
		if (next.failed) {
			*reader = before;
			break;
		}
		cursor = next;
	}
	if (cursor.left)
		memmove(reader->bytes, cursor.at, cursor.left);
	reader->n = cursor.left;
}

void rfb_reader_set_format(struct rfb_reader *reader, const uint8_t *message)
{
	const uint8_t *format = message + 4;
	bool tight24 = format[0] == 32 && format[1] == 24 && format[3];

	for (int i = 0; i < 3; i++)
		tight24 &= format[4 + 2 * i] == 0 && format[5 + 2 * i] == 255;
	reader->pixel_bytes = format[0] / 8u;
	reader->tight_bytes = tight24 ? 3 : reader->pixel_bytes;
}
