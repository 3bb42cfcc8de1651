/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The monitors that show the desktop, and their modes, by RandR 1.3 (randrproto.txt). From
 * monitor_open to monitor_close, errors of X requests made here are results and are not logged;
 * those of earlier requests, which may come late, go to the handler of before. Modes made here have
 * names of their own, so that a later scraper can tell them from the X server's. The X server is
 * not grabbed, since that would wait for another program's grab: programs may see the steps. Sizes
 * and places are pixels.
 */
#ifndef GPUDESK_MONITOR_H
#define GPUDESK_MONITOR_H

#include <stdbool.h>
#include <stddef.h>

#include <X11/extensions/Xrandr.h>

#include "display.h"
#include "resize_choice.h"

enum { MONITOR_MODES_MAX = 512 };

/* A monitor that is on. */
struct monitor_place {
	RRCrtc crtc;
	RRMode mode; /* None: it was switched off meanwhile */
	struct rect area;
};

/* What can be set, and restored. */
struct monitor_arrangement {
	int width, height; /* of the screen */
	int n;
	struct monitor_place places[SCREENS_MAX];
};

struct monitor {
	struct display *display;
	XRRScreenResources *resources;
	struct monitor_arrangement now;
	XRRCrtcInfo *crtcs[SCREENS_MAX]; /* its places' own, as they were read */
	bool has_more;			 /* monitors than places */
	/* Of the first one, if there is one. */
	bool mode_is_ours; /* made by a scraper */
	XRROutputInfo *output_info;
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

bool monitor_arrangement_is_same(const struct monitor_arrangement *a,
				 const struct monitor_arrangement *b);

/* Each of these returns whether it worked; if not, all is as before. */

/* Sets what was read, or a change of it: the same monitors. */
bool monitor_arrange(struct monitor *monitor, const struct monitor_arrangement *to);

/* Without a monitor: the size of the screen. */
bool monitor_set_screen_size(struct monitor *monitor, int width, int height);

/* The one monitor in `mode`, which shows width x height, and a screen of that size. */
bool monitor_set_mode(struct monitor *monitor, RRMode mode, int width, int height);

/* The same with a new mode. */
bool monitor_set_new_mode(struct monitor *monitor, int width, int height);

/* Several monitors: a screen of that size, of which each has its share, as of `base`. */
bool monitor_share(struct monitor *monitor, const struct monitor_arrangement *base, int width,
		   int height);

/*
 * Whether the X server takes new modes at all: tries one of the present size, which certainly fits.
 * All is as before.
 */
bool monitor_takes_modes(struct monitor *monitor);

#endif
