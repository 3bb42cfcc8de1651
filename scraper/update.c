/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "update.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rect_header.h"

enum {
	JPEG_USEC = 15000,
	JPEG_QUALITY_LEAST = 2, /* below, one sees squares rather than things */
	/* Levels 1 and 2 are no faster than 3; of the dearer ones, 6 gains most for its time. */
	ZLIB_LEVEL_FAST = 3,
	ZLIB_LEVEL_SMALL = 6,
};
#define STILL_USEC UINT64_C(334000) /* guacd takes for still what did not change for so long */

static void finish_maps(struct update *update)
{
	refresh_finish(&update->refresh);
	tile_map_finish(&update->unseen);
	tile_map_finish(&update->kinds[0]);
	tile_map_finish(&update->kinds[1]);
}

static int init_maps(struct update *update, int width, int height)
{
	struct tile_map *maps[] = { &update->unseen, &update->kinds[0], &update->kinds[1] };
	int r;

	finish_maps(update);
	r = refresh_init(&update->refresh, width, height);
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps) && r >= 0; i++)
		r = tile_map_init(maps[i], width, height);
	return r;
}

int update_resize(struct update *update, const struct frame *frame)
{
	int r = init_maps(update, frame->width, frame->height);

	if (r < 0)
		return r;
	free(update->rects);
	update->rects = calloc((size_t)update->unseen.columns * (size_t)update->unseen.rows,
			       sizeof(*update->rects));
	if (!update->rects)
		return -ENOMEM;
	tile_map_add(&update->unseen, (struct rect){ 0, 0, frame->width, frame->height });
	cursor_view_forget(&update->cursor_view);
	update->is_blanked = false;
	return 0;
}

int update_init(struct update *update, struct rfb_client *client, enum compression_mode mode,
		const struct update_source *source)
{
	const struct frame *frame = source->frame;

	*update = (struct update){
		.client = client,
		.mode = mode,
		.encodings = { .quality = -1, .compression = -1 },
		.source = *source,
	};
	method_costs_init(&update->costs);
	update->zlib.interlude = update->jpeg.interlude = source->interlude;
	update->jpeg_quality = 5;
	update->refresh_cost = 0.2;
	size_view_init(&update->size_view, frame->width, frame->height);
	int r = update_resize(update, frame);
	if (r < 0)
		update_finish(update);
	return r;
}

void update_finish(struct update *update)
{
	finish_maps(update);
	zlib_encoder_finish(&update->zlib);
	jpeg_encoder_finish(&update->jpeg);
	free(update->rects);
	update->rects = NULL;
}

/* ---- what the viewer has of the screen ---- */

/* A viewer that cannot follow the desktop's size has the part of the frame that is on both. */
static struct rect visible_part(const struct update *update)
{
	const struct size_view *size = &update->size_view;

	return rect_intersect((struct rect){ 0, 0, size->width, size->height },
			      (struct rect){ 0, 0, update->unseen.width, update->unseen.height });
}

bool update_is_of_size(const struct update *update)
{
	return size_view_is_alone(&update->size_view, &update->encodings, update->unseen.width,
				  update->unseen.height);
}

bool update_is_due(const struct update *update)
{
	return !tile_map_is_empty(&update->unseen) || refresh_is_due(&update->refresh) ||
	       !rect_is_empty(update->move.to) ||
	       size_view_is_due(&update->size_view, &update->encodings, update->unseen.width,
				update->unseen.height) ||
	       cursor_view_has_news(&update->cursor_view, &update->encodings, update->source.cursor,
				    visible_part(update)) ||
	       extension_view_has_news(&update->extension_view, &update->encodings,
				       *update->source.leds) ||
	       rfb_client_has_news(update->client);
}

/* ---- moves ---- */

bool update_wants_moves(const struct update *update)
{
	return update->mode != COMPRESSION_NONE && !link_is_local(&update->link) &&
	       client_lists(&update->encodings, CLIENT_ENCODING_COPYRECT);
}

