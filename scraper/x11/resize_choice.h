/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to do about a viewer's request for another size of the desktop. Decides only; knows no X. */
#ifndef GPUDESK_RESIZE_CHOICE_H
#define GPUDESK_RESIZE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/screen_layout.h"

enum {
	RESIZE_WIDTH_LEAST = 320, /* pixels; below, no desktop can be worked with */
	RESIZE_HEIGHT_LEAST = 200,
	RESIZE_SIDE_MOST = 7680, /* and 7680x4320 pixels in all: beyond, no mode is made */
	RESIZE_LOWER_SIDE_MOST = 4320,
};

struct resize_mode {
	int width, height; /* of the picture, so turned when the screen is */
	unsigned refresh;  /* 1/1000 Hz, 0: not known */
};

/* What the X server can do. */
struct resize_abilities {
	const struct resize_mode *modes; /* of the one monitor that is on */
	size_t n_modes;
	bool takes_modes;    /* new ones may be made for that monitor */
	bool has_no_monitor; /* none is on: the size is free */
	bool may_not;	     /* by configuration, or there are several monitors */
	int width, height;   /* now */
	int least_width, least_height, most_width, most_height;
};

enum resize_action {
	RESIZE_NOTHING,	 /* it is so already, or as near as can be */
	RESIZE_USE_MODE, /* `mode` of those there are */
	RESIZE_NEW_MODE, /* width x height */
	RESIZE_SCREEN,	 /* width x height, without a monitor */
};

struct resize_plan {
	enum resize_action action;
	size_t mode;
	int width, height;
	enum size_status status; /* other than SIZE_DONE: RESIZE_NOTHING, refused */
};

/*
 * 1. A request that is none (no pixels, no or several screens) is refused, and so is one beyond
 *    7680x4320, and all where it may not be.
 * 2. A mode of exactly that size is used, the one of the highest rate.
 * 3. Where modes can be made, or there is no monitor, the size is made, within the limits.
 * 4. Otherwise the largest mode that fits into the request, so that all of the desktop is seen
 * without scrolling; the smallest one where none does.
 */
struct resize_plan resize_choose(struct size_request request,
				 const struct resize_abilities *abilities);

#endif
