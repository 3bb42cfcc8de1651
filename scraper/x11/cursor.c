/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cursor.h"

#include <stdlib.h>

#include <X11/Xlib-xcb.h>
#include <xcb/xfixes.h>

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

void cursor_update(struct cursor *cursor, struct display *display, uint64_t now)
{
	struct cursor_image shape;

	if (cursor_update_due(cursor) > now)
		return;
	cursor->stale = false;
	cursor->fetched = cursor->asked = now;
	xcb_xfixes_get_cursor_image_reply_t *image = display_wait_reply(
		display, xcb_xfixes_get_cursor_image(XGetXCBConnection(display->x)).sequence,
		DISPLAY_WAIT_TAKES_INPUT);
	/* It fails under the SECURITY extension when the client that made the cursor is gone. */
	int r = image ? cursor_image_init(&shape, image->width, image->height, image->xhot,
					  image->yhot,
					  xcb_xfixes_get_cursor_image_cursor_image(image))
		      : cursor_image_init_arrow(&shape);
	if (r < 0) {
		log_warning("keeping the old pointer shape: out of memory");
	} else {
		cursor_image_finish(&cursor->state.shape);
		cursor->state.shape = shape;
	}
	if (!image)
		return;
	cursor_moved(cursor, image->x, image->y);
	free(image);
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
	xcb_query_pointer_reply_t *reply = display_wait_reply(display, cursor->request,
							      DISPLAY_WAIT_TAKES_INPUT);

	cursor->request = 0;
	if (reply && reply->same_screen)
		cursor_moved(cursor, reply->root_x, reply->root_y);
	free(reply);
}
