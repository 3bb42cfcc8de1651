/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A display of a real X server, watched, most of whose events are ignored. */
#ifndef GPUDESK_TESTS_X_DISPLAY_H
#define GPUDESK_TESTS_X_DISPLAY_H

#include "tests/scraper/xvfb.h"
#include "x11/display.h"

/* Starts an Xvfb of `geometry` and opens it. The two are called as in display.h; NULL: ignored. */
int x_display_start(struct xvfb *ret_xvfb, struct display *ret_display, const char *geometry,
		    void (*damaged)(void *userdata), void (*layout_changed)(void *userdata));
void x_display_stop(struct xvfb *xvfb, struct display *display);

#endif
