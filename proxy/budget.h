/* SPDX-License-Identifier: GPL-2.0-or-later */
/* So many in reserve, and one more in each interval. No I/O; times in µs of any monotonic clock. */
#ifndef GPUDESK_BUDGET_H
#define GPUDESK_BUDGET_H

#include <stdint.h>

struct budget_limit {
	uint64_t interval; /* µs */
	unsigned reserve;
};

/* All zero at first: the reserve is full. */
struct budget {
	uint64_t full; /* µs: when the reserve will be full again, which says all about it */
};

/* From when on one can be taken; `now` at the earliest. */
uint64_t budget_next(const struct budget *budget, const struct budget_limit *limit, uint64_t now);

/* Takes one, even if there is none. give_back returns it. */
void budget_take(struct budget *budget, const struct budget_limit *limit, uint64_t now);
void budget_give_back(struct budget *budget, const struct budget_limit *limit);

#endif
