/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "viewer_timeouts.h"

#include <stddef.h>

static uint64_t add(uint64_t time, uint64_t span)
{
	return span > UINT64_MAX - time ? UINT64_MAX : time + span;
}

static uint64_t inactive_at(const struct patience *patience)
{
	return add(patience->last_input, patience->inactive_timeout);
}

static uint64_t stalled_at(const struct patience *patience)
{
	return patience->is_sending ? add(patience->last_progress, PATIENCE_STALLED) : UINT64_MAX;
}

const char *patience_is_over(const struct patience *patience, uint64_t now)
{
	if (patience->init_until <= now)
		return "it has sent no ClientInit for 10 s";
	if (stalled_at(patience) <= now)
		return "it has taken nothing of what was sent to it for 40 s";
	if (inactive_at(patience) <= now)
		return "it has sent no key and no pointer for too long (inactive_timeout)";
	return NULL;
}

uint64_t patience_ends(const struct patience *patience)
{
	uint64_t inactive = inactive_at(patience), stalled = stalled_at(patience);

	uint64_t first = inactive < stalled ? inactive : stalled;

	return first < patience->init_until ? first : patience->init_until;
}
