/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cursor_rect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rect_header.h"

enum way {
	PAINTED,
	X_CURSOR,
	RICH_CURSOR,
	ALPHA_CURSOR,
};

static enum way way_of(const struct client_encodings *encodings)
{
	if (client_lists(encodings, CLIENT_ENCODING_ALPHA_CURSOR))
		return ALPHA_CURSOR;
	if (client_lists(encodings, CLIENT_ENCODING_CURSOR))
		return RICH_CURSOR;
	return client_lists(encodings, CLIENT_ENCODING_X_CURSOR) ? X_CURSOR : PAINTED;
}

bool cursor_rect_is_painted(const struct client_encodings *encodings)
{
	return way_of(encodings) == PAINTED;
}

static struct rect wanted_area(const struct client_encodings *encodings,
			       const struct cursor_state *cursor, struct rect visible)
{
	if (way_of(encodings) != PAINTED)
		return (struct rect){ 0, 0, 0, 0 };
	return rect_intersect(cursor_image_area(&cursor->shape, cursor->x, cursor->y), visible);
}

static bool is_same(struct rect a, struct rect b)
{
	return (rect_is_empty(a) && rect_is_empty(b)) ||
	       (a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h);
}

/* Whether the right thing is painted. At the screen's edges, equal areas show different parts. */
static bool is_painted_right(const struct cursor_rect *view, struct rect wanted,
			     const struct cursor_state *cursor)
{
	if (!is_same(view->painted, wanted))
		return false;
	return rect_is_empty(wanted) || (view->painted_id == cursor->shape.id &&
					 view->x == cursor->x && view->y == cursor->y);
}

static bool shape_is_due(const struct cursor_rect *view, const struct client_encodings *encodings,
			 const struct cursor_state *cursor)
{
	return way_of(encodings) != PAINTED && view->shape_id != cursor->shape.id;
}

static bool position_is_due(const struct cursor_rect *view,
			    const struct client_encodings *encodings,
			    const struct cursor_state *cursor)
{
	return way_of(encodings) != PAINTED &&
	       client_lists(encodings, CLIENT_ENCODING_POINTER_POSITION) &&
	       (!view->position_known || view->x != cursor->x || view->y != cursor->y);
}

bool cursor_rect_has_news(const struct cursor_rect *view, const struct client_encodings *encodings,
			  const struct cursor_state *cursor, struct rect visible)
{
	if (!cursor->shape.argb)
		return false;
	return shape_is_due(view, encodings, cursor) || position_is_due(view, encodings, cursor) ||
	       !is_painted_right(view, wanted_area(encodings, cursor, visible), cursor);
}

void cursor_rect_moved(struct cursor_rect *view, int x, int y)
{
	/* x and y also say where it is painted, which changes only when it is painted again. */
	if (!rect_is_empty(view->painted))
		return;
	view->position_known = true;
	view->x = x;
	view->y = y;
}

void cursor_rect_forget(struct cursor_rect *view)
{
	view->painted = (struct rect){ 0, 0, 0, 0 };
	view->painted_id = 0;
}

/* ---- shapes ---- */

static int add_alpha(const struct cursor_image *shape, struct out_queue *out)
{
	size_t length = 4 * (size_t)shape->width * (size_t)shape->height;
	uint8_t *to = out_queue_reserve(out, 4 + length);

	if (!to)
		return -ENOMEM;
	memset(to, 0, 4); /* Raw */
	cursor_image_rgba(shape, to + 4);
	return 0;
}

static int add_rich(const struct cursor_image *shape, struct rfb_client *client,
		    struct out_queue *out)
{
	struct pixel_format format = rfb_client_frame_format(client);
	size_t n = (size_t)shape->width * (size_t)shape->height;
	size_t stride = (size_t)shape->width * (size_t)format.bits_per_pixel / 8;
	size_t length = n * rfb_client_pixel_bytes(client);
	size_t mask = cursor_image_row_bytes(shape) * (size_t)shape->height;
	uint8_t *pixels = malloc(stride * (size_t)shape->height);
	uint8_t *to = pixels ? out_queue_reserve(out, length + mask) : NULL;

	if (to) {
		cursor_image_pixels(shape, &format, pixels);
		rfb_client_translate(client, pixels, stride, shape->width, shape->height, to);
		cursor_image_mask(shape, to + length);
	}
	free(pixels);
	return to ? 0 : -ENOMEM;
}

