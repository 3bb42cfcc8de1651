/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a viewer sees the desktop that its input would go to. No I/O.
 *
 * 1. What it types and clicks at the status screen is ignored; and afterwards, until it has
 *    requested another update than the desktop's first picture, so that it has that.
 * 2. A key or button that was pressed then is ignored until it is released: a viewer repeats a key
 *    that is held.
 */
#ifndef GPUDESK_SIGHT_H
#define GPUDESK_SIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/client_messages.h"

enum { SIGHT_KEYS_MAX = 32 }; /* that are remembered; more than anybody holds */

/* One of all zero sees the desktop. */
struct sight {
	enum { SIGHT_CLEAR, SIGHT_NONE, SIGHT_COMING } state;
	uint64_t n_pictures;	       /* sent when the desktop was shown */
	uint32_t keys[SIGHT_KEYS_MAX]; /* keysyms */
	unsigned n_keys;
	bool holds_button;
};

/* The status screen is shown. */
void sight_lose(struct sight *sight);

/* The desktop is shown. `n_pictures`: updates with pixels that were sent so far, of anything. */
void sight_regain(struct sight *sight, uint64_t n_pictures);

/* The viewer has requested an update. */
void sight_requested(struct sight *sight, uint64_t n_pictures);

/* Whether a key's or the pointer's event is for the desktop. */
bool sight_takes_key(struct sight *sight, struct client_key key);
bool sight_takes_pointer(struct sight *sight, struct client_pointer pointer);

#endif
