/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits how much peers can cause to be logged. No I/O; times in µs. */
#ifndef GPUDESK_RATE_LIMIT_H
#define GPUDESK_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

enum { RATE_LIMIT_BURST = 10, RATE_LIMIT_INTERVAL = 60 * 1000000 };

/* All zero at first. */
struct rate_limit {
	uint64_t interval_end;
	unsigned n;
	unsigned suppressed;
};

/*
 * Whether one more line may be logged: RATE_LIMIT_BURST in each interval. If so, *ret_suppressed is
 * how many were not since the last one.
 */
bool rate_limit_allows(struct rate_limit *limit, uint64_t now, unsigned *ret_suppressed);

#endif
