/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "update.h"

#include <errno.h>
#include <string.h>

#include "common/wire.h"
#include "guacd_primer.h"
#include "protocol/rect_header.h"

enum {
	SEND_LEAST = 4 * 1024, /* bytes that are worth a system call while more is encoded */
	N_RECTS_MAX = 65534,   /* of one update */
	UNTIL_LAST_RECT = 65535,
};

static void finish_maps(struct update *update)
{
	lossless_refresh_finish(&update->refresh);
	tile_map_finish(&update->unseen);
	update_plan_finish(&update->plan);
}

int update_resize(struct update *update)
{
	const int width = update->source.frame->width, height = update->source.frame->height;
	int r;

	finish_maps(update);
	r = lossless_refresh_init(&update->refresh, width, height, update->refresh.newest);
	if (r >= 0)
		r = tile_map_init(&update->unseen, width, height);
	if (r >= 0)
		r = update_plan_resize(&update->plan, width, height);
	if (r < 0)
		return r;
	tile_map_add(&update->unseen, (struct rect){ 0, 0, width, height });
	cursor_rect_forget(&update->cursor_rect);
	update->is_blanked = false;
	return 0;
}

int update_init(struct update *update, struct rfb_client *client, enum compression_mode mode,
		const struct update_source *source)
{
	*update = (struct update){
		.client = client,
		.encodings = { .quality = -1, .compression = -1 },
		.source = *source,
		.refresh_cost = 0.2,
	};
	pixel_encoder_init(&update->encoder, mode, client, &update->encodings, &update->link,
			   source->frame, source->yield);
	desktop_size_rect_init(&update->size_rect, source->frame->width, source->frame->height);
	int r = update_resize(update);

	if (r < 0)
		update_finish(update);
	return r;
}

void update_finish(struct update *update)
{
	finish_maps(update);
	pixel_encoder_finish(&update->encoder);
}

/* ---- what the viewer has ---- */

struct rect update_visible(const struct update *update)
{
	const struct desktop_size_rect *size = &update->size_rect;

	return rect_intersect((struct rect){ 0, 0, size->width, size->height },
			      (struct rect){ 0, 0, update->unseen.width, update->unseen.height });
}

bool update_is_of_size(const struct update *update)
{
	return desktop_size_rect_is_alone(&update->size_rect, &update->encodings,
					  update->unseen.width, update->unseen.height);
}

bool update_is_due(const struct update *update)
{
	return !tile_map_is_empty(&update->unseen) || lossless_refresh_is_due(&update->refresh) ||
	       !rect_is_empty(update->move.to) ||
	       desktop_size_rect_is_due(&update->size_rect, &update->encodings,
					update->unseen.width, update->unseen.height) ||
	       cursor_rect_has_news(&update->cursor_rect, &update->encodings, update->source.cursor,
				    update_visible(update)) ||
	       input_extension_rect_has_news(&update->extension_rect, &update->encodings,
					     *update->source.leds);
}

/* ---- moves ---- */

bool update_wants_moves(const struct update *update)
{
	return update->encoder.mode != COMPRESSION_NONE && !link_speed_is_local(&update->link) &&
	       client_lists(&update->encodings, CLIENT_ENCODING_COPYRECT);
}

void update_moved(struct update *update, struct move move, bool next)
{
	struct rect from = move_from(move), visible = update_visible(update);

	/* It must really have what it would copy. */
	if (!next || !update_wants_moves(update) || tile_map_touches(&update->unseen, from) ||
	    !rect_is_empty(rect_intersect(update->cursor_rect.painted, from)) ||
	    !rect_contains(visible, from) || !rect_contains(visible, move.to) ||
	    update_is_of_size(update)) {
		tile_map_add(&update->unseen, move.to);
		return;
	}
	update->move = move;
	lossless_refresh_copied(&update->refresh, from, move.to);
}

/* ---- one update ---- */

static int add_move(struct update *update, struct out_queue *out)
{
	struct rect from = move_from(update->move);
	uint8_t source[4];
	int r;

	if (rect_is_empty(update->move.to))
		return 0;
	wire_write_u16(source, (uint32_t)from.x);
	wire_write_u16(source + 2, (uint32_t)from.y);
	r = rect_header_append(out, update->move.to, RFB_COPYRECT);
	if (r >= 0)
		r = out_queue_append(out, source, sizeof(source));
	update->move.to = (struct rect){ 0, 0, 0, 0 };
	return r < 0 ? r : 1;
}

