/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether to read a rectangle in pieces. X answers one client's requests in order, so a key waits
 * for all reads that were requested before it; but a rectangle read in pieces may be torn, as other
 * programs draw in between. So only where X is so slow that reading the screen takes longer than
 * READ_PIECES_SLOW_USEC is it cut, into pieces of about READ_PIECES_USEC. Pure.
 */
#ifndef GPUDESK_READ_PIECES_H
#define GPUDESK_READ_PIECES_H

#include <stddef.h>
#include <stdint.h>

#define READ_PIECES_SLOW_USEC UINT64_C(30000) /* for a whole screen */
#define READ_PIECES_USEC UINT64_C(5000)

enum {
	READ_PIECES_MEASURES = 4,	       /* the fastest counts: X may have had other work */
	READ_PIECES_MEASURE_MIN = 1024 * 1024, /* bytes; a round trip counts too much in less */
	READ_PIECES_MOST = 16,		       /* for a whole screen */
};

/* Starts as all zeros: a fast X server. */
struct read_pieces {
	uint32_t speeds[READ_PIECES_MEASURES]; /* bytes per ms; 0: not measured */
	unsigned n;			       /* measured so far */
};

/* Reading `bytes` took `usec`. */
void read_pieces_measured(struct read_pieces *pieces, size_t bytes, uint64_t usec);

/* The size of a piece, where the screen has `screen` bytes; SIZE_MAX: nothing is to be cut. */
size_t read_pieces_size(const struct read_pieces *pieces, size_t screen);

#endif
