/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a server's output from a buffer, as a viewer would, and aborts at a length, a type or a
 * position that no viewer could accept. It does not decompress. It exists beside the tests' viewers
 * because a fuzzer needs it within its process, without a socket, and fast.
 */
#ifndef GPUDESK_TESTS_RFB_READER_H
#define GPUDESK_TESTS_RFB_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rfb_reader {
	uint8_t *bytes; /* received, but not yet read; owned */
	size_t n, capacity;
	bool has_init;	   /* ServerInit has been read */
	int width, height; /* of the desktop, as told */
	size_t pixel_bytes, tight_bytes;
	unsigned n_updates, n_rects;
	uint64_t kinds; /* bit per kind of rectangle that was seen: see the .c */
};

/* Frees what the reader holds. It begins zeroed, before ServerInit, which has the pixel format. */
void rfb_reader_finish(struct rfb_reader *reader);

/* Adds received bytes. */
void rfb_reader_add(struct rfb_reader *reader, const uint8_t *bytes, size_t n);

/* Reads all whole messages. The rest must be the beginning of one, and is kept. */
void rfb_reader_run(struct rfb_reader *reader);

/* The server accepted this SetPixelFormat message: from now on it sends that format. */
void rfb_reader_set_format(struct rfb_reader *reader, const uint8_t *message);

#endif