/* Black: zeros in every format; in the frame's own, padding bits as in the frame. */
static int add_black(struct update *update, struct rect area, struct out_queue *out)
{
	size_t length = rect_area(area) * rfb_client_pixel_bytes(update->client);
	const struct frame *frame = update->source.frame;

	if (!length)
		return 0;
	int r = rect_header_append(out, area, RFB_RAW);
	uint8_t *to = r < 0 ? NULL : out_queue_reserve(out, length);
	if (!to)
		return -ENOMEM;
	memset(to, 0, length);
	if (frame->bytes_per_pixel == 4 && rfb_client_takes_frame_pixels(update->client))
		for (size_t i = 0; i < length; i += 4)
			memcpy(to + i, &(uint32_t){ (uint32_t)~frame->colour }, 4);
	return 1;
}

/* The screen is smaller than the viewer's, which cannot be told: blanks the outside, once. */
static int add_blank(struct update *update, struct out_queue *out)
{
	const struct desktop_size_rect *size = &update->size_rect;
	int width = update->unseen.width, height = update->unseen.height;
	int lower = size->height < height ? size->height : height;

	if (update->is_blanked)
		return 0;
	int right = add_black(update, (struct rect){ width, 0, size->width - width, lower }, out);
	if (right < 0)
		return right;
	int below = add_black(update,
			      (struct rect){ 0, height, size->width, size->height - height }, out);
	if (below < 0)
		return below;
	update->is_blanked = true;
	return right + below;
}

/* Falls by half at most: a photograph may follow a flat area. */
static void note_refresh(struct update *update, size_t bytes, size_t pixels)
{
	double cost = (double)bytes / (double)pixels, least = update->refresh_cost / 2;

	update->refresh_cost = cost > least ? cost : least;
}

/* Everything that comes before the pixels. Returns the number of rectangles, or -errno. */
static int add_head(struct update *update, struct out_queue *out)
{
	const struct frame *frame = update->source.frame;
	int n[5] = { 0 }, total = 0, r;

	r = n[0] = desktop_size_rect_add(&update->size_rect, &update->encodings, frame->width,
					 frame->height, update->source.layout, out);
	if (r >= 0)
		r = n[1] = input_extension_rect_add(&update->extension_rect, &update->encodings,
						    *update->source.leds, out);
	if (r >= 0)
		r = n[2] = cursor_rect_begin(&update->cursor_rect, &update->encodings,
					     &update->cursor, update_visible(update),
					     update->client, &update->unseen, out);
	if (r >= 0)
		r = n[3] = add_move(update, out);
	if (r >= 0)
		r = n[4] = add_blank(update, out);
	for (int i = 0; i < 5; i++)
		total += n[i];
	return r < 0 ? r : total;
}

/* The size alone: everything else is sent once the viewer knows it. */
static int add_size(struct update *update, struct out_queue *out)
{
	const struct frame *frame = update->source.frame;
	bool resized = update->size_rect.width != frame->width ||
		       update->size_rect.height != frame->height;

	tile_map_add(&update->unseen, resized ? (struct rect){ 0, 0, frame->width, frame->height }
					      : update->move.to);
	update->move.to = (struct rect){ 0, 0, 0, 0 };
	return desktop_size_rect_add(&update->size_rect, &update->encodings, frame->width,
				     frame->height, update->source.layout, out);
}

/* The number of rectangles that the plan makes, or -1 if only encoding it tells. */
static int count_planned(const struct update *update)
{
	const struct update_plan *plan = &update->plan;

	if (cursor_rect_is_painted(&update->encodings))
		return -1;
	for (size_t i = 0; i < plan->n_parts; i++)
		if (!pixel_encoder_makes_one(&update->encoder, &plan->parts[i]))
			return -1;
	return (int)plan->n_parts;
}

