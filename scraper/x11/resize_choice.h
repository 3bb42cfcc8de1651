/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How to meet a viewer's request for another size of the desktop. A pure decision. */
#ifndef GPUDESK_RESIZE_CHOICE_H
#define GPUDESK_RESIZE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/screen_layout.h"

enum {
	RESIZE_WIDTH_MIN = 320, /* pixels; on less, no desktop is usable */
	RESIZE_HEIGHT_MIN = 200,
	RESIZE_LONG_SIDE_MAX = 7680,
	RESIZE_SHORT_SIDE_MAX = 4320,
};

struct resize_mode {
	int width, height; /* pixels of the picture: exchanged when the monitor is turned */
	unsigned refresh;  /* mHz; 0: not known */
};

/* What the X server can do. */
struct resize_abilities {
	const struct resize_mode *modes; /* of the first monitor */
	size_t n_modes;
	bool takes_modes;   /* modes may be added to monitors */
	int n_monitors;	    /* that are on; 0: the size is free */
	bool is_prohibited; /* the limits are not known, or too many monitors are on */
	int width, height;  /* now, pixels */
	int min_width, min_height, max_width, max_height;
};

enum resize_action {
	RESIZE_NOTHING,	 /* refused, or nothing comes nearer than the present size */
	RESIZE_USE_MODE, /* number `mode` of the modes */
	RESIZE_NEW_MODE, /* width x height */
	RESIZE_SHARE,	 /* width x height, of which each monitor has its share in a new mode */
	RESIZE_SCREEN,	 /* width x height, without a monitor */
};

struct resize_plan {
	enum resize_action action;
	size_t mode;
	int width, height;
	enum size_status status; /* other than SIZE_DONE: refused */
};

/*
 * 1. An invalid request (no pixels, no screen or several) is refused, and so is one beyond
 *    7680x4320 or 4320x7680, and any while resizing is prohibited.
 * 2. A mode of exactly that size is used: the one with the highest rate.
 * 3. Without a monitor, or where a mode can be added, that size is made, within the limits.
 * 4. Otherwise the largest mode that fits into the request is used, so that the viewer shows all
 *    of the desktop without scrolling; the smallest mode where none fits.
 * 5. Several monitors keep their arrangement, and each gets its share of the size, where modes can
 *    be added. Otherwise the request is refused.
 */
struct resize_plan resize_choose(struct size_request request,
				 const struct resize_abilities *abilities);

/*
 * The share of a monitor that shows `area` of a screen of old_width x old_height when that becomes
 * width x height. Monitors side by side stay so.
 */
struct rect resize_share(struct rect area, int old_width, int old_height, int width, int height);

#endif
