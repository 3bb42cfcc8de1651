/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Characters that viewers typed and that did not arrive: logged, but not one by one. */
#ifndef GPUDESK_LOST_KEYS_H
#define GPUDESK_LOST_KEYS_H

#include <stdbool.h>
#include <stdint.h>

enum { LOST_KEYS_QUIET = 10000 }; /* ms: between two warnings */

/* Starts as all zeros. */
struct lost_keys {
	unsigned n;
	bool has_warned;
	uint64_t last_warning; /* ms */
};

/* Counts one, lost because of `why`. Returns whether it was time for a warning; `now`: ms. */
bool lost_keys_note(struct lost_keys *lost, const char *why, uint64_t now);

#endif
