/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys without a meaning in this keymap, which get the keysyms that no key has, one for each of
 * their levels. They keep them when viewers disconnect; when all are in use, the least recently
 * used ones are reassigned. A property of the root window lists them for the next scraper.
 *
 * A program looks up what a key means when it reads the key's event, in the keymap of that moment.
 * So a keysym stays where it is until the program says that it has read its event, or for as long
 * as a busy one may need, and further ones must wait. What waits is assigned together, a key at a
 * time.
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
	SPARE_KEYS_BUSY = 3000,
	SPARE_KEYS_PER_KEY = 10,
	SPARE_KEYS_HUNG =
		15000,	       /* ms: how long one that answers when it has read them is awaited */
	SPARE_KEYS_SOON = 300, /* ms: and for what may have got the keys instead of it */
	SPARE_KEYS_PACE = 20,  /* ms: between two changes of the keymap */
};

/* Times are ms of any clock that never goes back. */
struct spare_keys {
	Atom property;
	unsigned keyboard; /* of xkb_map_keyboard */
	struct spare_key {
		uint8_t keycode;
		uint32_t symbols[KEYMAP_LEVELS]; /* 0: none yet */
		uint64_t last_used[KEYMAP_LEVELS];
		Window typed_into[KEYMAP_LEVELS]; /* None: not known */
		bool is_read[KEYMAP_LEVELS];	  /* since then, by the program of that window */
	} list[SPARE_KEYS_MAX];
	unsigned n;
	uint64_t last_change; /* 0: none yet */
	Window answering;     /* one whose program says when it has read; None: not known */
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

/* Loads the keymap by xkb_map_load, and checks the keys with it. */
int spare_keys_load(struct spare_keys *spares, Display *x, struct keymap *keymap);

/* Drops the keys that mean something else in a new keymap, and adds those that mean nothing. */
void spare_keys_check(struct spare_keys *spares, const struct keymap *keymap);

/*
 * Chooses a key, and puts the first keysym, and as many of the others as it has room for, on levels
 * of it that can be reached from the state. Returns the key's index; -ENOENT if there is none;
 * -EBUSY if a program may still have to look up all that could be replaced; or -EAGAIN if it is too
 * soon for another change.
 */
int spare_keys_choose(struct spare_keys *spares, const struct spare_keys_request *request,
		      uint64_t now);

/* The same, and tells the X server. Returns 0, or -errno as above. */
int spare_keys_assign(struct spare_keys *spares, Display *x,
		      const struct spare_keys_request *request, uint64_t now);

/* The type of spare keys: that with the most levels, none of which Caps Lock changes by itself. */
uint8_t spare_keys_type(const struct keymap *keymap);

bool spare_keys_has(const struct spare_keys *spares, uint8_t keycode);

/* The spare key `keycode` types `keysym` into that window. */
void spare_keys_note_use(struct spare_keys *spares, uint8_t keycode, uint32_t keysym, Window window,
			 uint64_t now);

/* Whether the program of that window, which has the focus, will say when it has read. */
void spare_keys_note_window(struct spare_keys *spares, Window window, bool answers);

/* The program of that window has read all that was typed into it before `until`. */
void spare_keys_note_read(struct spare_keys *spares, Window window, uint64_t until);

#endif
