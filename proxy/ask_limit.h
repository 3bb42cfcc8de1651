/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often strangers may make the proxy ask the scraper for a challenge, which starts it and takes
 * it some time: 50 times in each tenth of a second. No I/O; times in µs of any monotonic clock.
 */
#ifndef GPUDESK_ASK_LIMIT_H
#define GPUDESK_ASK_LIMIT_H

#include <stdint.h>

enum { ASK_LIMIT_BURST = 50, ASK_LIMIT_INTERVAL = 100 * 1000 };

/* All zero at first. */
struct ask_limit {
	uint64_t interval_end;
	unsigned n;
};

/* Returns 0, or -EAGAIN: retry at *ret_when. */
int ask_limit_take(struct ask_limit *limit, uint64_t now, uint64_t *ret_when);

#endif