static int add_x(const struct cursor_image *shape, struct out_queue *out)
{
	size_t bits = cursor_image_row_bytes(shape) * (size_t)shape->height;
	uint8_t *to = out_queue_reserve(out, 6 + 2 * bits);

	if (!to)
		return -ENOMEM;
	cursor_image_bitmap(shape, to + 6, to, to + 3);
	cursor_image_mask(shape, to + 6 + bits);
	return 0;
}

static int add_shape(struct cursor_rect *view, enum way way, const struct cursor_image *shape,
		     struct rfb_client *client, struct out_queue *out)
{
	static const int32_t encodings[] = {
		[X_CURSOR] = -240,
		[RICH_CURSOR] = -239,
		[ALPHA_CURSOR] = -314,
	};
	struct rect header = { shape->hot_x, shape->hot_y, shape->width, shape->height };
	int r = rect_header_append(out, header, encodings[way]);

	if (r >= 0)
		r = way == ALPHA_CURSOR	 ? add_alpha(shape, out)
		    : way == RICH_CURSOR ? add_rich(shape, client, out)
					 : add_x(shape, out);
	if (r < 0)
		return r;
	view->shape_id = shape->id;
	return 1;
}

static int add_position(struct cursor_rect *view, const struct cursor_state *cursor,
			struct out_queue *out)
{
	int r = rect_header_append(out, (struct rect){ cursor->x, cursor->y, 0, 0 }, -232);

	if (r < 0)
		return r;
	cursor_rect_moved(view, cursor->x, cursor->y);
	return 1;
}

int cursor_rect_begin(struct cursor_rect *view, const struct client_encodings *encodings,
		      const struct cursor_state *cursor, struct rect visible,
		      struct rfb_client *client, struct tile_map *unseen, struct out_queue *out)
{
	int n = 0;

	if (!cursor->shape.argb)
		return 0;
	if (!is_painted_right(view, wanted_area(encodings, cursor, visible), cursor)) {
		if (!rect_is_empty(view->painted))
			tile_map_add(unseen, view->painted);
		cursor_rect_forget(view);
	}
	if (shape_is_due(view, encodings, cursor)) {
		int r = add_shape(view, way_of(encodings), &cursor->shape, client, out);

		if (r < 0)
			return r;
		n += r;
	}
	if (position_is_due(view, encodings, cursor)) {
		int r = add_position(view, cursor, out);

		if (r < 0)
			return r;
		n += r;
	}
	return n;
}

/* ---- the painted pointer ---- */

static int add_painted(const struct cursor_state *cursor, struct rect area,
		       const struct frame *frame, struct rfb_client *client, struct out_queue *out)
{
	struct pixel_format format = rfb_client_frame_format(client);
	size_t stride = (size_t)area.w * (size_t)frame->bytes_per_pixel;
	uint8_t *pixels = malloc(stride * (size_t)area.h), *to;

	if (!pixels)
		return -ENOMEM;
	to = out_queue_reserve(out, rect_area(area) * rfb_client_pixel_bytes(client));
	if (to) {
		for (int row = 0; row < area.h; row++)
			memcpy(pixels + (size_t)row * stride, frame_at(frame, area.x, area.y + row),
			       stride);
		cursor_image_paint(&cursor->shape, cursor->x, cursor->y, &format, area, pixels,
				   stride);
		rfb_client_translate(client, pixels, stride, area.w, area.h, to);
	}
	free(pixels);
	return to ? 0 : -ENOMEM;
}

int cursor_rect_paint(struct cursor_rect *view, const struct client_encodings *encodings,
		      const struct cursor_state *cursor, struct rect visible, bool touched,
		      const struct frame *frame, struct rfb_client *client, struct out_queue *out)
{
	struct rect area = wanted_area(encodings, cursor, visible);

	if (!cursor->shape.argb || rect_is_empty(area) ||
	    (!touched && is_painted_right(view, area, cursor)))
		return 0;
	int r = rect_header_append(out, area, RFB_RAW);
	if (r >= 0)
		r = add_painted(cursor, area, frame, client, out);
	if (r < 0)
		return r;
	view->painted = area;
	view->painted_id = cursor->shape.id;
	view->x = cursor->x;
	view->y = cursor->y;
	return 1;
}
