/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tile_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int tile_map_init(struct tile_map *map, int width, int height)
{
	int columns = (width + TILE_SIZE - 1) / TILE_SIZE;
	int rows = (height + TILE_SIZE - 1) / TILE_SIZE;
	struct tile_box *boxes = calloc((size_t)columns * (size_t)rows, sizeof(*boxes));

	if (!boxes)
		return -ENOMEM;
	*map = (struct tile_map){
		.width = width,
		.height = height,
		.columns = columns,
		.rows = rows,
		.boxes = boxes,
	};
	return 0;
}

void tile_map_finish(struct tile_map *map)
{
	free(map->boxes);
	*map = (struct tile_map){ 0 };
}

void tile_map_clear(struct tile_map *map)
{
	if (map->n_dirty)
		memset(map->boxes, 0,
		       (size_t)map->columns * (size_t)map->rows * sizeof(*map->boxes));
	map->n_dirty = 0;
}

void tile_map_add_box(struct tile_map *map, int column, int row, struct tile_box box)
{
	struct tile_box *to = &map->boxes[row * map->columns + column];

	if (!to->x1) {
		*to = box;
		map->n_dirty++;
		return;
	}
	if (box.x0 < to->x0)
		to->x0 = box.x0;
	if (box.y0 < to->y0)
		to->y0 = box.y0;
	if (box.x1 > to->x1)
		to->x1 = box.x1;
	if (box.y1 > to->y1)
		to->y1 = box.y1;
}

void tile_map_add(struct tile_map *map, struct rect area)
{
	area = rect_intersect(area, (struct rect){ 0, 0, map->width, map->height });
	if (rect_is_empty(area))
		return;

	for (int row = area.y / TILE_SIZE; row * TILE_SIZE < area.y + area.h; row++) {
		for (int column = area.x / TILE_SIZE; column * TILE_SIZE < area.x + area.w;
		     column++) {
			int left = column * TILE_SIZE, top = row * TILE_SIZE;
			struct rect tile = { left, top, TILE_SIZE, TILE_SIZE };
			struct rect part = rect_intersect(area, tile);

			tile_map_add_box(map, column, row,
					 (struct tile_box){
						 .x0 = (uint8_t)(part.x - left),
						 .y0 = (uint8_t)(part.y - top),
						 .x1 = (uint8_t)(part.x + part.w - left),
						 .y1 = (uint8_t)(part.y + part.h - top),
					 });
		}
	}
}

void tile_map_add_map(struct tile_map *map, const struct tile_map *from)
{
	if (tile_map_is_empty(from))
		return;
	for (int row = 0, i = 0; row < from->rows; row++)
		for (int column = 0; column < from->columns; column++, i++)
			if (from->boxes[i].x1)
				tile_map_add_box(map, column, row, from->boxes[i]);
}

struct rect tile_map_bounds_in(const struct tile_map *map, struct rect area, size_t *ret_pixels)
{
	struct rect bounds = { 0, 0, 0, 0 };

	*ret_pixels = 0;
	for (int row = area.y / TILE_SIZE; row * TILE_SIZE < area.y + area.h; row++) {
		for (int column = area.x / TILE_SIZE; column * TILE_SIZE < area.x + area.w;
		     column++) {
			struct rect change = tile_map_rect(map, column, row);

			*ret_pixels += rect_area(change);
			bounds = rect_bounds(bounds, change);
		}
	}
	return bounds;
}

size_t tile_map_area(const struct tile_map *map)
{
	size_t area = 0, n = (size_t)map->columns * (size_t)map->rows;

	if (tile_map_is_empty(map))
		return 0;
	for (size_t i = 0; i < n; i++) {
		const struct tile_box *box = &map->boxes[i];

		area += (size_t)(box->x1 - box->x0) * (size_t)(box->y1 - box->y0);
	}
	return area;
}

struct rect tile_map_rect(const struct tile_map *map, int column, int row)
{
	const struct tile_box *box = &map->boxes[row * map->columns + column];

	if (!box->x1)
		return (struct rect){ 0, 0, 0, 0 };
	return (struct rect){ column * TILE_SIZE + box->x0, row * TILE_SIZE + box->y0,
			      box->x1 - box->x0, box->y1 - box->y0 };
}

bool tile_map_touches(const struct tile_map *map, struct rect area)
{
	area = rect_intersect(area, (struct rect){ 0, 0, map->width, map->height });
	if (tile_map_is_empty(map) || rect_is_empty(area))
		return false;
	for (int row = area.y / TILE_SIZE; row * TILE_SIZE < area.y + area.h; row++)
		for (int column = area.x / TILE_SIZE; column * TILE_SIZE < area.x + area.w;
		     column++)
			if (!rect_is_empty(rect_intersect(area, tile_map_rect(map, column, row))))
				return true;
	return false;
}

void tile_map_remove(struct tile_map *map, int column, int row)
{
	struct tile_box *box = &map->boxes[row * map->columns + column];

	if (box->x1)
		map->n_dirty--;
	*box = (struct tile_box){ 0 };
}

void tile_map_forget(struct tile_map *map, struct rect area)
{
	if (tile_map_is_empty(map))
		return;
	for (int row = area.y / TILE_SIZE; row * TILE_SIZE < area.y + area.h; row++)
		for (int column = area.x / TILE_SIZE; column * TILE_SIZE < area.x + area.w;
		     column++)
			if (rect_contains(area, tile_map_rect(map, column, row)))
				tile_map_remove(map, column, row);
}

/* Whether one rectangle around both has at most a quarter more pixels than the two. */
static bool worth_joining(struct rect a, struct rect b)
{
	size_t apart = rect_area(a) + rect_area(b);

	return rect_area(rect_bounds(a, b)) <= apart + apart / 4;
}

/* Joins `run` to a rectangle with the same columns just above it, or appends it. */
static size_t add_run(struct rect *rects, size_t n, size_t first_above, struct rect run)
{
	for (size_t i = n; i > first_above; i--) {
		struct rect *above = &rects[i - 1];

		if (above->x == run.x && above->w == run.w && above->y + above->h == run.y) {
			above->h += run.h;
			return n;
		}
	}
	rects[n] = run;
	return n + 1;
}

size_t tile_map_rects(const struct tile_map *map, struct rect *ret_rects)
{
	enum { LOOK_BACK = 32 }; /* rectangles searched for one that the run continues */
	size_t n = 0;

	if (tile_map_is_empty(map))
		return 0;
	for (int row = 0; row < map->rows; row++) {
		struct rect run = { 0, 0, 0, 0 };

		for (int column = 0; column < map->columns; column++) {
			if (!map->boxes[row * map->columns + column].x1)
				continue;
			struct rect next = tile_map_rect(map, column, row);

			if (!rect_is_empty(run) && worth_joining(run, next)) {
				run = rect_bounds(run, next);
				continue;
			}
			if (!rect_is_empty(run))
				n = add_run(ret_rects, n, n > LOOK_BACK ? n - LOOK_BACK : 0, run);
			run = next;
		}
		if (!rect_is_empty(run))
			n = add_run(ret_rects, n, n > LOOK_BACK ? n - LOOK_BACK : 0, run);
	}
	return n;
}
