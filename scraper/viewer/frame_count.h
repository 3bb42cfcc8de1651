/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many updates a second were sent lately: counted in half seconds as they are sent, so that
 * nothing needs to be done while nobody asks. Pure; times are microseconds of one clock.
 */
#ifndef GPUDESK_UPDATE_RATE_H
#define GPUDESK_UPDATE_RATE_H

#include <stdint.h>

enum { UPDATE_RATE_SLOTS = 8 };

/* All zeros is a good start. */
struct update_rate {
	struct {
		uint64_t number; /* of the half second */
		unsigned n;
	} slots[UPDATE_RATE_SLOTS];
};

void update_rate_count(struct update_rate *rate, uint64_t now);

/* Tenths of an update a second, over the last 4 s, or since `begin` if that is later. */
unsigned update_rate_read(const struct update_rate *rate, uint64_t begin, uint64_t now);

#endif
