/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys without a meaning in this keymap, which get the keysyms that no key has, one for each of
 * their levels. They keep them when viewers disconnect; when all are in use, the least recently
 * used ones are reassigned. A property of the root window lists them for the next scraper.
 *
 * A program looks up what a key means when it reads the key's event, in the keymap of that moment.
 * So a keysym stays where it is for as long as a busy program may need to read its event, and
 * further ones must wait. What waits is assigned together, a key at a time.
 */
#ifndef GPUDESK_SPARE_KEYS_H
#define GPUDESK_SPARE_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include <X11/Xlib.h>

#include "keymap.h"

enum {
	SPARE_KEYS_MAX = 32,
	/* ms: how long a program may be busy, and what it then takes for each key */
	SPARE_KEYS_BUSY = 1500,
	SPARE_KEYS_PER_KEY = 10,
	SPARE_KEYS_PACE = 20, /* ms: between two changes of the keymap */
};

/* Times are ms of any clock that never goes back. */
struct spare_keys {
	Atom property;
	unsigned keyboard; /* of xkb_map_keyboard */
	struct spare_key {
		uint8_t keycode;
		uint32_t symbols[KEYMAP_LEVELS]; /* 0: none yet */
		uint64_t last_used[KEYMAP_LEVELS];
	} list[SPARE_KEYS_MAX];
	unsigned n;
	uint64_t last_change; /* 0: none yet */
};

/* What is to be assigned, and to what. */
struct spare_keys_request {
	const struct keymap *keymap;
	const struct keymap_state *state;
	const uint8_t *held;	 /* for each keycode: not 0 while it is held */
	const uint32_t *keysyms; /* canonical; the first is typed next, the others later */
	unsigned n;
};

/* Reads what an earlier scraper has assigned. */
void spare_keys_init(struct spare_keys *spares, Display *x, unsigned keyboard);

/* Drops the keys that mean something else in a new keymap, and adds those that mean nothing. */
void spare_keys_check(struct spare_keys *spares, const struct keymap *keymap);

/*
 * Chooses a key, and puts the first keysym, and as many of the others as it has room for, on levels
 * of it that can be reached from the state. Returns the key's index; -ENOENT if there is none; or
 * -EAGAIN if a program may still have to look up all that could be replaced, or it is too soon for
 * another change.
 */
int spare_keys_choose(struct spare_keys *spares, const struct spare_keys_request *request,
		      uint64_t now);

/* The same, and tells the X server. Returns 0, or -errno as above. */
int spare_keys_assign(struct spare_keys *spares, Display *x,
		      const struct spare_keys_request *request, uint64_t now);

/* The type of spare keys: that with the most levels, none of which Caps Lock changes by itself. */
uint8_t spare_keys_type(const struct keymap *keymap);

/* `keycode` types `keysym`; it need not be a spare key. */
void spare_keys_note_use(struct spare_keys *spares, uint8_t keycode, uint32_t keysym, uint64_t now);

#endif