void update_moved(struct update *update, struct move move, bool next)
{
	struct rect from = move_from(move), visible = visible_part(update);

	/* What it would copy must be what it is thought to have. */
	if (!next || !update_wants_moves(update) || tile_map_touches(&update->unseen, from) ||
	    !rect_is_empty(rect_intersect(update->cursor_view.painted, from)) ||
	    !rect_contains(visible, from) || !rect_contains(visible, move.to) ||
	    update_is_of_size(update)) {
		tile_map_add(&update->unseen, move.to);
		return;
	}
	update->move = move;
	refresh_copied(&update->refresh, from, move.to);
}

/* ---- one rectangle ---- */

/* The pixels go from the frame to the socket, not through libvncserver. */
static int add_raw(const struct frame *frame, struct rect area, struct out_queue *out)
{
	int r = rect_header_append(out, area, RFB_RAW);

	if (r >= 0)
		r = out_queue_borrow(out, frame_at(frame, area.x, area.y),
				     (size_t)area.w * (size_t)frame->bytes_per_pixel,
				     (size_t)area.h, frame->stride);
	return r < 0 ? r : 1;
}

static int add_move(struct update *update, struct out_queue *out)
{
	struct rect from = move_from(update->move);
	const uint8_t source[4] = { (uint8_t)(from.x >> 8), (uint8_t)from.x, (uint8_t)(from.y >> 8),
				    (uint8_t)from.y };
	int r;

	if (rect_is_empty(update->move.to))
		return 0;
	r = rect_header_append(out, update->move.to, RFB_COPYRECT);
	if (r >= 0)
		r = out_queue_append(out, source, sizeof(source));
	update->move.to = (struct rect){ 0, 0, 0, 0 };
	return r < 0 ? r : 1;
}

/* As several rectangles, in columns, where that makes less of it. Returns how many. */
static int add_zlib(struct update *update, const struct frame *frame, struct rect area,
		    enum method method, struct out_queue *out)
{
	bool small = method == METHOD_ZLIB_SMALL || method == METHOD_ZLIB_COARSE_SMALL;
	int level = small ? ZLIB_LEVEL_SMALL : ZLIB_LEVEL_FAST;
	int width = area.h < ZLIB_COLUMN ? area.w : ZLIB_COLUMN, n = 0;

	for (int x = area.x; x < area.x + area.w; x += width, n++) {
		struct rect part = rect_intersect(area, (struct rect){ x, area.y, width, area.h });
		int r = rect_header_append(out, part, RFB_ZLIB);

		if (r < 0)
			return r;
		long length = zlib_encoder_add(&update->zlib, frame, part, level,
					       method_is_lossy(method), out);
		if (length < 0)
			return (int)length;
	}
	return n;
}

/*
 * The quality the viewer asked for, or less where a frame would keep the link busy for longer than
 * JPEG_USEC: what is in motion is better seen soon, and gets sharp when it rests.
 */
static int jpeg_quality(struct update *update, struct rect area)
{
	double bytes = update->costs.of[1][METHOD_JPEG].bytes * (double)rect_area(area);
	double usec = bytes * 1e6 / (double)link_rate(&update->link);
	int asked = update->encodings.quality;

	if (usec > JPEG_USEC)
		update->jpeg_quality--;
	else if (3 * usec < JPEG_USEC)
		update->jpeg_quality++;
	if (update->jpeg_quality < JPEG_QUALITY_LEAST)
		update->jpeg_quality = JPEG_QUALITY_LEAST;
	if (update->jpeg_quality > asked)
		update->jpeg_quality = asked;
	return update->jpeg_quality;
}

/* As several rectangles where one would be larger than viewers take. Returns how many. */
static int add_jpeg(struct update *update, const struct frame *frame, struct rect area,
		    struct out_queue *out)
{
	int quality = jpeg_quality(update, area);
	int columns = (area.w + JPEG_WIDTH_MAX - 1) / JPEG_WIDTH_MAX;
	int width = (area.w + columns - 1) / columns, height = JPEG_AREA_MAX / width, n = 0;

