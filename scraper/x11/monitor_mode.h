/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modes that a scraper makes for monitors: their names and timings. No I/O. */
#ifndef GPUDESK_MONITOR_MODE_H
#define GPUDESK_MONITOR_MODE_H

#include <stdbool.h>

#include <X11/Xlib.h>
#include <X11/extensions/Xrandr.h>

enum {
	MONITOR_MODE_NAME_MAX = 64,
	/* MHz; the dummy driver takes up to 300, an HDMI link about 340 */
	MONITOR_MODE_CLOCK_MAX = 290,
};

/* The name by which later scrapers know such a mode. */
void monitor_mode_name(int width, int height, char ret_name[static MONITOR_MODE_NAME_MAX]);

/* Whether a scraper made it. NULL: no. */
bool monitor_mode_is_ours(const XRRModeInfo *mode);

/*
 * A mode of width x height pixels, with 60 pictures a second, or fewer where the clock is not fast
 * enough. `name` is the caller's, and kept.
 */
XRRModeInfo monitor_mode_make(int width, int height, char *name);

/* Pictures a second, in mHz; 0: not known. */
unsigned monitor_mode_refresh(const XRRModeInfo *mode);

#endif
