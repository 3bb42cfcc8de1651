/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tight's JPEG rectangles (rfbproto.rst, "Tight Encoding") for pictures in motion. Our own, since
 * libvncserver first looks at every pixel to find out whether JPEG fits, and takes five times as
 * long.
 */
#ifndef GPUDESK_JPEG_ENCODER_H
#define GPUDESK_JPEG_ENCODER_H

#include <stdbool.h>

#include "framebuffer/frame.h"
#include "framebuffer/yield.h"
#include "protocol/out_queue.h"

enum {
	JPEG_WIDTH_MAX = 2048,	    /* of a rectangle: what viewers have to take */
	JPEG_AREA_MAX = 256 * 1024, /* pixels: so that the first are sent while more are encoded */
};

struct jpeg_encoder {
	struct jpeg_encoder_state *state; /* NULL until the first rectangle */
	struct yield *yield;		  /* between rows; may be NULL */
};

void jpeg_encoder_finish(struct jpeg_encoder *encoder);

/* Whether the frame's pixels are 0x00RRGGBB, the only format it takes. */
bool jpeg_encoder_takes(const struct frame *frame);

/*
 * Appends the data of a rectangle within the limits above (no rectangle header), at `quality` 0 to
 * 9. Returns the number of bytes appended, or -errno.
 */
long jpeg_encoder_add(struct jpeg_encoder *encoder, const struct frame *frame, struct rect area,
		      int quality, struct out_queue *out);

#endif
