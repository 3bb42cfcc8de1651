/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many updates a second were sent lately: counted in half seconds as they are sent, so that
 * nothing needs to be done while nobody asks. Pure; times are microseconds of one clock.
 */
#ifndef GPUDESK_FRAME_COUNT_H
#define GPUDESK_FRAME_COUNT_H

#include <stdint.h>

enum { FRAME_COUNT_SLOTS = 8 };

/* All zeros is a good start. */
struct frame_count {
	struct {
		uint64_t number; /* of the half second */
		unsigned n;
	} slots[FRAME_COUNT_SLOTS];
};

void frame_count_add(struct frame_count *rate, uint64_t now);

/* Tenths of an update a second, over the last 4 s, or since `begin` if that is later. */
unsigned frame_count_read(const struct frame_count *rate, uint64_t begin, uint64_t now);

#endif
