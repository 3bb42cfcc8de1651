/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many wrong passwords the scraper checks, whoever asks it to: 180 a minute, and 300 in
 * reserve. The proxy's own limits (proxy/throttle.h) stay below this, so that it is only felt by a
 * proxy that has been taken over. No I/O; times in µs of any monotonic clock.
 */
#ifndef GPUDESK_CHECK_BUDGET_H
#define GPUDESK_CHECK_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

enum {
	CHECK_BUDGET_INTERVAL = 60 * 1000000 / 180, /* µs */
	CHECK_BUDGET_RESERVE = 300,
};

/* All zero at first: the reserve is full. */
struct check_budget {
	unsigned n_refused; /* since the last one was taken */
	uint64_t full;	    /* when the reserve will be full again, which says all about it */
};

/* Takes one check, or returns false: there is none left. */
bool check_budget_take(struct check_budget *budget, uint64_t now);

/* The check that was taken last does not count: the password was right, or there was none. */
void check_budget_give_back(struct check_budget *budget);

#endif
