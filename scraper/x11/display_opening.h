/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens a display in a thread, because Xlib waits until the X server answers: that takes as long as
 * another program grabs the server. Meanwhile nothing else may use Xlib, and the display belongs to
 * the thread. Times are µs.
 */
#ifndef GPUDESK_DISPLAY_OPENING_H
#define GPUDESK_DISPLAY_OPENING_H

#include <stdint.h>
#include <systemd/sd-event.h>

#include "display.h"

struct display_opening;

/*
 * From the event loop: the display is open (0), or cannot be opened, as display_open() says; either
 * is the last call, and the opening is freed. -ETIMEDOUT: not within the limit, but it goes on.
 * `reason` is for the viewer and the log, "" with 0.
 */
typedef void (*display_opening_fn)(int r, const char *reason, void *userdata);

struct display_opening_options {
	const char *name;	/* of the display */
	const char *xauthority; /* NULL: Xlib's own choice */
	const struct display_callbacks *callbacks;
	void *display_userdata; /* for these */
	uint64_t limit;
};

/* Starts to open `display`, which must stay where it is. Returns 0 or -errno. */
int display_opening_start(sd_event *event, struct display *display,
			  const struct display_opening_options *options, display_opening_fn done,
			  void *userdata, struct display_opening **ret_opening);

/* Somebody waits for it again: after a timeout, the limit counts from now. */
void display_opening_await(struct display_opening *opening);

/* Why there is no picture, where X server `name` has been silent for `usec`. */
void display_opening_explain_silence(const char *name, uint64_t usec, char *ret_reason,
				     size_t size);

/*
 * For the end of the process: `done` is not called any more. The thread may still wait for X, so
 * what it uses, the display and its userdata, must not be freed, and exit() runs no destructors,
 * nor what was registered with it before.
 */
void display_opening_abandon(struct display_opening *opening);

#endif
