/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "x_display.h"

#include <stdlib.h>

static void ignore(void *userdata)
{
	(void)userdata;
}

static void ignore_xkb(void *userdata, XEvent *event)
{
	(void)userdata;
	(void)event;
}

static void ignore_other(const XEvent *event, void *userdata)
{
	(void)event;
	(void)userdata;
}

__attribute__((noreturn)) static void lose(void *userdata)
{
	(void)userdata;
	abort();
}

int x_display_start(struct xvfb *ret_xvfb, struct display *ret_display, const char *geometry,
		    void (*damaged)(void *userdata), void (*layout_changed)(void *userdata))
{
	const struct display_callbacks callbacks = {
		.damaged = damaged ? damaged : ignore,
		.cursor_changed = ignore,
		.resized = ignore,
		.layout_changed = layout_changed ? layout_changed : ignore,
		.xkb = ignore_xkb,
		.other = ignore_other,
		.lost = lose,
	};
	char reason[256];
	int r = xvfb_start_sized(ret_xvfb, geometry);

	if (r < 0)
		return r;
	r = display_open(ret_display, ret_xvfb->display, NULL, &callbacks, NULL, reason,
			 sizeof(reason));
	if (r < 0)
		return r;
	display_watch(ret_display);
	return 0;
}

void x_display_stop(struct xvfb *xvfb, struct display *display)
{
	display_unwatch(display);
	display_close(display);
	xvfb_stop(xvfb);
}
