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

static int take_arrow(struct cursor_image *shape)
{
	struct cursor_image made;
	int r = cursor_image_init_arrow(&made);

	if (r < 0)
		return r;
	cursor_image_finish(shape);
	*shape = made;
	return 0;
}

/* Xlib gives each 32-bit pixel in a long. */
static int take_shape(struct cursor_image *shape, const XFixesCursorImage *image)
{
	size_t n = (size_t)image->width * image->height;
	uint32_t *argb = malloc((n ? n : 1) * sizeof(*argb));
	struct cursor_image made = { 0 };

	if (!argb)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		argb[i] = (uint32_t)image->pixels[i];
	int r = cursor_image_init(&made, image->width, image->height, image->xhot, image->yhot,
				  argb);
	free(argb);
	if (r < 0)
		return r;
	cursor_image_finish(shape);
	*shape = made;
	return 0;
}

void cursor_update(struct cursor *cursor, struct display *display, uint64_t now)
{
	if (cursor_update_due(cursor) > now)
		return;
	cursor->stale = false;
	cursor->fetched = cursor->asked = now;
	XFixesCursorImage *image = XFixesGetCursorImage(display->x);
	/* The SECURITY extension keeps the shape to itself when the client that made it is gone. */
	int r = image ? take_shape(&cursor->state.shape, image) : take_arrow(&cursor->state.shape);
	if (r < 0)
		log_warning("too little memory for the pointer's shape: it stays as it was");
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
	if (cursor->question || cursor_follow_due(cursor) > now)
		return;
	cursor->asked = now;
	cursor->question = xcb_query_pointer(XGetXCBConnection(display->x),
					     (xcb_window_t)display->root)
				   .sequence;
}

void cursor_follow(struct cursor *cursor, struct display *display, uint64_t now)
{
	cursor_ask(cursor, display, now);
	if (!cursor->question)
		return;
	xcb_query_pointer_reply_t *reply = xcb_query_pointer_reply(
		XGetXCBConnection(display->x), (xcb_query_pointer_cookie_t){ cursor->question },
		NULL);
	cursor->question = 0;
	if (reply)
		cursor_moved(cursor, reply->root_x, reply->root_y);
	free(reply);
}
