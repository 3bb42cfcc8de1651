/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "desktop_size_rect.h"

#include "common/wire.h"
#include "rect_header.h"

void desktop_size_rect_init(struct desktop_size_rect *view, int width, int height)
{
	*view = (struct desktop_size_rect){ .width = width, .height = height, .layout.n = 1 };
	view->layout.screens[0].id = 1;
	view->layout.screens[0].area = (struct rect){ 0, 0, width, height };
}

void desktop_size_rect_changed(struct desktop_size_rect *view, enum size_reason reason)
{
	view->due = true;
	view->reason = reason;
}

void desktop_size_rect_answer(struct desktop_size_rect *view, enum size_status status)
{
	view->answers = true;
	view->requested = false;
	view->status = status;
}

void desktop_size_rect_refresh(struct desktop_size_rect *view,
			       const struct client_encodings *encodings)
{
	if (client_lists(encodings, CLIENT_ENCODING_EXTENDED_DESKTOP_SIZE) && !view->due)
		desktop_size_rect_changed(view, SIZE_BY_SERVER);
}

bool desktop_size_rect_is_due(const struct desktop_size_rect *view,
			      const struct client_encodings *encodings, int width, int height)
{
	bool differs = view->width != width || view->height != height;

	/* A viewer that has requested a size takes whatever it is sent for the answer. */
	if (client_lists(encodings, CLIENT_ENCODING_EXTENDED_DESKTOP_SIZE))
		return differs || !view->was_told || view->answers ||
		       (view->due && !view->requested);
	return client_lists(encodings, CLIENT_ENCODING_DESKTOP_SIZE) && differs;
}

bool desktop_size_rect_is_alone(const struct desktop_size_rect *view,
				const struct client_encodings *encodings, int width, int height)
{
	return desktop_size_rect_is_due(view, encodings, width, height) &&
	       (view->width != width || view->height != height || !view->was_told || view->answers);
}

static int add_extended(enum size_reason reason, enum size_status status, int width, int height,
			const struct screen_layout *layout, struct out_queue *out)
{
	struct rect header = { (int)reason, (int)status, width, height };
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

/* With what the viewer knows: TigerVNC ignores the size in a refusal, libvncclient follows it. */
static int add_refusal(struct desktop_size_rect *view, struct out_queue *out)
{
	int r = add_extended(SIZE_BY_THIS_VIEWER, view->status, view->width, view->height,
			     &view->layout, out);

	if (r < 0)
		return r;
	view->answers = false;
	return 1;
}

int desktop_size_rect_add(struct desktop_size_rect *view, const struct client_encodings *encodings,
			  int width, int height, const struct screen_layout *layout,
			  struct out_queue *out)
{
	bool extended = client_lists(encodings, CLIENT_ENCODING_EXTENDED_DESKTOP_SIZE);
	int r;

	if (!desktop_size_rect_is_due(view, encodings, width, height))
		return 0;
	if (extended && view->answers && view->status != SIZE_DONE)
		return add_refusal(view, out);
	if (extended)
		r = add_extended(view->answers ? SIZE_BY_THIS_VIEWER : view->reason, SIZE_DONE,
				 width, height, layout, out);
	else
		r = rect_header_append(out, (struct rect){ 0, 0, width, height }, -223);
	if (r < 0)
		return r;
	*view = (struct desktop_size_rect){ .width = width,
					    .height = height,
					    .layout = *layout,
					    .requested = view->requested,
					    .was_told = view->was_told || extended };
	return 1;
}
