/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps what peers can cause to be logged within bounds. No I/O; times in µs. */
#ifndef GPUDESK_RATE_LIMIT_H
#define GPUDESK_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

enum { RATE_LIMIT_BURST = 10, RATE_LIMIT_INTERVAL = 60 * 1000000 };

/* All zero to begin with. */
struct rate_limit {
	uint64_t interval_end;
	unsigned n;
	unsigned suppressed;
};

/*
 * Whether one more line may be logged: RATE_LIMIT_BURST in each interval. *ret_suppressed is then
 * how many were not since the last one that was.
 */
bool rate_limit_allows(struct rate_limit *limit, uint64_t now, unsigned *ret_suppressed);

#endif
