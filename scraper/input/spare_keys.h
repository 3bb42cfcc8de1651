/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys without a meaning in this keymap, which get the keysyms that no key has. They keep them when
 * viewers disconnect; when all are in use, the least recently used one is reassigned. A property of
 * the root window lists them for the next scraper.
 */
#ifndef GPUDESK_SPARE_KEYS_H
#define GPUDESK_SPARE_KEYS_H

#include <stdint.h>

#include <X11/Xlib.h>

#include "keymap.h"

enum { SPARE_KEYS_MAX = 32 };

struct spare_keys {
	Atom property;
	struct spare_key {
		uint8_t keycode;
		uint32_t keysym;    /* as given to xkb_map_assign */
		uint64_t last_used; /* ms of any clock that never goes back */
	} list[SPARE_KEYS_MAX];	    /* the most recently used first */
	unsigned n;
};

/* Reads what an earlier scraper has assigned. */
void spare_keys_init(struct spare_keys *spares, Display *x);

/* Drops the keys that mean something else by now. */
void spare_keys_check(struct spare_keys *spares, const struct keymap *keymap);

/*
 * Assigns `keysym` to a spare key. `is_down` tells for each keycode whether it is held; `now`: ms.
 * Returns the keycode; -ENOENT if the keyboard has no spare key; -EAGAIN if all are held or were
 * used so recently that a program may still have to look them up; or another -errno.
 */
int spare_keys_assign(struct spare_keys *spares, Display *x, const struct keymap *keymap,
		      const uint8_t is_down[static KEYMAP_KEYS], uint32_t keysym, uint64_t now);

/* `keycode` is being typed; it need not be a spare key. */
void spare_keys_note_use(struct spare_keys *spares, uint8_t keycode, uint64_t now);

#endif
