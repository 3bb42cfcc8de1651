/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grab_escape.h"

#include <stdlib.h>

#include <X11/Xlib-xcb.h>
#include <X11/extensions/XTest.h>
#include <xcb/xcbext.h>

#include "io_error.h"

void grab_escape_open(struct grab_escape *escape, const char *name)
{
	*escape = (struct grab_escape){ .x = io_error_open(name) };
	if (!escape->x)
		return;
	XTestGrabControl(escape->x, True);
	XSync(escape->x, False);
}

void grab_escape_close(struct grab_escape *escape)
{
	grab_escape_is_over(escape);
	if (escape->x)
		XCloseDisplay(escape->x);
	escape->x = NULL;
}

bool grab_escape_try(struct grab_escape *escape)
{
	xcb_generic_error_t *error = NULL;
	void *reply = NULL;

	if (!escape->x)
		return false;
	xcb_connection_t *c = XGetXCBConnection(escape->x);
	if (!escape->query) {
		escape->query = xcb_get_input_focus(c).sequence;
		xcb_flush(c);
		return false;
	}
	if (!xcb_poll_for_reply(c, escape->query, &reply, &error))
		return false;
	free(error);
	escape->query = 0;
	if (!reply)
		return false;
	free(reply);
	xcb_ungrab_server(c);
	xcb_flush(c);
	return true;
}

void grab_escape_is_over(struct grab_escape *escape)
{
	if (escape->x && escape->query)
		xcb_discard_reply(XGetXCBConnection(escape->x), escape->query);
	escape->query = 0;
}
