/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "focus_ping.h"

#include <X11/Xutil.h>

enum { DEPTH_MAX = 16 }; /* windows between one with the focus and its top-level window */

void focus_ping_init(struct focus_ping *ping, struct display *display)
{
	*ping = (struct focus_ping){
		.display = display,
		.protocols = XInternAtom(display->x, "WM_PROTOCOLS", False),
		.ping = XInternAtom(display->x, "_NET_WM_PING", False),
	};
}

Window focus_ping_window(const struct focus_ping *ping)
{
	Window focus = None;
	int revert_to;

	XGetInputFocus(ping->display->x, &focus, &revert_to);
	return focus == PointerRoot || focus == ping->display->root ? None : focus;
}

static bool answers(const struct focus_ping *ping, Window window)
{
	Atom *protocols = NULL;
	bool found = false;
	int n = 0;

	if (!XGetWMProtocols(ping->display->x, window, &protocols, &n))
		return false;
	for (int i = 0; i < n; i++)
		found |= protocols[i] == ping->ping;
	XFree(protocols);
	return found;
}

/* The window, or the one around it, whose program answers; None: there is none. */
static Window find_window(const struct focus_ping *ping, Window window)
{
	for (int i = 0; i < DEPTH_MAX && window && window != ping->display->root; i++) {
		Window root, parent = None, *children = NULL;
		unsigned n;

		if (answers(ping, window))
			return window;
		if (!XQueryTree(ping->display->x, window, &root, &parent, &children, &n))
			return None;
		if (children)
			XFree(children);
		window = parent;
	}
	return None;
}

bool focus_ping_send(struct focus_ping *ping, Window focus, uint64_t now)
{
	if (focus && ping->focus == focus)
		return true;
	Window window = find_window(ping, focus);
	if (!window)
		return false;
	XEvent event = {
		.xclient = {
			.type = ClientMessage,
			.window = window,
			.message_type = ping->protocols,
			.format = 32,
			.data.l = { (long)ping->ping, (long)++ping->n_pings, (long)window },
		},
	};

	ping->focus = focus;
	ping->window = window;
	ping->sent = now;
	display_watch_messages(ping->display, true);
	XSendEvent(ping->display->x, window, False, NoEventMask, &event);
	return true;
}

bool focus_ping_is_answer(struct focus_ping *ping, const XEvent *event, Window *ret_focus)
{
	const XClientMessageEvent *message = &event->xclient;

	if (event->type != ClientMessage || !ping->focus ||
	    message->message_type != ping->protocols || message->format != 32 ||
	    (Atom)message->data.l[0] != ping->ping || message->data.l[1] != (long)ping->n_pings ||
	    (Window)message->data.l[2] != ping->window)
		return false;
	*ret_focus = ping->focus;
	ping->focus = None;
	display_watch_messages(ping->display, false);
	return true;
}
