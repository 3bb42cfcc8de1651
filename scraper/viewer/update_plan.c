/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "update_plan.h"

#include <errno.h>
#include <stdlib.h>

#include "guacd_primer.h"

/* What guacd gets again at a time: at 0.3 s a megapixel, it is soon free for what changes next. */
enum { PADDED_PIXELS = 64 * TILE_SIZE * TILE_SIZE };

int update_plan_resize(struct update_plan *plan, int width, int height)
{
	update_plan_finish(plan);
	int r = tile_map_init(&plan->kinds[0], width, height);

	if (r >= 0)
		r = tile_map_init(&plan->kinds[1], width, height);
	if (r < 0)
		return r;
	size_t n_tiles = (size_t)plan->kinds[0].columns * (size_t)plan->kinds[0].rows;

	plan->rects = calloc(n_tiles, sizeof(*plan->rects));
	/* A tile may be of both kinds, and both drawn and refreshed. */
	plan->parts = calloc(n_tiles * 4, sizeof(*plan->parts));
	return plan->rects && plan->parts ? 0 : -ENOMEM;
}

void update_plan_finish(struct update_plan *plan)
{
	tile_map_finish(&plan->kinds[0]);
	tile_map_finish(&plan->kinds[1]);
	free(plan->rects);
	free(plan->parts);
	plan->rects = NULL;
	plan->parts = NULL;
}

static void sort_area(struct update_plan *plan, const struct frame *frame, struct rect area)
{
	tile_map_add(&plan->kinds[frame_is_picture(frame, area)], area);
}

/*
 * Sorts the first `n` rectangles into text and pictures, which need different methods: what is new
 * in squares, what is in motion as a whole, so that it stays in one piece.
 */
static void sort_rects(struct update_plan *plan, const struct update_plan_sources *sources,
		       size_t n)
{
	enum { SQUARE = 4 * TILE_SIZE };

	tile_map_clear(&plan->kinds[0]);
	tile_map_clear(&plan->kinds[1]);
	for (size_t i = 0; i < n; i++) {
		struct rect area = plan->rects[i];

		if (lossless_refresh_is_moving(sources->refresh, area)) {
			sort_area(plan, sources->frame, area);
			continue;
		}
		for (int y = area.y / SQUARE * SQUARE; y < area.y + area.h; y += SQUARE)
			for (int x = area.x / SQUARE * SQUARE; x < area.x + area.w; x += SQUARE)
				sort_area(plan, sources->frame,
					  rect_intersect(area,
							 (struct rect){ x, y, SQUARE, SQUARE }));
	}
}

/*
 * Plans the first `n` rectangles, all of one kind. `pixels`: of that kind in the update; 0: they
 * are sent without loss at any cost.
 */
static void plan_kind(struct update_plan *plan, const struct update_plan_sources *sources, size_t n,
		      bool picture, size_t pixels)
{
	bool local = link_speed_is_local(sources->link);

	for (size_t i = 0; i < n; i++) {
		struct rect area = rect_intersect(plan->rects[i], sources->visible);

		if (rect_is_empty(area))
			continue;
		bool moving = !local && pixels &&
			      lossless_refresh_is_moving(sources->refresh, area);
		struct pixel_part *parts = plan->parts + plan->n_parts;
		plan->n_parts += pixel_encoder_plan(sources->encoder, area, picture, moving, pixels,
						    parts);
		if (!local || parts->method != METHOD_RAW)
			lossless_refresh_sent(sources->refresh, area,
					      method_is_lossy(parts->method));
		else if (sources->encodes_again)
			lossless_refresh_sent_on(sources->refresh, area);
		plan->touches_pointer |= !rect_is_empty(rect_intersect(area, sources->pointer));
		plan->n_pixels += rect_area(area);
	}
}

/* Plans the first `n` rectangles. `exact`: without loss. */
static void plan_rects(struct update_plan *plan, const struct update_plan_sources *sources,
		       size_t n, bool exact)
{
	/* A viewer on this machine gets both kinds alike, best in few large rectangles. */
	if (link_speed_is_local(sources->link)) {
		plan_kind(plan, sources, n, false, 0);
		return;
	}
	sort_rects(plan, sources, n);
	for (int kind = 0; kind < 2; kind++) {
		size_t pixels = exact ? 0 : tile_map_area(&plan->kinds[kind]);

		n = tile_map_rects(&plan->kinds[kind], plan->rects);
		plan_kind(plan, sources, n, kind, pixels);
	}
}

/* A part of what is to be refreshed: little beside other pixels, so as not to delay them. */
static void plan_refresh(struct update_plan *plan, const struct update_plan_sources *sources)
{
	struct lossless_refresh *refresh = sources->refresh;
	uint64_t beside = sources->link->min_rtt / 4 > 10000 ? sources->link->min_rtt / 4 : 10000;
	uint64_t usec = plan->n_pixels ? beside : 100000;
	double bytes = (double)link_speed_rate(sources->link) * (double)usec / 1e6;

	lossless_refresh_take(refresh, (size_t)(bytes / sources->refresh_cost));
	plan_rects(plan, sources, tile_map_rects(&refresh->taken, plan->rects), true);
}

/* The same for a viewer that encodes again: with other padding, and only when it has nothing else.
 */
static void plan_padded(struct update_plan *plan, const struct update_plan_sources *sources)
{
	struct lossless_refresh *refresh = sources->refresh;

	if (plan->n_pixels)
		return;
	bool odd = lossless_refresh_take_padded(refresh, PADDED_PIXELS);
	plan_rects(plan, sources, tile_map_rects(&refresh->taken, plan->rects), true);
	for (size_t i = plan->n_drawn; i < plan->n_parts; i++)
		plan->parts[i].padding = odd ? PADDING_ODD : PADDING_EVEN;
}

void update_plan_make(struct update_plan *plan, const struct update_plan_sources *sources,
		      enum update_part part)
{
	size_t n = 0;

	plan->n_parts = plan->n_drawn = plan->n_pixels = 0;
	plan->touches_pointer = false;
	plan->part = part;
	if (part == UPDATE_PROBE)
		return;
	if (part != UPDATE_ALL)
		n = guacd_primer_rects(sources->unseen, sources->frame,
				       part == UPDATE_PRIMER ? GUACD_BLOCK / 2 : GUACD_BLOCK,
				       plan->rects);
	if (!n) {
		plan->part = UPDATE_ALL;
		n = tile_map_rects(sources->unseen, plan->rects);
	}
	plan_rects(plan, sources, n, false);
	plan->n_drawn = plan->n_parts;
	if (plan->part != UPDATE_ALL || !lossless_refresh_is_due(sources->refresh))
		return;
	if (link_speed_is_local(sources->link) && sources->encodes_again)
		plan_padded(plan, sources);
	else
		plan_refresh(plan, sources);
}
