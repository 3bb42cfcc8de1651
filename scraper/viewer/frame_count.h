/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many updates a second were sent lately. They are counted by half seconds as they are sent, so
 * that no timer is needed. No I/O; times are µs of one clock.
 */
#ifndef GPUDESK_FRAME_COUNT_H
#define GPUDESK_FRAME_COUNT_H

#include <stdint.h>

enum { FRAME_COUNT_SLOTS = 8 };

/* All zeros to begin with. */
struct frame_count {
	struct {
		uint64_t number; /* which half second */
		unsigned n;
	} slots[FRAME_COUNT_SLOTS];
};

void frame_count_add(struct frame_count *rate, uint64_t now);

/* Tenths of an update a second, over the last 4 s, or since `begin` if that is later. */
unsigned frame_count_read(const struct frame_count *rate, uint64_t begin, uint64_t now);

#endif
