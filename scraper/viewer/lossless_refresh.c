/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lossless_refresh.h"

#include <errno.h>
#include <stdlib.h>

enum { BLOCK = LOSSLESS_REFRESH_BLOCK };

int lossless_refresh_init(struct lossless_refresh *refresh, int width, int height, uint64_t sent)
{
	struct tile_map *maps[] = { &refresh->lossy, &refresh->due, &refresh->taken,
				    &refresh->odd };
	int r = 0;

	*refresh = (struct lossless_refresh){ .newest = sent, .turn_due = UINT64_MAX };
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps) && r >= 0; i++)
		r = tile_map_init(maps[i], width, height);
	if (r < 0)
		return r;
	size_t n = (size_t)refresh->lossy.columns * (size_t)refresh->lossy.rows;
	refresh->sent = calloc(n, sizeof(*refresh->sent));
	refresh->moved = calloc(n, sizeof(*refresh->moved));
	if (!refresh->sent || !refresh->moved)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		refresh->sent[i] = sent;
	return 0;
}

void lossless_refresh_finish(struct lossless_refresh *refresh)
{
	tile_map_finish(&refresh->lossy);
	tile_map_finish(&refresh->due);
	tile_map_finish(&refresh->taken);
	tile_map_finish(&refresh->odd);
	free(refresh->sent);
	free(refresh->moved);
	refresh->sent = refresh->moved = NULL;
}

/* ---- tiles and blocks ---- */

struct tile {
	int column, row;
};

/* All tiles under `area`, row by row. */
static struct tile first_tile(struct rect area)
{
	return (struct tile){ area.x / TILE_SIZE, area.y / TILE_SIZE };
}

static bool is_under(struct tile tile, struct rect area)
{
	return tile.row * TILE_SIZE < area.y + area.h;
}

static struct tile next_tile(struct tile tile, struct rect area)
{
	if (++tile.column * TILE_SIZE < area.x + area.w)
		return tile;
	return (struct tile){ area.x / TILE_SIZE, tile.row + 1 };
}

static bool has(const struct tile_map *map, struct tile tile)
{
	return !rect_is_empty(tile_map_rect(map, tile.column, tile.row));
}

static struct rect tile_area(struct tile tile)
{
	return (struct rect){ tile.column * TILE_SIZE, tile.row * TILE_SIZE, TILE_SIZE, TILE_SIZE };
}

static struct rect screen_of(const struct lossless_refresh *refresh)
{
	return (struct rect){ 0, 0, refresh->lossy.width, refresh->lossy.height };
}

static uint64_t *sent_at(const struct lossless_refresh *refresh, struct tile tile)
{
	return &refresh->sent[tile.row * refresh->lossy.columns + tile.column];
}

static uint64_t *moved_at(const struct lossless_refresh *refresh, struct tile tile)
{
	return &refresh->moved[tile.row / BLOCK * refresh->lossy.columns + tile.column / BLOCK];
}

/* Whether `then` is a time, and less than `usec` ago. */
static bool is_recent(const struct lossless_refresh *refresh, uint64_t then, uint64_t usec)
{
	return then && refresh->now - then < usec;
}

/* ---- what is sent ---- */

bool lossless_refresh_is_moving(const struct lossless_refresh *refresh, struct rect area)
{
	uint64_t usec = LOSSLESS_REFRESH_MOVING + refresh->round;
	int moving = 0, tiles = 0;

	for (struct tile tile = first_tile(area); is_under(tile, area);
	     tile = next_tile(tile, area)) {
		moving += is_recent(refresh, *sent_at(refresh, tile), usec);
		tiles++;
	}
	return moving * 2 >= tiles;
}

/* How long after it was sent or moved something is at rest. */
static uint64_t rest_usec(const struct lossless_refresh *refresh)
{
	uint64_t encoding = refresh->lossy.n_dirty * LOSSLESS_REFRESH_ENCODING;
	uint64_t usec = LOSSLESS_REFRESH_MOVING + refresh->round +
			(refresh->sent_on ? encoding : 0);

	return usec > LOSSLESS_REFRESH_REST ? usec : LOSSLESS_REFRESH_REST;
}

static void note_lossy(struct lossless_refresh *refresh, struct rect area)
{
	tile_map_add(&refresh->lossy, area);
	if (refresh->now + LOSSLESS_REFRESH_REST < refresh->turn_due)
		refresh->turn_due = refresh->now + LOSSLESS_REFRESH_REST;
}

static void note_sent(struct lossless_refresh *refresh, struct tile tile)
{
	*sent_at(refresh, tile) = refresh->newest = refresh->now;
	tile_map_remove(&refresh->due, tile.column, tile.row);
}

void lossless_refresh_sent(struct lossless_refresh *refresh, struct rect area, bool lossy)
{
	for (struct tile tile = first_tile(area); is_under(tile, area);
	     tile = next_tile(tile, area))
		note_sent(refresh, tile);
	if (lossy)
		note_lossy(refresh, area);
	else
		tile_map_forget(&refresh->lossy, area);
}

void lossless_refresh_sent_on(struct lossless_refresh *refresh, struct rect area)
{
	for (struct tile tile = first_tile(area); is_under(tile, area);
	     tile = next_tile(tile, area)) {
		if (is_recent(refresh, *sent_at(refresh, tile), LOSSLESS_REFRESH_MOVING) ||
		    is_recent(refresh, *moved_at(refresh, tile), LOSSLESS_REFRESH_MOVING))
			*moved_at(refresh, tile) = refresh->now;
		note_sent(refresh, tile);
	}
	refresh->sent_on = refresh->unread = true;
}