	for (int y = area.y; y < area.y + area.h; y += height) {
		for (int x = area.x; x < area.x + area.w; x += width) {
			struct rect part = rect_intersect(area,
							  (struct rect){ x, y, width, height });
			int r = rect_header_append(out, part, RFB_TIGHT);

			if (r < 0)
				return r;
			long length = jpeg_encoder_add(&update->jpeg, frame, part, quality, out);
			if (length < 0)
				return (int)length;
			n++;
		}
	}
	return n;
}

static int add_band_by_library(struct update *update, struct rect band, enum method method,
			       struct out_queue *out)
{
	static const int32_t encodings[N_METHODS] = {
		[METHOD_RAW] = RFB_RAW,		[METHOD_ZRLE] = RFB_ZRLE,
		[METHOD_TIGHT] = RFB_TIGHT,	[METHOD_JPEG] = RFB_TIGHT,
		[METHOD_HEXTILE] = RFB_HEXTILE,
	};
	struct rfb_levels levels = {
		.compression = update->mode == COMPRESSION_BEST ? 6 : 1,
		.quality = method == METHOD_JPEG ? update->encodings.quality : -1,
	};
	int n = rfb_update_begin(update->client);

	if (n >= 0)
		n = rfb_update_rect(update->client, encodings[method], &levels, band);
	long length = rfb_update_end(update->client, out);
	return n < 0 ? n : length < 0 ? (int)length : n;
}

/*
 * libvncserver's encoders, and raw pixels in the viewer's own format. In bands of whole tiles, as
 * nothing can be done while it encodes.
 */
static int add_by_library(struct update *update, struct rect area, enum method method,
			  struct out_queue *out)
{
	int tiles = INTERLUDE_BYTES / (area.w * 4 * TILE_SIZE), n = 0;
	int height = (tiles ? tiles : 1) * TILE_SIZE;

	for (int y = area.y; y < area.y + area.h; y += height) {
		struct rect band = rect_intersect(area, (struct rect){ area.x, y, area.w, height });
		int r = add_band_by_library(update, band, method, out);

		if (r < 0)
			return r;
		n += r;
		interlude_after(update->source.interlude, rect_area(band) * 4);
	}
	return n;
}

