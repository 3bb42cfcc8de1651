/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the program that has the focus whether it has read the keys that were typed, as window
 * managers ask whether a program is alive (_NET_WM_PING of EWMH). Programs read their events in
 * order, so the answer comes when they have looked up what all keys before it mean. Today's
 * toolkits answer; xterm does not.
 */
#ifndef GPUDESK_FOCUS_PING_H
#define GPUDESK_FOCUS_PING_H

#include <stdbool.h>
#include <stdint.h>

#include "display.h"

struct focus_ping {
	struct display *display;
	Atom protocols, ping;
	Window focus;	  /* whose answer is awaited; None: no answer is */
	Window window;	  /* its top-level window */
	uint64_t sent;	  /* ms */
	unsigned n_pings; /* identifies the answer */
};

/* Changes nothing on the desktop. */
void focus_ping_init(struct focus_ping *ping, struct display *display);

/* The window that has the focus, or None. One round trip. */
Window focus_ping_window(const struct focus_ping *ping);

/*
 * Asks the program of the window `focus`, unless its answer is awaited already. `now`: ms. Returns
 * whether it is one that answers. A few round trips.
 */
bool focus_ping_send(struct focus_ping *ping, Window focus, uint64_t now);

/* Whether the event is the answer, from the program of the window that is returned. */
bool focus_ping_is_answer(struct focus_ping *ping, const XEvent *event, Window *ret_focus);

#endif