/* In a block in motion, what was sent lately may be lossy, and what lies between. */
static void note_block(struct lossless_refresh *refresh, struct rect block)
{
	struct rect lossy = { 0, 0, 0, 0 };

	for (struct tile tile = first_tile(block); is_under(tile, block);
	     tile = next_tile(tile, block))
		if (is_recent(refresh, *sent_at(refresh, tile), LOSSLESS_REFRESH_MOVING))
			lossy = rect_bounds(lossy, tile_area(tile));
	note_lossy(refresh, lossy);
}

static void note_blocks(struct lossless_refresh *refresh)
{
	enum { SIZE = BLOCK * TILE_SIZE };
	const struct rect screen = screen_of(refresh);

	for (int y = 0; y < screen.h; y += SIZE)
		for (int x = 0; x < screen.w; x += SIZE)
			if (*moved_at(refresh, (struct tile){ x / TILE_SIZE, y / TILE_SIZE }) ==
			    refresh->now)
				note_block(
					refresh,
					rect_intersect(screen, (struct rect){ x, y, SIZE, SIZE }));
}

void lossless_refresh_copied(struct lossless_refresh *refresh, struct rect from, struct rect to)
{
	tile_map_clear(&refresh->taken);
	if (!tile_map_is_empty(&refresh->lossy))
		for (struct tile tile = first_tile(from); is_under(tile, from);
		     tile = next_tile(tile, from)) {
			struct rect part = rect_intersect(
				from, tile_map_rect(&refresh->lossy, tile.column, tile.row));

			part.x += to.x - from.x;
			part.y += to.y - from.y;
			tile_map_add(&refresh->taken, part);
		}
	tile_map_forget(&refresh->lossy, to);
	tile_map_forget(&refresh->due, to);
	tile_map_add_map(&refresh->lossy, &refresh->taken);
	tile_map_clear(&refresh->taken);
}

/* ---- what is due ---- */

static uint64_t rests_at(const struct lossless_refresh *refresh, struct tile tile)
{
	uint64_t sent = *sent_at(refresh, tile), moved = *moved_at(refresh, tile);

	return (sent > moved ? sent : moved) + rest_usec(refresh);
}

/* The viewer may have read it long after it was sent, and begins only then to encode it. */
static void note_read(struct lossless_refresh *refresh, uint64_t now)
{
	size_t n = (size_t)refresh->lossy.columns * (size_t)refresh->lossy.rows;

	note_blocks(refresh);
	for (size_t i = 0; i < n; i++) {
		if (refresh->sent[i] == refresh->now)
			refresh->sent[i] = now;
		if (refresh->moved[i] == refresh->now)
			refresh->moved[i] = now;
	}
	refresh->newest = now;
	refresh->unread = false;
}

void lossless_refresh_turn(struct lossless_refresh *refresh, uint64_t round, uint64_t now)
{
	const struct rect screen = screen_of(refresh);

	if (refresh->unread)
		note_read(refresh, now);
	refresh->now = now;
	refresh->round = round;
	tile_map_clear(&refresh->due);
	if (now < refresh->turn_due)
		return;
	refresh->turn_due = UINT64_MAX;
	if (tile_map_is_empty(&refresh->lossy))
		return;
	for (struct tile tile = first_tile(screen); is_under(tile, screen);
	     tile = next_tile(tile, screen)) {
		if (!has(&refresh->lossy, tile))
			continue;
		uint64_t at = rests_at(refresh, tile);

		if (at <= now)
			tile_map_add(&refresh->due,
				     tile_map_rect(&refresh->lossy, tile.column, tile.row));
		if (at < refresh->turn_due)
			refresh->turn_due = at;
	}
}

uint64_t lossless_refresh_turn_due(const struct lossless_refresh *refresh)
{
	return tile_map_is_empty(&refresh->lossy) ? UINT64_MAX : refresh->turn_due;
}

static void take_tile(struct lossless_refresh *refresh, struct tile tile, struct rect area)
{
	tile_map_add(&refresh->taken, area);
	tile_map_remove(&refresh->due, tile.column, tile.row);
	tile_map_remove(&refresh->lossy, tile.column, tile.row);
}

void lossless_refresh_take(struct lossless_refresh *refresh, size_t pixels)
{
	const struct rect screen = screen_of(refresh);
	size_t taken = 0;

	tile_map_clear(&refresh->taken);
	if (!lossless_refresh_is_due(refresh))
		return;
	for (struct tile tile = first_tile(screen); is_under(tile, screen);
	     tile = next_tile(tile, screen)) {
		struct rect area = tile_map_rect(&refresh->due, tile.column, tile.row);

		if (rect_is_empty(area))
			continue;
		if (taken && taken + rect_area(area) > pixels)
			return;
		taken += rect_area(area);
		take_tile(refresh, tile, area);
	}
}

bool lossless_refresh_take_padded(struct lossless_refresh *refresh, size_t pixels)
{
	const struct rect screen = screen_of(refresh);
	size_t taken = 0;
	bool odd = false;

	tile_map_clear(&refresh->taken);
	if (!lossless_refresh_is_due(refresh))
		return false;
	for (struct tile tile = first_tile(screen); is_under(tile, screen);
	     tile = next_tile(tile, screen)) {
		if (!has(&refresh->due, tile))
			continue;
		bool was_odd = has(&refresh->odd, tile);

		if (!taken)
			odd = !was_odd;
		if (odd == was_odd || (taken && taken + TILE_SIZE * TILE_SIZE > pixels))
			continue;
		taken += TILE_SIZE * TILE_SIZE;
		take_tile(refresh, tile, tile_area(tile));
		if (odd)
			tile_map_add(&refresh->odd, tile_area(tile));
		else
			tile_map_remove(&refresh->odd, tile.column, tile.row);
	}
	return odd;
}
