/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The picture of the status screen: what viewers see while there is no desktop to show, and why.
 * Pure: text in, pixels out.
 */
#ifndef GPUDESK_STATUS_PICTURE_H
#define GPUDESK_STATUS_PICTURE_H

#include "frame.h"
#include "pixel_format.h"

/* UTF-8; '\n' ends a line. Lines that are too long are wrapped. */
struct status_text {
	char headline[128];
	char steps[256]; /* what has happened, a line each */
	char reason[512];
	char advice[128];
};

/* The pixels of the status screen, 32 bits each. */
extern const struct pixel_format status_picture_format;

/*
 * Draws all of it anew. `seconds` is how long the viewer waits, 0: not shown. `frame` has the
 * format above; text that it has no room for is left out at the bottom.
 */
void status_picture_draw(struct frame *frame, const struct status_text *text, unsigned seconds);

#endif
