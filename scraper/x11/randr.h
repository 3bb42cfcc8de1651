/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The desktop's size and monitors by RandR: what they are, resizing for viewers, and restoring. */
#ifndef GPUDESK_RANDR_H
#define GPUDESK_RANDR_H

#include <stdbool.h>
#include <stdint.h>

#include "display.h"
#include "monitor.h"
#include "resize_choice.h"

struct randr {
	struct display *display;
	/* Whether the X server takes new modes, as far as that was tried. */
	enum { RANDR_MODES_UNKNOWN, RANDR_MODES_TAKEN, RANDR_MODES_REFUSED } modes;
	bool has_changed;		     /* the size was set by us */
	struct monitor_arrangement set, old; /* as it was set; what to restore */
};

void randr_init(struct randr *randr, struct display *display);

/*
 * Reads which monitors are on (some round trips). Where there is none, or no RandR, the whole
 * screen counts as one.
 */
void randr_read_layout(struct display *display, struct screen_layout *ret_layout);

/*
 * Resizes the desktop for a viewer as far as resize_choose() decides, and logs it. Returns the
 * status for that viewer; one that does not fit is refused, and changes nothing. The event that
 * tells `display` of the new size has then arrived.
 */
enum size_status randr_resize(struct randr *randr, struct size_request request);

/* Restores the size from before the first resize, unless another one was set since. */
void randr_restore(struct randr *randr);

#endif
