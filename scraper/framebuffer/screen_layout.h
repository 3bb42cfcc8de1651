/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The desktop's size and monitors, and what a viewer may request of them. */
#ifndef GPUDESK_SCREEN_LAYOUT_H
#define GPUDESK_SCREEN_LAYOUT_H

#include <stdint.h>

#include "rect.h"

enum { SCREENS_MAX = 16 };

/* The monitors that show the desktop; at least one. */
struct screen_layout {
	int n;
	struct {
		uint32_t id; /* never 0: libvncclient takes that for no screen */
		struct rect area;
	} screens[SCREENS_MAX];
};

/* The size that a viewer requests, in pixels. */
struct size_request {
	int width, height;
	int n_screens;
};

/* How such a request ended: the numbers of ExtendedDesktopSize (rfbproto.rst). */
enum size_status {
	SIZE_DONE = 0,
	SIZE_PROHIBITED = 1,
	SIZE_NO_RESOURCES = 2,
	SIZE_INVALID_LAYOUT = 3,
};

#endif
