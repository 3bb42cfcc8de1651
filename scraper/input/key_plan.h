/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the keyboard types what a viewer sends: on a key of the desktop's layout, or else on a spare
 * key, which may have to be assigned first.
 */
#ifndef GPUDESK_KEY_PLAN_H
#define GPUDESK_KEY_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "keymap.h"
#include "spare_keys.h"
#include "x11/focus_ping.h"

enum { KEY_PLAN_EXPECTED_MAX = 16 };

/* The keyboard, all of it borrowed. */
struct key_plan_keyboard {
	struct keymap *map; /* loaded again when a spare key is assigned */
	bool *map_is_stale; /* set if that fails */
	struct spare_keys *spares;
	struct focus_ping *ping;
	const uint8_t *held;	  /* for each keycode: not 0 while it is held */
	const uint32_t *expected; /* KEY_PLAN_EXPECTED_MAX keysyms to be typed soon; 0: none */
	uint8_t latched;	  /* modifiers in effect that end with the next key */
};

/*
 * Plans how to type `keysym` in `state`; `position` as for keymap_plan; `now`: ms. Returns 0;
 * -ENOENT if no key can type it; -EAGAIN if it must be retried later; or another -errno. Round
 * trips if a spare key is needed.
 */
int key_plan_make(const struct key_plan_keyboard *keyboard, const struct keymap_state *state,
		  uint32_t keysym, uint8_t position, uint64_t now, struct keymap_plan *ret_plan);

/* Whether a keysym that cannot be typed is a character that the viewer misses. */
bool key_plan_is_loss(uint32_t keysym);

#endif
