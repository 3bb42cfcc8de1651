/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lost_keys.h"

#include "common/log.h"

bool lost_keys_note(struct lost_keys *lost, const char *why, uint64_t now)
{
	lost->n++;
	if (lost->has_warned && now - lost->last_warning < LOST_KEYS_QUIET)
		return false;
	lost->has_warned = true;
	lost->last_warning = now;
	/* What a viewer types is nobody else's business, so the character is not named. */
	log_warning("a character that a viewer typed is lost: %s (lost so far: %u)", why, lost->n);
	return true;
}
