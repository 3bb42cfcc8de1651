/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what a server sends as a viewer would, message by message and rectangle by rectangle, and
 * aborts where it does not hang together: a length, a kind or a place that no viewer could accept.
 * It does not decompress.
 */
#ifndef GPUDESK_TESTS_RFB_READER_H
#define GPUDESK_TESTS_RFB_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rfb_reader {
	uint8_t *bytes; /* what has come and was not read yet; owned */
	size_t n, capacity;
	bool has_init;	   /* ServerInit has been read */
	int width, height; /* of the desktop, as told */
	size_t pixel_bytes, tight_bytes;
	unsigned n_updates, n_rects;
	uint64_t kinds; /* bit per kind of rectangle that was seen: see the .c */
};

/* Begins before ServerInit, which brings the pixel format. */
void rfb_reader_finish(struct rfb_reader *reader);

/* So many more bytes have come. */
void rfb_reader_add(struct rfb_reader *reader, const uint8_t *bytes, size_t n);

/* Reads all whole messages; what is left must be the beginning of one, and is kept. */
void rfb_reader_run(struct rfb_reader *reader);

/* The server has taken this SetPixelFormat message: what it sends from now on is in that format. */
void rfb_reader_set_format(struct rfb_reader *reader, const uint8_t *message);

#endif