/* Encodes the plan. `fd`: where finished parts are written meanwhile; -1: nowhere. */
static int add_planned(struct update *update, struct out_queue *out, int fd)
{
	const struct update_plan *plan = &update->plan;
	size_t refreshed = 0, pixels = 0;
	int total = 0;

	for (size_t i = 0; i < plan->n_parts; i++) {
		uint64_t before = out_queue_total(out);
		int r = pixel_encoder_add(&update->encoder, &plan->parts[i], out);

		if (r < 0)
			return r;
		total += r;
		if (i >= plan->n_drawn) {
			refreshed += out_queue_total(out) - before;
			pixels += rect_area(plan->parts[i].area);
		}
		if (fd >= 0 && !out->n_borrowed && out->bytes_left >= SEND_LEAST)
			out_queue_write(out, fd);
	}
	if (pixels)
		note_refresh(update, refreshed, pixels);
	return total;
}

static void write_count(struct out_queue *out, size_t header, int n_rects)
{
	wire_write_u16(out->own + header + 2, (uint32_t)n_rects);
}

/*
 * The pixels. An update begins with its number of rectangles, so nothing can be sent before that is
 * known, or LastRect makes it unnecessary. `n_rects` were added before, after `header`.
 */
static int add_pixels(struct update *update, struct out_queue *out, int fd, size_t header,
		      int n_rects, bool touches_pointer)
{
	int planned = count_planned(update), painted;
	bool is_known = planned >= 0 && n_rects + planned <= N_RECTS_MAX;
	bool until_last = !is_known && !link_speed_is_local(&update->link) &&
			  client_lists(&update->encodings, CLIENT_ENCODING_LAST_RECT);

	if (is_known)
		write_count(out, header, n_rects + planned);
	else if (until_last)
		write_count(out, header, UNTIL_LAST_RECT);
	int r = add_planned(update, out, is_known || until_last ? fd : -1);
	if (r < 0)
		return r;
	painted = cursor_rect_paint(&update->cursor_rect, &update->encodings, &update->cursor,
				    update_visible(update), touches_pointer, update->source.frame,
				    update->client, out);
	if (painted < 0 || is_known)
		return painted;
	if (until_last)
		return rect_header_append(out, (struct rect){ 0, 0, 0, 0 }, RFB_LAST_RECT);
	if (n_rects + r + painted > N_RECTS_MAX)
		return -EOVERFLOW;
	write_count(out, header, n_rects + r + painted);
	return 0;
}

static void plan_pixels(struct update *update, enum update_part part)
{
	const struct update_plan_sources sources = {
		.frame = update->source.frame,
		.link = &update->link,
		.encoder = &update->encoder,
		.refresh = &update->refresh,
		.refresh_cost = update->refresh_cost,
		.unseen = &update->unseen,
		.encodes_again = client_is_libvncclient(&update->encodings) &&
				 pixel_encoder_can_pad(&update->encoder),
		.visible = update_visible(update),
		.pointer = cursor_image_area(&update->cursor.shape, update->cursor.x,
					     update->cursor.y),
	};

	update_plan_make(&update->plan, &sources, part);
}

/* What is in the update is no longer unseen. */
static void note_sent(struct update *update)
{
	const struct update_plan *plan = &update->plan;

	if (plan->part == UPDATE_ALL) {
		tile_map_clear(&update->unseen);
		return;
	}
	for (size_t i = 0; i < plan->n_drawn; i++)
		guacd_primer_sent(&update->unseen, plan->parts[i].area);
}

long update_compose(struct update *update, struct out_queue *out, int fd, enum update_part part)
{
	size_t header = out->own_length;
	int r = out_queue_append(out, (uint8_t[4]){ 0 }, 4);

	if (r < 0)
		return r;
	update->cursor = *update->source.cursor; /* which may move whenever we yield */
	bool touches_pointer = !rect_is_empty(
		rect_intersect(update->cursor_rect.painted, update->move.to));
	if (update_is_of_size(update)) {
		r = add_size(update, out);
		if (r >= 0)
			write_count(out, header, r);
		return r < 0 ? r : 0;
	}
	int n_rects = add_head(update, out);
	if (n_rects < 0)
		return n_rects;
	plan_pixels(update, part);
	touches_pointer |= update->plan.touches_pointer;
	r = add_pixels(update, out, fd, header, n_rects, touches_pointer);
	if (r < 0)
		return r;
	note_sent(update);
	return (long)update->plan.n_pixels;
}
