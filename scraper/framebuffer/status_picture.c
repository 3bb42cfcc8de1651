/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "status_picture.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

/* With the padding bits set, as in all frames. */
enum colour {
	BACKGROUND = (int)0xff202830,
	BRIGHT = (int)0xffffffff,
	PLAIN = (int)0xffc0c8d0,
	WARNING = (int)0xffffc060,
};

const struct pixel_format status_picture_format = {
	.bits_per_pixel = 32,
	.depth = 24,
	.red_mask = 0xff0000,
	.green_mask = 0xff00,
	.blue_mask = 0xff,
};

/* Where the next line goes. */
struct pen {
	struct frame *frame;
	int x, y, right; /* pixels */
	int scale;
};

/* The bytes of `text` that go on a line of `columns` characters: whole words, if possible. */
static size_t fitting(const char *text, int columns)
{
	size_t length = strcspn(text, "\n"), end = 0;
	int n = 0;

	for (size_t i = 0; i < length; i++) {
		if (((unsigned char)text[i] & 0xc0) == 0x80)
			continue;
		if (text[i] == ' ')
			end = i;
		if (n++ == columns)
			return end ? end : i;
	}
	return length;
}

static void write_lines(struct pen *pen, enum colour colour, const char *text)
{
	int columns = (pen->right - pen->x) / (TEXT_WIDTH * pen->scale);

	while (*text && columns > 0) {
		size_t length = fitting(text, columns);

		text_draw(pen->frame, pen->x, pen->y, pen->scale, (uint32_t)colour, text, length);
		pen->y += (TEXT_HEIGHT + 4) * pen->scale;
		text += length;
		text += *text == ' ' || *text == '\n';
	}
}

static void skip_line(struct pen *pen)
{
	pen->y += TEXT_HEIGHT / 2 * pen->scale;
}

void status_picture_draw(struct frame *frame, const struct status_text *text, unsigned seconds)
{
	int scale = frame->width >= 2200 && frame->height >= 1200 ? 2 : 1;
	int margin = frame->width / 12;
	struct pen pen = {
		.frame = frame,
		.x = margin,
		.y = frame->height / 5,
		.right = frame->width - margin,
		.scale = frame->width >= 720 ? 2 * scale : scale,
	};
	char clock[32];

	text_fill(frame, (struct rect){ 0, 0, frame->width, frame->height }, (uint32_t)BACKGROUND);
	write_lines(&pen, BRIGHT, text->headline);
	pen.scale = scale;
	skip_line(&pen);
	write_lines(&pen, PLAIN, text->steps);
	skip_line(&pen);
	write_lines(&pen, WARNING, text->reason);
	write_lines(&pen, PLAIN, text->advice);
	if (!seconds)
		return;
	snprintf(clock, sizeof(clock), "%u s", seconds);
	skip_line(&pen);
	write_lines(&pen, PLAIN, clock);
}
