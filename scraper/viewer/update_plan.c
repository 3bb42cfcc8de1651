/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "update_plan.h"

#define STILL_USEC UINT64_C(334000) /* guacd takes for still what did not change for so long */

/*
 * The first large change after a still screen, towards guacd: half of it now, the rest when that
 * is taken. A full screen at once would keep its encoder in still-picture mode for long.
 */
static size_t halve(struct update *update, size_t n, uint64_t now, struct rect *ret_rest)
{
	size_t area = 0, kept = 0;

	for (size_t i = 0; i < n; i++)
		area += rect_area(update->rects[i]);
	bool was_still = update->last_large && now > update->last_large + STILL_USEC;
	bool first = !update->last_large;
	if (area < UPDATE_LARGE)
		return n;
	update->last_large = now;
	if (!was_still || first || !link_speed_is_local(&update->link))
		return n;

	int middle = update->unseen.height / 2;
	*ret_rest = (struct rect){ 0, middle, update->unseen.width,
				   update->unseen.height - middle };
	for (size_t i = 0; i < n; i++) {
		struct rect upper = rect_intersect(
			update->rects[i], (struct rect){ 0, 0, update->unseen.width, middle });

		if (!rect_is_empty(upper))
			update->rects[kept++] = upper;
	}
	return kept;
}

static void sort_area(struct update *update, const struct frame *frame, struct rect area)
{
	tile_map_add(&update->kinds[frame_is_picture(frame, area)], area);
}

/*
 * Sorts the first `n` of update->rects into text and pictures, for which other methods are right:
 * in squares what is new; as a whole what moves, so that it stays in one piece.
 */
static void sort_rects(struct update *update, const struct frame *frame, size_t n)
{
	enum { SQUARE = 4 * TILE_SIZE };

	tile_map_clear(&update->kinds[0]);
	tile_map_clear(&update->kinds[1]);
	for (size_t i = 0; i < n; i++) {
		struct rect area = update->rects[i];

		if (lossless_refresh_is_moving(&update->refresh, area)) {
			sort_area(update, frame, area);
			continue;
		}
		for (int y = area.y / SQUARE * SQUARE; y < area.y + area.h; y += SQUARE)
			for (int x = area.x / SQUARE * SQUARE; x < area.x + area.w; x += SQUARE)
				sort_area(update, frame,
					  rect_intersect(area,
							 (struct rect){ x, y, SQUARE, SQUARE }));
	}
}

/*
 * Plans the first `n` of update->rects, all of one kind, of which there are `pixels` in the update;
 * 0: to be sent without loss, whatever it takes.
 */
static void plan_kind(struct update *update, const struct frame *frame, size_t n, bool picture,
		      size_t pixels)
{
	struct rect pointer = cursor_image_area(&update->cursor.shape, update->cursor.x,
						update->cursor.y);
	struct rect visible = update_visible(update);
	bool local = link_speed_is_local(&update->link);

	for (size_t i = 0; i < n; i++) {
		struct rect area = rect_intersect(update->rects[i], visible);

		if (rect_is_empty(area))
			continue;
		bool moving = !local && pixels &&
			      lossless_refresh_is_moving(&update->refresh, area);
		struct pixel_part *parts = update->parts + update->n_parts;
		update->n_parts += pixel_encoder_plan(&update->encoder, frame, area, picture,
						      moving, pixels, parts);
		if (!local || parts->method != METHOD_RAW)
			lossless_refresh_sent(&update->refresh, area,
					      method_is_lossy(parts->method));
		update->touches_pointer |= !rect_is_empty(rect_intersect(area, pointer));
		update->n_pixels += rect_area(area);
	}
}

/* Plans the first `n` of update->rects. `exact`: without loss. */
static void plan_rects(struct update *update, const struct frame *frame, size_t n, bool exact)
{
	if (link_speed_is_local(
		    &update->link)) { /* gets both alike, best in few large rectangles */
		plan_kind(update, frame, n, false, 0);
		return;
	}
	sort_rects(update, frame, n);
	for (int kind = 0; kind < 2; kind++) {
		size_t pixels = exact ? 0 : tile_map_area(&update->kinds[kind]);

		n = tile_map_rects(&update->kinds[kind], update->rects);
		plan_kind(update, frame, n, kind, pixels);
	}
}

/*
 * A part of what is to be refreshed: little where something else was to be sent as well, so
 * that this is not delayed, more where nothing was.
 */
static void plan_refresh(struct update *update, const struct frame *frame)
{
	if (!lossless_refresh_is_due(&update->refresh))
		return;
	uint64_t beside = update->link.min_rtt / 4 > 10000 ? update->link.min_rtt / 4 : 10000;
	uint64_t usec = update->n_pixels ? beside : 100000;
	double bytes = (double)link_speed_rate(&update->link) * (double)usec / 1e6;

	lossless_refresh_take(&update->refresh, (size_t)(bytes / update->refresh_cost));
	plan_rects(update, frame, tile_map_rects(&update->refresh.taken, update->rects), true);
}

void update_plan(struct update *update, const struct frame *frame, uint64_t now,
		 struct rect *ret_rest)
{
	size_t n = tile_map_rects(&update->unseen, update->rects);

	plan_rects(update, frame, halve(update, n, now, ret_rest), false);
	update->n_drawn = update->n_parts;
	plan_refresh(update, frame);
}
