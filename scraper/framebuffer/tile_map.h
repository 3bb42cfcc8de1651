/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has changed on a screen, as one box in each tile of 64x64 pixels: bounded in size, cheap to
 * add to, and turned into few rectangles when needed. Each viewer has one, and each capture fills
 * one.
 */
#ifndef GPUDESK_TILE_MAP_H
#define GPUDESK_TILE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rect.h"

enum { TILE_SIZE = 64 }; /* pixels */

/* The changed part of a tile: pixels from its corner, x1 and y1 exclusive; none if x1 is 0. */
struct tile_box {
	uint8_t x0, y0, x1, y1;
};

struct tile_map {
	int width, height; /* of the screen, pixels */
	int columns, rows;
	size_t n_dirty;		/* tiles with a change */
	struct tile_box *boxes; /* columns * rows, row by row; owned */
};

/* Makes an empty map of a screen of `width` x `height` pixels. Returns 0 or -ENOMEM. */
int tile_map_init(struct tile_map *map, int width, int height);
void tile_map_finish(struct tile_map *map);

static inline bool tile_map_is_empty(const struct tile_map *map)
{
	return map->n_dirty == 0;
}

void tile_map_clear(struct tile_map *map);

/* Adds a box to the tile at `column`, `row`. */
void tile_map_add_box(struct tile_map *map, int column, int row, struct tile_box box);

/* Adds every pixel of `area` that is on the screen. */
void tile_map_add(struct tile_map *map, struct rect area);

/* Adds all of `from`, a map of the same screen. */
void tile_map_add_map(struct tile_map *map, const struct tile_map *from);

/* Removes the change in the tile at `column`, `row`. */
void tile_map_remove(struct tile_map *map, int column, int row);

/* Removes the changes of all tiles whose change lies within `area`. */
void tile_map_forget(struct tile_map *map, struct rect area);

/* The change in the tile at `column`, `row`, in pixels of the screen; may be empty. */
struct rect tile_map_rect(const struct tile_map *map, int column, int row);

/* Whether any change touches `area`. */
bool tile_map_touches(const struct tile_map *map, struct rect area);

/* The bounds of the changes in the tiles that `area` touches, and the number of their pixels. */
struct rect tile_map_bounds_in(const struct tile_map *map, struct rect area, size_t *ret_pixels);

/* The number of pixels in all boxes. */
size_t tile_map_area(const struct tile_map *map);

/*
 * Writes rectangles that cover all changes and little more, from top to bottom, to ret_rects, which
 * has room for one a tile (columns * rows). Returns their number.
 */
size_t tile_map_rects(const struct tile_map *map, struct rect *ret_rects);

#endif
