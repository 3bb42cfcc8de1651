/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connection to the X server: opening it, its extensions, errors, events. Everything that is
 * tracked on it (damage, cursor, size) exists only between display_watch and display_unwatch.
 */
#ifndef GPUDESK_DISPLAY_H
#define GPUDESK_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <X11/Xlib.h>
#include <X11/extensions/Xdamage.h>
#include <X11/extensions/Xfixes.h>

#include "framebuffer/pixel_format.h"
#include "framebuffer/rect.h"

struct display_callbacks {
	void (*damaged)(
		void *userdata); /* something was drawn since the last display_take_damage */
	void (*cursor_changed)(void *userdata);
	void (*resized)(void *userdata);	    /* width and height are the new ones */
	void (*layout_changed)(void *userdata);	    /* something about the monitors has changed */
	void (*xkb)(void *userdata, XEvent *event); /* any event of XKB */
	/* Any other event. */
	void (*other)(const XEvent *event, void *userdata);
	/* The X server is gone. Must not return: Xlib would end the process after it. */
	void (*lost)(void *userdata) __attribute__((noreturn));
};

struct display {
	Display *x;
	Window root;
	int screen;
	int width, height;	    /* pixels */
	struct pixel_format format; /* of the root window */
	int bytes_per_pixel;
	bool has_damage, has_randr, has_test, has_shm;
	int damage_event, fixes_event, randr_event;
	int xkb_event;	      /* 0: there is no XKB */
	Damage damage;	      /* None unless watched */
	XserverRegion region; /* what display_take_damage collects in */
	struct display_callbacks callbacks;
	void *userdata;
};

enum { DISPLAY_DAMAGE_MAX = 64 };

/*
 * Connects to display `name` with the authority file `xauthority` (NULL: Xlib's own choice) and
 * looks at what it can do. Returns 0 or -errno; then ret_reason has the words for the viewer and
 * the log.
 */
int display_open(struct display *display, const char *name, const char *xauthority,
		 const struct display_callbacks *callbacks, void *userdata, char *ret_reason,
		 size_t reason_size);
void display_close(struct display *display);

/* The descriptor to poll for display_dispatch. */
int display_fd(const struct display *display);

/* Handles all events that are there, and sends what Xlib has buffered. Never waits. */
void display_dispatch(struct display *display);

/* Sends what Xlib has buffered. Returns whether events are queued, which no poll would show. */
bool display_flush(struct display *display);

/* Begins and ends tracking of damage, cursor and size. */
int display_watch(struct display *display);
void display_unwatch(struct display *display);

/*
 * Overwrites what was last written to the X server and read from it, which stays in Xlib's and
 * xcb's buffers: by what says nothing and by pixels, so that no text of the clipboard is left
 * there.
 */
void display_forget(struct display *display);

/*
 * What has been drawn since the last call; later drawing calls `damaged` again. Returns the number
 * of rectangles, on the screen; more than DISPLAY_DAMAGE_MAX are joined into one. One round trip.
 */
size_t display_take_damage(struct display *display, struct rect ret_damage[DISPLAY_DAMAGE_MAX]);

#endif
