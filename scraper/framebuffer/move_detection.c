/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "move_detection.h"

#include <stdlib.h>
#include <string.h>

/* The old and the new picture of an area. */
struct pair {
	const struct frame *frame;
	const uint8_t *pixels;
	size_t stride;
	struct rect area;
	uint32_t colour;
};

static uint32_t old_pixel(const struct pair *pair, int x, int y)
{
	return ((const uint32_t *)(const void *)frame_at(pair->frame, x, y))[0];
}

static uint32_t new_pixel(const struct pair *pair, int x, int y)
{
	uint32_t pixel;

	memcpy(&pixel,
	       pair->pixels + (size_t)(y - pair->area.y) * pair->stride +
		       (size_t)(x - pair->area.x) * 4,
	       4);
	return pixel | ~pair->colour;
}

static const uint8_t *new_at(const struct pair *pair, int x, int y)
{
	return pair->pixels + (size_t)(y - pair->area.y) * pair->stride +
	       (size_t)(x - pair->area.x) * 4;
}

/* ---- scrolling: whole rows found elsewhere ---- */

/*
 * Hashes the middle half of a row, as its ends may not have moved; and of that every other 32
 * bytes, which is enough to tell rows apart.
 */
static uint64_t hash_row(const struct pair *pair, int y, bool now)
{
	enum { STEP = 64 }; /* bytes, of which the first 32 are hashed */
	int x = pair->area.x + pair->area.w / 4, n = pair->area.w / 2 * 4 / STEP;
	const uint8_t *row = now ? new_at(pair, x, y) : frame_at(pair->frame, x, y);
	uint64_t colour = pair->frame->colour, a = 14695981039346656037U, b = a, c = a, d = a;

	/* Four in parallel: a multiplication waits for the one before it. */
	for (int i = 0; i < n; i++) {
		uint64_t words[4];

		memcpy(words, row + (size_t)i * STEP, sizeof(words));
		a = (a ^ (words[0] & colour)) * 1099511628211U;
		b = (b ^ (words[1] & colour)) * 1099511628211U;
		c = (c ^ (words[2] & colour)) * 1099511628211U;
		d = (d ^ (words[3] & colour)) * 1099511628211U;
	}
	return (a ^ (a >> 29)) + (b ^ (b >> 31)) * 3 + (c ^ (c >> 33)) * 5 + (d ^ (d >> 35)) * 7;
}

struct row {
	uint64_t hash;
	int y;
};

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* Writes the old rows that are like no other, sorted by hash. Returns how many. */
static int index_rows(const struct pair *pair, struct row *rows)
{
	int n = 0, kept = 0;

	for (int y = pair->area.y; y < pair->area.y + pair->area.h; y++)
		rows[n++] = (struct row){ hash_row(pair, y, false), y };
	qsort(rows, (size_t)n, sizeof(*rows), compare_rows);
	for (int i = 0; i < n; i++) {
		bool twin = (i > 0 && rows[i - 1].hash == rows[i].hash) ||
			    (i + 1 < n && rows[i + 1].hash == rows[i].hash);

		if (!twin)
			rows[kept++] = rows[i];
	}
	return kept;
}

/* The most frequent distance, with a row that moved so far in *ret_y; 0: none is frequent. */
static int find_scroll(const struct pair *pair, int *ret_y)
{
	int h = pair->area.h, best = 0, changed = 0;
	struct row *rows = calloc((size_t)h, sizeof(*rows));
	int *votes = calloc(2 * (size_t)h + 1, sizeof(*votes));
	int *example = calloc(2 * (size_t)h + 1, sizeof(*example));

	if (!rows || !votes || !example)
		goto end;
	int n = index_rows(pair, rows);
	for (int y = pair->area.y; y < pair->area.y + h; y++) {
		struct row key = { hash_row(pair, y, true), y };
		const struct row *from = bsearch(&key, rows, (size_t)n, sizeof(*rows),
						 compare_rows);

		if (!from || from->y == y)
			continue;
		int distance = y - from->y;
		changed++;
		votes[distance + h]++;
		/* One in the middle of the rows that moved so far is the best to start from. */
		if (votes[distance + h] % 2)
			example[distance + h] = y;
		if (votes[distance + h] > votes[best + h])
			best = distance;
	}
	if (best && (votes[best + h] < 4 || votes[best + h] < changed / 4))
		best = 0;
	*ret_y = example[best + h];
end:
	free(rows);
	free(votes);
	free(example);
	return best;
}

/* ---- dragging: short pieces of rows found elsewhere ---- */

enum {
	ANCHOR = 32,	 /* pixels of a piece to search for */
	ANCHORS = 48,	 /* pieces */
	TRIES = 512,	 /* random places tried to find them */
	AGREEING = 3,	 /* anchors that must have moved the same way */
	EDGES = 6,	 /* changes of colour in an anchor, at least */
	MANY_ROWS = 256, /* from here on, searching every fourth row finds enough anchors */
};

