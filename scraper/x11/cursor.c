/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cursor.h"

#include <errno.h>
#include <stdlib.h>

#include <X11/Xlib-xcb.h>

#include "common/log.h"

void cursor_init(struct cursor *cursor)
{
	*cursor = (struct cursor){ .stale = true };
}

void cursor_finish(struct cursor *cursor)
{
	cursor_image_finish(&cursor->state.shape);
	*cursor = (struct cursor){ 0 };
}

void cursor_changed(struct cursor *cursor)
{
	cursor->stale = true;
}

void cursor_moved(struct cursor *cursor, int x, int y)
{
	cursor->state.x = x;
	cursor->state.y = y;
}

uint64_t cursor_update_due(const struct cursor *cursor)
{
	return cursor->stale ? cursor->fetched + CURSOR_INTERVAL : UINT64_MAX;
}

/* Xlib hands out each 32-bit pixel in a long. */
static int convert(const XFixesCursorImage *image, struct cursor_image *ret_shape)
{
	size_t n = (size_t)image->width * image->height;
	uint32_t *argb = malloc((n ? n : 1) * sizeof(*argb));

	if (!argb)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		argb[i] = (uint32_t)image->pixels[i];
	int r = cursor_image_init(ret_shape, image->width, image->height, image->xhot, image->yhot,
				  argb);
	free(argb);
	return r;
}

void cursor_update(struct cursor *cursor, struct display *display, uint64_t now)
{
	struct cursor_image shape;

	if (cursor_update_due(cursor) > now)
		return;
	cursor->stale = false;
	cursor->fetched = cursor->asked = now;
	XFixesCursorImage *image = XFixesGetCursorImage(display->x);
	/* It fails under the SECURITY extension when the client that made the cursor is gone. */
	int r = image ? convert(image, &shape) : cursor_image_init_arrow(&shape);
	if (r < 0) {
		log_warning("keeping the old pointer shape: out of memory");
	} else {
		cursor_image_finish(&cursor->state.shape);
		cursor->state.shape = shape;
	}
	if (!image)
		return;
	cursor_moved(cursor, image->x, image->y);
	XFree(image);
}

uint64_t cursor_follow_due(const struct cursor *cursor)
{
	return cursor->asked + CURSOR_INTERVAL;
}

void cursor_ask(struct cursor *cursor, struct display *display, uint64_t now)
{
	if (cursor->request || cursor_follow_due(cursor) > now)
		return;
	cursor->asked = now;
	cursor->request = xcb_query_pointer(XGetXCBConnection(display->x),
					    (xcb_window_t)display->root)
				  .sequence;
}

void cursor_follow(struct cursor *cursor, struct display *display, uint64_t now)
{
	cursor_ask(cursor, display, now);
	if (!cursor->request)
		return;
	xcb_query_pointer_reply_t *reply = xcb_query_pointer_reply(
		XGetXCBConnection(display->x), (xcb_query_pointer_cookie_t){ cursor->request },
		NULL);
	cursor->request = 0;
	if (reply)
		cursor_moved(cursor, reply->root_x, reply->root_y);
	free(reply);
}
