/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The desktop's size and monitors by RandR: what they are, another size for a viewer that wishes
 * for one, and the old one back. Modes that we have made are ours by their name, and do not stay.
 */
#ifndef GPUDESK_RANDR_H
#define GPUDESK_RANDR_H

#include <stdbool.h>
#include <stdint.h>

#include "display.h"
#include "resize_choice.h"

struct randr {
	struct display *display;
	bool takes_no_modes; /* found out by trying */
	bool has_changed;    /* the size that is there is ours: */
	int width, height;
	unsigned long mode;	/* None: there is no monitor */
	unsigned long old_mode; /* what was there before */
	int old_width, old_height;
};

void randr_init(struct randr *randr, struct display *display);

/* The monitors that are on; the whole screen as one where there are none, or no RandR. Round trips.
 */
void randr_read_layout(struct display *display, struct screen_layout *ret_layout);

/*
 * Does what can be done for the request, which is logged, and returns the status for who wished.
 * The display reports its new size by an event, which is there when this returns.
 */
enum size_status randr_resize(struct randr *randr, struct size_request request);

/* The old size back, unless somebody else has changed it since; and our modes deleted. */
void randr_restore(struct randr *randr);

#endif
