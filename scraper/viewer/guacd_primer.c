/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guacd_primer.h"

#include <stdlib.h>
#include <string.h>

static bool is_flat(const struct frame *frame, struct rect area)
{
	const uint8_t *first = frame_at(frame, area.x, area.y);
	size_t pixel = (size_t)frame->bytes_per_pixel, row = (size_t)area.w * pixel;

	if (memcmp(first, first + pixel, row - pixel) != 0)
		return false;
	for (int y = 1; y < area.h; y++)
		if (memcmp(first, frame_at(frame, area.x, area.y + y), row) != 0)
			return false;
	return true;
}

static struct rect upper_half(struct rect area)
{
	return (struct rect){ area.x, area.y, area.w, area.h / 2 };
}

static struct rect lower_half(struct rect area)
{
	return (struct rect){ area.x, area.y + area.h / 2, area.w, area.h - area.h / 2 };
}

/*
 * The change in the tile nearest to the middle of an area of `span` x `span` tiles. What remains of
 * it must not be of one colour: guacd fills that, and joins it with nothing.
 */
static struct rect choose(const struct tile_map *unseen, const struct frame *frame, int column,
			  int row, int span)
{
	struct rect best = { 0, 0, 0, 0 };
	int best_away = 2 * span;

	for (int y = row; y < row + span && y < unseen->rows; y++) {
		for (int x = column; x < column + span && x < unseen->columns; x++) {
			struct rect area = tile_map_rect(unseen, x, y);
			int away = abs(2 * (x - column) + 1 - span) + abs(2 * (y - row) + 1 - span);

			if (area.h < 2 || away >= best_away || is_flat(frame, lower_half(area)))
				continue;
			best = area;
			best_away = away;
		}
	}
	return best;
}

size_t guacd_primer_rects(const struct tile_map *unseen, const struct frame *frame, int span,
			  struct rect *ret_rects)
{
	size_t n = 0;

	for (int row = 0; row < unseen->rows; row += span)
		for (int column = 0; column < unseen->columns; column += span) {
			struct rect area = choose(unseen, frame, column, row, span);

			if (!rect_is_empty(area))
				ret_rects[n++] = upper_half(area);
		}
	return n;
}

void guacd_primer_sent(struct tile_map *unseen, struct rect primer)
{
	int column = primer.x / TILE_SIZE, row = primer.y / TILE_SIZE;
	struct rect area = tile_map_rect(unseen, column, row);
	int from = primer.y + primer.h;

	tile_map_remove(unseen, column, row);
	tile_map_add(unseen, (struct rect){ area.x, from, area.w, area.y + area.h - from });
}
