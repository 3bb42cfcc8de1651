/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connection to the X server: its extensions, errors and events. Damage, cursor and size are
 * tracked only between display_watch and display_unwatch.
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
#include "grab_escape.h"
#include "io_error.h"

/* What may be done while a reply is awaited. */
enum display_wait {
	DISPLAY_WAIT_ONLY,	  /* no input: some is being handled */
	DISPLAY_WAIT_TAKES_INPUT, /* input, which may in turn wait for replies */
};

struct display_callbacks {
	/* Something was drawn since the last display_take_damage. */
	void (*damaged)(void *userdata);
	void (*cursor_changed)(void *userdata);
	void (*resized)(void *userdata); /* width and height are the new ones */
	void (*layout_changed)(void *userdata);
	void (*xkb)(void *userdata, XEvent *event); /* any event of XKB */
	void (*other)(const XEvent *event, void *userdata);
	/*
	 * Returns when `fd` is readable, or something else was done, as it may. NULL: nothing else
	 * is.
	 */
	void (*wait)(void *userdata, int fd, enum display_wait may);
	/*
	 * The X server is gone; may be called again. Unless IO_ERROR_RETURNS, it must not return,
	 * since Xlib would then end the process. After it, the display can only be closed: all else
	 * does nothing, and answers are empty.
	 */
	void (*lost)(void *userdata);
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
	int xkb_event;		   /* 0: no XKB */
	Damage damage;		   /* None unless watched */
	XserverRegion region;	   /* scratch space of display_take_damage */
	struct grab_escape escape; /* only with XTEST */
	struct display_callbacks callbacks;
	void *userdata;
};

enum { DISPLAY_DAMAGE_MAX = 64 }; /* rectangles */

/*
 * Connects to display `name` with the authority file `xauthority` (NULL: Xlib's own choice), reads
 * its size, format and extensions, and takes XTEST's grab control: no grab of the server by another
 * program holds up this connection. Waits for the X server, see display_opening.h. Returns 0,
 * -ECONNREFUSED, -ENOTSUP for a display that cannot be served, both with a sentence for the viewer
 * and the log in ret_reason, or -errno.
 */
int display_open(struct display *display, const char *name, const char *xauthority,
		 const struct display_callbacks *callbacks, void *userdata, char *ret_reason,
		 size_t reason_size);
void display_close(struct display *display);

/*
 * Gives up an X server that does not answer: from now on it is as if that was gone. Only where
 * IO_ERROR_RETURNS.
 */
void display_give_up(struct display *display);

/* The descriptor to poll for display_dispatch. */
int display_fd(const struct display *display);

/* Handles all events that have arrived, and sends what Xlib has buffered. Never waits. */
void display_dispatch(struct display *display);

/*
 * Handles the report of drawing that X made before it came to the request of xcb with that sequence
 * number, if it has arrived: it has if the request's reply has. Returns whether there was one. No
 * other event is handled. Never waits.
 */
bool display_dispatch_damage(struct display *display, unsigned before);

/* Sends what Xlib has buffered. Returns whether events are queued that poll would not report. */
bool display_flush(struct display *display);

/*
 * Waits for the reply to the request of xcb with that sequence number, by `wait`. Returns the
 * reply, for free(), or NULL if the X server has answered with an error.
 */
void *display_wait_reply(struct display *display, unsigned sequence, enum display_wait may);

/*
 * Waits until the X server has done all that was requested so far, without taking input. Round
 * trips of Xlib, during which a stopped X server would stop everything, are short after this.
 */
void display_sync(struct display *display);

/* Start and stop tracking damage, cursor and size. */
void display_watch(struct display *display);
void display_unwatch(struct display *display);

/* While the display is watched: also passes messages to the root window to `other`, or not. */
void display_watch_messages(struct display *display, bool on);

/*
 * Overwrites the buffers of Xlib and xcb with no-ops and pixels, since clipboard text that was sent
 * or received would stay in them. Some round trips.
 */
void display_wipe_buffers(struct display *display);

/*
 * Writes the rectangles that were drawn since the last call, clipped to the screen, and returns
 * their number; more than DISPLAY_DAMAGE_MAX are joined into one. Drawing from now on calls
 * `damaged` again. One round trip.
 */
size_t display_take_damage(struct display *display, struct rect ret_damage[DISPLAY_DAMAGE_MAX]);

#endif