static uint64_t cpu_nsec(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static enum method choose(const struct update *update, size_t pixels, bool native, bool picture,
			  bool moving)
{
	struct choice choice = {
		.mode = update->mode,
		.encodings = &update->encodings,
		.no_zrle = update->used_zlib || !rfb_client_zrle_is_right(update->client),
		.no_zlib = update->used_zrle,
		.native = native,
		.local = link_is_local(&update->link),
		.rate = link_rate(&update->link),
		.picture = picture,
		.moving = moving,
		.pixels = pixels,
	};

	return choose_method(&choice, &update->costs);
}

/* Encodes `area` by `method`, and learns what that costs. Returns the rectangles made, or -errno.
 */
static int add_encoded(struct update *update, const struct frame *frame, struct rect area,
		       enum method method, bool picture, bool native, struct out_queue *out)
{
	uint64_t start = cpu_nsec(), bytes = out->bytes_left;
	int n;

	update->used_zlib |= method_is_zlib(method);
	update->used_zrle |= method == METHOD_ZRLE;
	if (method_is_zlib(method))
		n = add_zlib(update, frame, area, method, out);
	else if (method == METHOD_JPEG && picture && native && jpeg_encoder_takes(frame))
		n = add_jpeg(update, frame, area, out);
	else
		n = add_by_library(update, area, method, out);
	if (n < 0)
		return n;
	method_costs_learn(&update->costs, method, picture, rect_area(area), cpu_nsec() - start,
			   out->bytes_left - bytes);
	refresh_sent(&update->refresh, area, method_is_lossy(method));
	return n;
}

/* `pixels`: of this kind in the update; 0: to be sent without loss, whatever it takes. */
static int add_rect(struct update *update, const struct frame *frame, struct rect area,
		    bool picture, size_t pixels, struct out_queue *out)
{
	bool native = rfb_client_takes_frame_pixels(update->client);
	bool local = link_is_local(&update->link);
	bool moving = !local && pixels && refresh_is_moving(&update->refresh, area);
	enum method method = choose(update, pixels, native, picture, moving);

	update->last_encoding = method_name(method);
	if (method == METHOD_RAW && native) {
		if (!local)
			refresh_sent(&update->refresh, area, false);
		return add_raw(frame, area, out);
	}
	return add_encoded(update, frame, area, method, picture, native, out);
}

/* ---- one update ---- */

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
	if (!was_still || first || !link_is_local(&update->link))
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

/* Black: zeros in every format, and in the frame's own the bits that are no colour as there. */
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

/* The screen is smaller now than the viewer can be told: what it has of it outside goes, once. */
static int add_blank(struct update *update, struct out_queue *out)
{
	const struct size_view *size = &update->size_view;
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

/* What is no pixels: ours, and libvncserver's. Returns how many rectangles, or -errno. */
static int add_news(struct update *update, struct out_queue *out)
{
	int ours = extension_view_add(&update->extension_view, &update->encodings,
				      *update->source.leds, out);

	if (ours < 0 || !rfb_client_has_news(update->client))
		return ours;
	int n = rfb_update_begin(update->client);
	if (n >= 0)
		n = rfb_update_news(update->client);
	long length = rfb_update_end(update->client, out);
	return n < 0 ? n : length < 0 ? (int)length : ours + n;
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

		if (refresh_is_moving(&update->refresh, area)) {
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

/* The first `n` of update->rects, all of one kind. See add_rect and add_rects. */
static int add_kind(struct update *update, const struct frame *frame, size_t n, bool picture,
		    size_t pixels, struct out_queue *out, bool *touched)
{
	struct rect pointer = cursor_shape_area(&update->cursor.shape, update->cursor.x,
						update->cursor.y);
	struct rect visible = visible_part(update);
	int total = 0;

	for (size_t i = 0; i < n; i++) {
		struct rect area = rect_intersect(update->rects[i], visible);

		if (rect_is_empty(area))
			continue;
		int r = add_rect(update, frame, area, picture, pixels, out);
		if (r < 0)
			return r;
		total += r;
		*touched |= !rect_is_empty(rect_intersect(area, pointer));
		update->n_pixels += rect_area(area);
	}
	return total;
}

/* The first `n` of update->rects. Returns how many rectangles they have become, or -errno. */
static int add_rects(struct update *update, const struct frame *frame, size_t n, bool exact,
		     struct out_queue *out, bool *touched)
{
	int made[2] = { 0 };

	if (link_is_local(&update->link)) /* gets both alike, best in few large rectangles */
		return add_kind(update, frame, n, false, 0, out, touched);
	sort_rects(update, frame, n);
	for (int kind = 0; kind < 2; kind++) {
		size_t pixels = exact ? 0 : tile_map_area(&update->kinds[kind]);

		n = tile_map_rects(&update->kinds[kind], update->rects);
		made[kind] = add_kind(update, frame, n, kind, pixels, out, touched);
		if (made[kind] < 0)
			return made[kind];
	}
	return made[0] + made[1];
}

/* What is unseen, apart from a `rest` that is to stay so. */
static int add_unseen(struct update *update, const struct frame *frame, struct out_queue *out,
		      uint64_t now, bool *touched, struct rect *ret_rest)
{
	size_t n = tile_map_rects(&update->unseen, update->rects);

	n = halve(update, n, now, ret_rest);
	return add_rects(update, frame, n, false, out, touched);
}

/* Falls by half at most: after something flat, what comes next may be a photograph. */
static void note_refresh(struct update *update, size_t bytes, size_t pixels)
{
	double cost = (double)bytes / (double)pixels, least = update->refresh_cost / 2;

	update->refresh_cost = cost > least ? cost : least;
}

/*
 * A part of what is to be refreshed: little where something else was to be sent as well, so
 * that this is not delayed, more where nothing was.
 */
static int add_refresh(struct update *update, const struct frame *frame, struct out_queue *out,
		       bool *touched)
{
	if (!refresh_is_due(&update->refresh))
		return 0;
	uint64_t beside = update->link.min_rtt / 4 > 10000 ? update->link.min_rtt / 4 : 10000;
	uint64_t usec = update->n_pixels ? beside : 100000;
	double bytes = (double)link_rate(&update->link) * (double)usec / 1e6;
	size_t before = out->bytes_left, n_pixels = update->n_pixels;

	refresh_take(&update->refresh, (size_t)(bytes / update->refresh_cost));
	size_t n = tile_map_rects(&update->refresh.taken, update->rects);
	int r = add_rects(update, frame, n, true, out, touched);
	if (update->n_pixels > n_pixels)
		note_refresh(update, out->bytes_left - before, update->n_pixels - n_pixels);
	return r;
}

/* The parts of an update that change the picture, the pointer last. */
static int add_picture(struct update *update, const struct frame *frame, struct out_queue *out,
		       uint64_t now, struct rect *ret_rest)
{
	const struct cursor_state *cursor = &update->cursor;
	struct rect visible = visible_part(update);
	bool touched = !rect_is_empty(rect_intersect(update->cursor_view.painted, update->move.to));
	int n[6] = { 0 }, total = 0, r = 0;

	r = n[0] = cursor_view_begin(&update->cursor_view, &update->encodings, cursor, visible,
				     update->client, &update->unseen, out);
	if (r >= 0)
		r = n[1] = add_move(update, out);
	if (r >= 0)
		r = n[2] = add_unseen(update, frame, out, now, &touched, ret_rest);
	if (r >= 0)
		r = n[3] = add_refresh(update, frame, out, &touched);
	if (r >= 0)
		r = n[4] = add_blank(update, out);
	if (r >= 0)
		r = n[5] = cursor_view_paint(&update->cursor_view, &update->encodings, cursor,
					     visible, touched, frame, update->client, out);
	for (int i = 0; i < 6; i++)
		total += n[i];
	return r < 0 ? r : total;
}

/* The size first; the picture only where the viewer is not to throw it away. */
static int add_body(struct update *update, const struct frame *frame, struct out_queue *out,
		    uint64_t now, struct rect *ret_rest)
{
	bool alone = update_is_of_size(update);
	bool resized = update->size_view.width != frame->width ||
		       update->size_view.height != frame->height;
	int size = size_view_add(&update->size_view, &update->encodings, frame->width,
				 frame->height, update->source.layout, out);

	if (size < 0 || alone) {
		*ret_rest = (struct rect){ 0, 0, frame->width, frame->height };
		tile_map_add(&update->unseen, resized ? *ret_rest : update->move.to);
		update->move.to = (struct rect){ 0, 0, 0, 0 };
		return size;
	}
	int news = add_news(update, out);
	if (news < 0)
		return news;
	int picture = add_picture(update, frame, out, now, ret_rest);
	return picture < 0 ? picture : size + news + picture;
}

long update_compose(struct update *update, const struct frame *frame, struct out_queue *out,
		    uint64_t now)
{
	size_t start = out->own_length;
	struct rect rest = { 0, 0, 0, 0 };
	int total, r = out_queue_append(out, (uint8_t[4]){ 0 }, 4);

	update->n_pixels = 0;
	update->cursor = *update->source.cursor; /* which an interlude may move */
	total = r < 0 ? r : add_body(update, frame, out, now, &rest);
	if (total < 0)
		return total;
	if (total >= UINT16_MAX)
		return -EOVERFLOW; /* 65535 would mean: until a LastRect */
	out->own[start + 2] = (uint8_t)(total >> 8);
	out->own[start + 3] = (uint8_t)total;
	tile_map_keep(&update->unseen, rest);
	return (long)update->n_pixels;
}