/* Of a rolling hash: that of the pixels p0 p1 ... is p0*base^31 + p1*base^30 + ... mod 2^64. */
static const uint64_t base = 0x9e3779b97f4a7c15U;

struct anchor {
	int x, y; /* where it was */
	uint64_t hash;
	int n_found;
	int dx, dy; /* how far it moved, if found once */
};

static uint64_t hash_anchor(const struct pair *pair, int x, int y)
{
	uint64_t hash = 0;

	for (int i = 0; i < ANCHOR; i++)
		hash = hash * base + old_pixel(pair, x + i, y);
	return hash;
}

/* Whether it is worth searching for: it has enough edges, and is no longer where it was. */
static bool is_anchor(const struct pair *pair, int x, int y)
{
	int edges = 0;
	bool changed = false;

	for (int i = 0; i < ANCHOR; i++) {
		edges += i && old_pixel(pair, x + i, y) != old_pixel(pair, x + i - 1, y);
		changed |= old_pixel(pair, x + i, y) != new_pixel(pair, x + i, y);
	}
	return changed && edges >= EDGES;
}

static int pick_anchors(const struct pair *pair, struct anchor anchors[ANCHORS])
{
	uint32_t random = 1;
	int n = 0;

	for (int i = 0; i < TRIES && n < ANCHORS; i++) {
		random = random * 1664525 + 1013904223;
		int x = pair->area.x + (int)((random >> 16) % (uint32_t)(pair->area.w - ANCHOR));
		random = random * 1664525 + 1013904223;
		int y = pair->area.y + (int)((random >> 16) % (uint32_t)pair->area.h);

		if (is_anchor(pair, x, y))
			anchors[n++] = (struct anchor){ .x = x,
							.y = y,
							.hash = hash_anchor(pair, x, y) };
	}
	return n;
}

/* Notes where the anchor is now, if the pixels really are the same. */
static void note_place(const struct pair *pair, struct anchor *anchor, int x, int y)
{
	for (int i = 0; i < ANCHOR; i++)
		if (old_pixel(pair, anchor->x + i, anchor->y) != new_pixel(pair, x + i, y))
			return;
	anchor->n_found++;
	anchor->dx = x - anchor->x;
	anchor->dy = y - anchor->y;
}

/* Searches for all anchors at once. `slots` has one by the top 8 bits of its hash. */
static void find_anchors(const struct pair *pair, struct anchor *anchors, const uint8_t slots[256])
{
	int x0 = pair->area.x, x1 = x0 + pair->area.w;
	uint64_t out = 1; /* base^31: the weight of the pixel that rolls out */

	for (int i = 1; i < ANCHOR; i++)
		out *= base;
	int step = pair->area.h >= MANY_ROWS ? 4 : 1;
	for (int y = pair->area.y; y < pair->area.y + pair->area.h; y += step) {
		uint64_t hash = 0;

		for (int x = x0; x < x1; x++) {
			if (x - x0 >= ANCHOR)
				hash -= new_pixel(pair, x - ANCHOR, y) * out;
			hash = hash * base + new_pixel(pair, x, y);
			uint8_t slot = slots[hash >> 56];
			if (slot && anchors[slot - 1].hash == hash && x - x0 >= ANCHOR - 1)
				note_place(pair, &anchors[slot - 1], x - ANCHOR + 1, y);
		}
	}
}

/* Finds a distance that several anchors agree on, and a pixel *ret_x, *ret_y that moved so far. */
static bool find_drag(const struct pair *pair, int *ret_dx, int *ret_dy, int *ret_x, int *ret_y)
{
	struct anchor anchors[ANCHORS];
	uint8_t slots[256] = { 0 };

	if (pair->area.w <= ANCHOR)
		return false;
	int n = pick_anchors(pair, anchors);
	for (int i = 0; i < n; i++)
		slots[anchors[i].hash >> 56] = (uint8_t)(i + 1);
	if (n >= AGREEING)
		find_anchors(pair, anchors, slots);
	for (int i = 0; i < n; i++) {
		int votes = 0;

		for (int k = 0; k < n; k++)
			votes += anchors[i].n_found == 1 && anchors[k].n_found == 1 &&
				 anchors[k].dx == anchors[i].dx && anchors[k].dy == anchors[i].dy;
		if (votes < AGREEING || (!anchors[i].dx && !anchors[i].dy))
			continue;
		*ret_dx = anchors[i].dx;
		*ret_dy = anchors[i].dy;
		*ret_x = anchors[i].x + anchors[i].dx;
		*ret_y = anchors[i].y + anchors[i].dy;
		return true;
	}
	return false;
}

/* ---- extent ---- */

