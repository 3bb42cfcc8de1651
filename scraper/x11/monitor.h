/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The monitor that shows the desktop, and its modes, by RandR 1.3 (randrproto.txt). From
 * monitor_open to monitor_close, errors of X requests made here are results and are not logged;
 * those of earlier requests, which may come late, go to the handler of before. Modes made here have
 * names of their own, so that a later scraper can tell them from the X server's. The X server is
 * not grabbed, since that would wait for another program's grab: programs may see the steps.
 */
#ifndef GPUDESK_MONITOR_H
#define GPUDESK_MONITOR_H

#include <stdbool.h>
#include <stddef.h>

#include <X11/extensions/Xrandr.h>

#include "display.h"
#include "resize_choice.h"

enum { MONITOR_MODES_MAX = 512 };

struct monitor {
	struct display *display;
	XRRScreenResources *resources;
	int n_on;		/* monitors that are on; what follows is of the first */
	RRCrtc crtc;		/* None without a monitor */
	XRRCrtcInfo *crtc_info; /* NULL without a monitor */
	RRMode mode;		/* None without a monitor */
	bool mode_is_ours;	/* made by a scraper */
	RROutput output;
	XRROutputInfo *output_info;
	int screen_width, screen_height; /* pixels */
	struct resize_mode modes[MONITOR_MODES_MAX];
	RRMode ids[MONITOR_MODES_MAX]; /* of these modes */
	size_t n_modes;
};

/*
 * Reads what is on now (some round trips). Returns whether that worked; either way, monitor_close
 * must follow. That also deletes the modes made here that are no longer in use.
 */
bool monitor_open(struct monitor *monitor, struct display *display);
void monitor_close(struct monitor *monitor);

/* Reads CRTC number `i` of the resources (a round trip). NULL if it shows nothing. */
XRRCrtcInfo *monitor_read_crtc(struct display *display, XRRScreenResources *resources, int i);

/* Without a monitor: sets the size of the screen, in pixels. Returns whether that worked. */
bool monitor_set_screen_size(struct monitor *monitor, int width, int height);

/*
 * Puts the monitor into `mode`, which shows width x height pixels, and gives the screen that size.
 * Returns whether that worked; if not, all is as before.
 */
bool monitor_set_mode(struct monitor *monitor, RRMode mode, int width, int height);

/* The same with a new mode, which is written to ret_mode. */
bool monitor_set_new_mode(struct monitor *monitor, int width, int height, RRMode *ret_mode);

/*
 * Whether the X server takes new modes at all: tries one of the present size, which certainly fits.
 * All is as before.
 */
bool monitor_takes_modes(struct monitor *monitor);

#endif
