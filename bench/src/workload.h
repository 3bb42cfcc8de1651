/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * workload: what its activities paint on, one display and one window, and the activities that draw
 * whole frames. Any error ends the program with a reason.
 */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <stdint.h>

#include "ticks.h"

extern struct screen {
	Display *display;
	Window root;
	GC gc;
	int width, height;
} screen;

/* The one window (or the root) that changes; x and y as in the frame that is drawn. */
extern struct window {
	Window id;
	int x, y, width, height;
} window;

extern struct ticks *ticks;

struct activity {
	const char *name;
	double fps;
	void (*setup)(void);
	void (*move)(uint32_t id); /* sets window.x and window.y of this frame; NULL: it stays */
	void (*draw)(uint32_t id);
};

/* Opens a window of this size at this place, reduced to fit small screens. */
void open_window(int x, int y, int width, int height, unsigned long background);

/* Adds a tick block with this centre, in pixels of the window. */
void add_block(int x, int y);

/* ---- frames.c: a client draws whole frames by XShmPutImage ---- */

/* An image in memory shared with X, 32 bits a pixel; it lives as long as the program. */
XImage *open_image(int width, int height, XShmSegmentInfo *segment);

void setup_view(void);
void setup_full(void);
void setup_false(void);
void setup_storm(void);
void setup_strips(void);
void setup_strips_full(void);

/* The frame in one piece, and as NVIDIA's GLX brings it to the screen: in strips. */
void draw_frame(uint32_t id);
void draw_strips(uint32_t id);

#endif
