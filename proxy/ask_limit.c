/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask_limit.h"

#include <errno.h>

int ask_limit_take(struct ask_limit *limit, uint64_t now, uint64_t *ret_when)
{
	if (now >= limit->interval_end)
		*limit = (struct ask_limit){ .interval_end = now + ASK_LIMIT_INTERVAL };
	if (limit->n >= ASK_LIMIT_BURST) {
		*ret_when = limit->interval_end;
		return -EAGAIN;
	}
	limit->n++;
	return 0;
}
