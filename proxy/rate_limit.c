/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rate_limit.h"

bool rate_limit_allows(struct rate_limit *limit, uint64_t now, unsigned *ret_suppressed)
{
	if (now >= limit->interval_end) {
		limit->interval_end = now + RATE_LIMIT_INTERVAL;
		limit->n = 0;
	}
	if (limit->n >= RATE_LIMIT_BURST) {
		limit->suppressed++;
		return false;
	}
	limit->n++;
	*ret_suppressed = limit->suppressed;
	limit->suppressed = 0;
	return true;
}
