/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys that mean nothing on this keyboard, for characters that are on none. Once given a meaning
 * they keep it, also when viewers leave; only the one not used for longest gets another when there
 * are no more. Which they are stands in a property of the root window, for whoever comes after us.
 */
#ifndef GPUDESK_SPARE_KEYS_H
#define GPUDESK_SPARE_KEYS_H

#include <stdint.h>

#include <X11/Xlib.h>

#include "keymap.h"

enum { KEYBOARD_SPARES = 32 };

struct spare_keys {
	Atom property;
	struct spare_key {
		uint8_t keycode;
		uint32_t keysym;    /* as given to xkb_map_assign */
		uint64_t last_used; /* ms; any clock that never goes back */
	} list[KEYBOARD_SPARES];    /* the last used first */
	unsigned n;
};

/* Learns what another one of us has left behind. */
void spare_keys_init(struct spare_keys *spares, Display *x);

/* Forgets those that mean something else by now. */
void spare_keys_check(struct spare_keys *spares, const struct keymap *keymap);

/*
 * Gives `keysym` a key. `is_down` says for each keycode whether it is held. Returns the keycode;
 * -ENOENT if the keyboard has no key to spare, -EAGAIN if all have been used so recently that a
 * program may not have read them yet; or -errno.
 */
int spare_keys_take(struct spare_keys *spares, Display *x, const struct keymap *keymap,
		    const uint8_t is_down[static KEYMAP_KEYS], uint32_t keysym, uint64_t now);

/* A key is typed; it may be any. */
void spare_keys_used(struct spare_keys *spares, uint8_t keycode, uint64_t now);

#endif
