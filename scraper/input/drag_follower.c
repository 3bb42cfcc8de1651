/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drag_follower.h"

#include <stdbool.h>
#include <stdlib.h>

#include <X11/Xlib-xcb.h>

#include "common/timer.h"

enum {
	PAUSE = 4,	  /* times as long as X took, from one question to the next */
	SKIPPED_MAX = 31, /* motions */
};

static unsigned query_pointer(struct display *display)
{
	return xcb_query_pointer(XGetXCBConnection(display->x), (xcb_window_t)display->root)
		.sequence;
}

/* Returns whether the pointer is on our screen, and where. */
static bool read_pointer(struct display *display, unsigned query, struct pointer_place *ret_place)
{
	xcb_query_pointer_reply_t *reply = display_wait_reply(display, query, DISPLAY_WAIT_ONLY);
	bool is_here = reply && reply->same_screen;

	if (is_here)
		*ret_place = (struct pointer_place){ reply->root_x, reply->root_y };
	free(reply);
	return is_here;
}

static void forget_query(struct drag_follower *follower, struct display *display)
{
	if (follower->query)
		xcb_discard_reply(XGetXCBConnection(display->x), follower->query);
	follower->query = 0;
}

static void look(struct drag_follower *follower, struct display *display,
		 struct pointer_place viewer)
{
	struct pointer_place then, now;

	follower->asked = monotonic_now();
	follower->skipped = 0;
	unsigned query = query_pointer(display);
	bool is_known = read_pointer(display, follower->query, &then);
	follower->query = 0;
	if (read_pointer(display, query, &now) && is_known)
		pointer_drag_look(&follower->drag, then, now, viewer);
	follower->took = monotonic_now() - follower->asked;
}

struct pointer_place drag_follower_target(struct drag_follower *follower, struct display *display,
					  struct pointer_place viewer)
{
	if (follower->query && (monotonic_now() - follower->asked >= PAUSE * follower->took ||
				follower->skipped++ == SKIPPED_MAX))
		look(follower, display, viewer);
	return pointer_drag_move(&follower->drag, viewer);
}

void drag_follower_sent(struct drag_follower *follower, struct display *display,
			struct pointer_place viewer, struct pointer_place sent)
{
	forget_query(follower, display);
	pointer_drag_sent(&follower->drag, viewer, sent);
	follower->query = query_pointer(display);
}

void drag_follower_end(struct drag_follower *follower, struct display *display)
{
	forget_query(follower, display);
	follower->drag = (struct pointer_drag){ 0 };
}
