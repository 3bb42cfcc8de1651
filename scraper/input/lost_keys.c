/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lost_keys.h"

bool lost_keys_note(struct lost_keys *lost, uint64_t now)
{
	lost->n++;
	if (lost->has_warned && now - lost->last_warning < LOST_KEYS_QUIET)
		return false;
	lost->has_warned = true;
	lost->last_warning = now;
	return true;
}
