/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A way out of another program's grab of the X server. XTEST's grab control should keep our
 * connection served, but the X server forgets one whose requests were just waiting when the grab
 * came (mark_client_grab() in dix/dispatch.c, as of 21.1): it is stuck until the grab ends, which
 * may wait for the viewer's button. A second connection, which is at rest, is not forgotten.
 */
#ifndef GPUDESK_GRAB_ESCAPE_H
#define GPUDESK_GRAB_ESCAPE_H

#include <stdbool.h>

#include <X11/Xlib.h>

/* All zeros: closed. */
struct grab_escape {
	Display *x;	/* NULL: there is none */
	unsigned query; /* number of the request that waits for its reply; 0: none */
};

/* Connects to display `name`, with grab control. Without it, there is no escape. */
void grab_escape_open(struct grab_escape *escape, const char *name);
void grab_escape_close(struct grab_escape *escape);

/*
 * To be called about once a second while X is silent to our other connection, and `is_over` when it
 * no longer is. If X answers this one meanwhile, ends the grab. Returns whether it did. Never
 * waits.
 */
bool grab_escape_try(struct grab_escape *escape);
void grab_escape_is_over(struct grab_escape *escape);

#endif
