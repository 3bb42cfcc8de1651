/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Zlib encoding (rfbproto.rst, "Zlib Encoding"): raw pixels through one deflate stream for the
 * whole connection. Our own, since libvncserver's has one fixed level and cannot coarsen what is in
 * motion.
 */
#ifndef GPUDESK_ZLIB_ENCODER_H
#define GPUDESK_ZLIB_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zlib.h>

#include "framebuffer/frame.h"
#include "framebuffer/yield.h"
#include "protocol/out_queue.h"

struct zlib_encoder {
	z_stream stream;
	bool started;
	int level; /* of the stream now */
	uint8_t *row, *buffer;
	size_t row_size, buffer_size;
	struct yield *yield; /* between rows; may be NULL */
};

void zlib_encoder_finish(struct zlib_encoder *encoder);

/*
 * Rows one below the other are alike, but in a wide rectangle deflate's window (32 KiB) does not
 * reach back a row: cut into columns this wide, pictures take an eighth fewer bytes. Rectangles
 * lower than this do not gain.
 */
enum { ZLIB_COLUMN = 128 };

/*
 * Appends the rectangle's data (length and deflated pixels, no rectangle header) to `out`, deflated
 * at zlib's `level`, 1 to 9. `coarse`: at half the sharpness and with fewer shades where it is not
 * of one colour, for a quarter of the bytes. Returns the number of bytes appended, or -errno.
 */
long zlib_encoder_add(struct zlib_encoder *encoder, const struct frame *frame, struct rect area,
		      int level, bool coarse, struct out_queue *out);

#endif
