/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "desktop_size_rect.h"

#include "common/wire.h"
#include "rect_header.h"

void desktop_size_rect_init(struct desktop_size_rect *view, int width, int height)
{
	*view = (struct desktop_size_rect){ .width = width, .height = height };
}

void desktop_size_rect_changed(struct desktop_size_rect *view, enum size_reason reason)
{
	view->due = true;
	if (!view->answers)
		view->reason = reason;
}

void desktop_size_rect_answer(struct desktop_size_rect *view, enum size_status status)
{
	view->due = view->answers = true;
	view->requested = false;
	view->reason = SIZE_BY_THIS_VIEWER;
	view->status = status;
}

void desktop_size_rect_refresh(struct desktop_size_rect *view,
			       const struct client_encodings *encodings)
{
	if (client_lists(encodings, CLIENT_ENCODING_EXTENDED_DESKTOP_SIZE))
		view->due = true;
}

bool desktop_size_rect_is_due(const struct desktop_size_rect *view,
			      const struct client_encodings *encodings, int width, int height)
{
	bool differs = view->width != width || view->height != height;

	/* A viewer that has requested a size takes whatever it is sent for the answer. */
	if (client_lists(encodings, CLIENT_ENCODING_EXTENDED_DESKTOP_SIZE))
		return differs || !view->was_told || (view->due && !view->requested);
	return client_lists(encodings, CLIENT_ENCODING_DESKTOP_SIZE) && differs;
}

bool desktop_size_rect_is_alone(const struct desktop_size_rect *view,
				const struct client_encodings *encodings, int width, int height)
{
	return desktop_size_rect_is_due(view, encodings, width, height) &&
	       (view->width != width || view->height != height || !view->was_told || view->answers);
}

static int add_extended(const struct desktop_size_rect *view, int width, int height,
			const struct screen_layout *layout, struct out_queue *out)
{
	struct rect header = { (int)view->reason, (int)view->status, width, height };
	uint8_t body[4 + 16 * SCREENS_MAX] = { (uint8_t)layout->n };
	uint8_t *to = body + 4;
	int r = rect_header_append(out, header, -308);

	for (int i = 0; i < layout->n; i++, to += 16) {
		const struct rect *area = &layout->screens[i].area;

		wire_write_u32(to, layout->screens[i].id);
		wire_write_u16(to + 4, (uint32_t)area->x);
		wire_write_u16(to + 6, (uint32_t)area->y);
		wire_write_u16(to + 8, (uint32_t)area->w);
		wire_write_u16(to + 10, (uint32_t)area->h);
	}
	return r < 0 ? r : out_queue_append(out, body, (size_t)(to - body));
}

int desktop_size_rect_add(struct desktop_size_rect *view, const struct client_encodings *encodings,
			  int width, int height, const struct screen_layout *layout,
			  struct out_queue *out)
{
	bool extended = client_lists(encodings, CLIENT_ENCODING_EXTENDED_DESKTOP_SIZE);
	int r;

	if (!desktop_size_rect_is_due(view, encodings, width, height))
		return 0;
	if (extended)
		r = add_extended(view, width, height, layout, out);
	else
		r = rect_header_append(out, (struct rect){ 0, 0, width, height }, -223);
	if (r < 0)
		return r;
	*view = (struct desktop_size_rect){ .width = width,
					    .height = height,
					    .requested = view->requested,
					    .was_told = view->was_told || extended };
	return 1;
}
