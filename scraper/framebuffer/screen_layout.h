/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The desktop's monitors, and requests to resize it (ExtendedDesktopSize, rfbproto.rst). */
#ifndef GPUDESK_SCREEN_LAYOUT_H
#define GPUDESK_SCREEN_LAYOUT_H

#include <stdint.h>

#include "rect.h"

enum { SCREENS_MAX = 16 };

/* The monitors that show the desktop; at least one. */
struct screen_layout {
	int n;
	struct {
		uint32_t id; /* not 0: libvncclient takes that for no screen */
		struct rect area;
	} screens[SCREENS_MAX];
};

/* A viewer's SetDesktopSize. */
struct size_request {
	int width, height; /* pixels */
	int n_screens;
};

/* The result of such a request, in the numbers of ExtendedDesktopSize. */
enum size_status {
	SIZE_DONE = 0,
	SIZE_PROHIBITED = 1,
	SIZE_NO_RESOURCES = 2,
	SIZE_INVALID_LAYOUT = 3,
};

#endif
