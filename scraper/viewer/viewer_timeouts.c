/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "viewer_timeouts.h"

#include <stddef.h>

static uint64_t add(uint64_t time, uint64_t span)
{
	return span > UINT64_MAX - time ? UINT64_MAX : time + span;
}

static uint64_t inactive_at(const struct viewer_timeouts *timeouts)
{
	return add(timeouts->last_input, timeouts->inactive_timeout);
}

static uint64_t stalled_at(const struct viewer_timeouts *timeouts)
{
	return timeouts->is_sending ? add(timeouts->last_progress, VIEWER_TIMEOUTS_STALLED)
				    : UINT64_MAX;
}

const char *viewer_timeouts_expired(const struct viewer_timeouts *timeouts, uint64_t now)
{
	if (timeouts->init_until <= now)
		return "it sent no ClientInit for 10 s";
	if (stalled_at(timeouts) <= now)
		return "it read nothing for 40 s";
	if (inactive_at(timeouts) <= now)
		return "no key or pointer event for inactive_timeout";
	return NULL;
}

uint64_t viewer_timeouts_due(const struct viewer_timeouts *timeouts)
{
	uint64_t inactive = inactive_at(timeouts), stalled = stalled_at(timeouts);

	uint64_t first = inactive < stalled ? inactive : stalled;

	return first < timeouts->init_until ? first : timeouts->init_until;
}
