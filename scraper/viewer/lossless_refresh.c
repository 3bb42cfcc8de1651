/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lossless_refresh.h"

int lossless_refresh_init(struct lossless_refresh *refresh, int width, int height)
{
	struct tile_map *maps[] = { &refresh->recent, &refresh->before, &refresh->lossy,
				    &refresh->due, &refresh->taken };
	int r = 0;

	*refresh = (struct lossless_refresh){ 0 };
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps) && r >= 0; i++)
		r = tile_map_init(maps[i], width, height);
	return r;
}

void lossless_refresh_finish(struct lossless_refresh *refresh)
{
	tile_map_finish(&refresh->recent);
	tile_map_finish(&refresh->before);
	tile_map_finish(&refresh->lossy);
	tile_map_finish(&refresh->due);
	tile_map_finish(&refresh->taken);
}

static bool has(const struct tile_map *map, int column, int row)
{
	return !rect_is_empty(tile_map_rect(map, column, row));
}

bool lossless_refresh_is_moving(const struct lossless_refresh *refresh, struct rect area)
{
	int moving = 0, tiles = 0;

	for (int row = area.y / TILE_SIZE; row * TILE_SIZE < area.y + area.h; row++) {
		for (int column = area.x / TILE_SIZE; column * TILE_SIZE < area.x + area.w;
		     column++) {
			moving += has(&refresh->recent, column, row) ||
				  has(&refresh->before, column, row);
			tiles++;
		}
	}
	return moving * 2 >= tiles;
}

void lossless_refresh_sent(struct lossless_refresh *refresh, struct rect area, bool lossy)
{
	tile_map_add(&refresh->recent, area);
	tile_map_forget(&refresh->due, area);
	if (lossy)
		tile_map_add(&refresh->lossy, area);
	else
		tile_map_forget(&refresh->lossy, area);
}

/* Adds the part of `map` within `from` to refresh->taken, moved to `to`. */
static void take_along(struct lossless_refresh *refresh, const struct tile_map *map,
		       struct rect from, struct rect to)
{
	if (tile_map_is_empty(map))
		return;
	for (int row = from.y / TILE_SIZE; row * TILE_SIZE < from.y + from.h; row++) {
		for (int column = from.x / TILE_SIZE; column * TILE_SIZE < from.x + from.w;
		     column++) {
			struct rect part = rect_intersect(from, tile_map_rect(map, column, row));

			part.x += to.x - from.x;
			part.y += to.y - from.y;
			tile_map_add(&refresh->taken, part);
		}
	}
}

void lossless_refresh_copied(struct lossless_refresh *refresh, struct rect from, struct rect to)
{
	tile_map_clear(&refresh->taken);
	take_along(refresh, &refresh->lossy, from, to);
	take_along(refresh, &refresh->due, from, to);
	tile_map_forget(&refresh->lossy, to);
	tile_map_forget(&refresh->due, to);
	tile_map_add_map(&refresh->lossy, &refresh->taken);
	tile_map_clear(&refresh->taken);
}

void lossless_refresh_turn(struct lossless_refresh *refresh, uint64_t round, uint64_t now)
{
	struct tile_map oldest = refresh->before;

	if (now < refresh->span_end)
		return;
	refresh->before = refresh->recent;
	refresh->recent = oldest;
	tile_map_clear(&refresh->recent);
	refresh->span_end = now +
			    (2 * round > LOSSLESS_REFRESH_SPAN ? 2 * round : LOSSLESS_REFRESH_SPAN);
	if (tile_map_is_empty(&refresh->lossy))
		return;
	for (int row = 0; row < refresh->lossy.rows; row++) {
		for (int column = 0; column < refresh->lossy.columns; column++) {
			if (!has(&refresh->lossy, column, row) ||
			    has(&refresh->before, column, row))
				continue;
			tile_map_add(&refresh->due, tile_map_rect(&refresh->lossy, column, row));
			tile_map_remove(&refresh->lossy, column, row);
		}
	}
}

uint64_t lossless_refresh_turn_due(const struct lossless_refresh *refresh)
{
	return tile_map_is_empty(&refresh->lossy) ? UINT64_MAX : refresh->span_end;
}

void lossless_refresh_take(struct lossless_refresh *refresh, size_t pixels)
{
	size_t taken = 0;

	tile_map_clear(&refresh->taken);
	if (!lossless_refresh_is_due(refresh))
		return;
	for (int row = 0; row < refresh->due.rows; row++) {
		for (int column = 0; column < refresh->due.columns; column++) {
			struct rect area = tile_map_rect(&refresh->due, column, row);

			if (rect_is_empty(area))
				continue;
			if (taken && taken + rect_area(area) > pixels)
				return;
			taken += rect_area(area);
			tile_map_add(&refresh->taken, area);
			tile_map_remove(&refresh->due, column, row);
		}
	}
}