enum { RUN_STEP = 64 }; /* pixels compared at once */

/* Whether the RUN_STEP pixels from x on moved by dx, dy. */
static bool run_matches(const struct pair *pair, int x, int y, int dx, int dy)
{
	return !frame_row_differs(pair->frame, new_at(pair, x, y),
				  (struct rect){ x - dx, y - dy, RUN_STEP, 1 });
}

/* How many of the `n` pixels from x on did, up to the first that did not. */
static int count_right(const struct pair *pair, int x, int y, int n, int dx, int dy)
{
	int i = 0;

	while (i + RUN_STEP <= n && run_matches(pair, x + i, y, dx, dy))
		i += RUN_STEP;
	while (i < n && new_pixel(pair, x + i, y) == old_pixel(pair, x + i - dx, y - dy))
		i++;
	return i;
}

/* The same for the pixels before x, leftwards. */
static int count_left(const struct pair *pair, int x, int y, int n, int dx, int dy)
{
	int i = 0;

	while (i + RUN_STEP <= n && run_matches(pair, x - i - RUN_STEP, y, dx, dy))
		i += RUN_STEP;
	while (i < n && new_pixel(pair, x - 1 - i, y) == old_pixel(pair, x - 1 - i - dx, y - dy))
		i++;
	return i;
}

/* Finds the pixels [*ret_x0, *ret_x1) around x in row y that moved, within [min_x, max_x). */
static bool find_run(const struct pair *pair, int x, int y, int dx, int dy, int min_x, int max_x,
		     int *ret_x0, int *ret_x1)
{
	struct rect area = pair->area;

	if (y < area.y || y >= area.y + area.h || y - dy < area.y || y - dy >= area.y + area.h)
		return false;
	/* Both the old and the new place must be in the area. */
	if (min_x < area.x + (dx > 0 ? dx : 0))
		min_x = area.x + (dx > 0 ? dx : 0);
	if (max_x > area.x + area.w + (dx < 0 ? dx : 0))
		max_x = area.x + area.w + (dx < 0 ? dx : 0);
	if (x < min_x || x >= max_x)
		return false;

	/* Mostly it is the whole row; otherwise search outwards from x. */
	if (count_right(pair, min_x, y, max_x - min_x, dx, dy) == max_x - min_x) {
		*ret_x0 = min_x;
		*ret_x1 = max_x;
		return true;
	}
	*ret_x1 = x + count_right(pair, x, y, max_x - x, dx, dy);
	*ret_x0 = x - count_left(pair, x, y, x - min_x, dx, dy);
	return *ret_x1 > x;
}

/* Extends `best` row by row in one direction while the area grows, or may grow again soon. */
static struct rect extend(const struct pair *pair, struct rect best, int x, int step, int dx,
			  int dy)
{
	struct rect now = best;

	for (;;) {
		int y = step > 0 ? now.y + now.h : now.y - 1, x0, x1;

		if (!find_run(pair, x, y, dx, dy, now.x, now.x + now.w, &x0, &x1))
			return best;
		if (x1 - x0 < best.w / 2)
			return best;
		now = (struct rect){ x0, step > 0 ? now.y : y, x1 - x0, now.h + 1 };
		if (rect_area(now) >= rect_area(best))
			best = now;
	}
}

bool move_find(const struct frame *frame, const uint8_t *pixels, size_t stride, struct rect area,
	       struct move *ret_move)
{
	struct pair pair = { frame, pixels, stride, area, (uint32_t)frame->colour };
	int dx = 0, dy, x = area.x + area.w / 2, y = 0, x0, x1;

	if (frame->bytes_per_pixel != 4 || rect_area(area) < MOVE_MIN_AREA)
		return false;
	dy = find_scroll(&pair, &y);
	if (!dy && !find_drag(&pair, &dx, &dy, &x, &y))
		return false;
	if (!find_run(&pair, x, y, dx, dy, area.x, area.x + area.w, &x0, &x1))
		return false;
	struct rect to = { x0, y, x1 - x0, 1 };
	to = extend(&pair, to, x, 1, dx, dy);
	to = extend(&pair, to, x, -1, dx, dy);
	if (rect_area(to) < MOVE_MIN_AREA)
		return false;
	*ret_move = (struct move){ to, dx, dy };
	return true;
}

void move_apply(struct frame *frame, struct move move)
{
	size_t bytes = (size_t)move.to.w * (size_t)frame->bytes_per_pixel;

	/* In the order in which no row is overwritten before it is read. */
	for (int i = 0; i < move.to.h; i++) {
		int y = move.dy > 0 ? move.to.y + move.to.h - 1 - i : move.to.y + i;

		memmove((uint8_t *)(uintptr_t)frame_at(frame, move.to.x, y),
			frame_at(frame, move.to.x - move.dx, y - move.dy), bytes);
	}
}
