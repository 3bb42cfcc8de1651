/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys repeat because the viewer repeats them, not the X server: it could not tell a key that is
 * held from one whose release is late or will never come. So keys of XTEST's keyboard are set not
 * to repeat, in the X server, while there are viewers. Each keyboard has such a setting of its own,
 * and that of the one that was used last is in effect (the core keyboard has a copy): the desktop's
 * own keyboard keeps its repeat. A property of the root window has the setting, for the scraper
 * that follows one that was killed.
 */
#ifndef GPUDESK_KEY_REPEAT_H
#define GPUDESK_KEY_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

#include <X11/XKBlib.h>

#include "x11/display.h"

enum { KEY_REPEAT_BYTES = XkbPerKeyBitArraySize };

struct key_repeat {
	struct display *display;
	Atom property;
	unsigned keyboard;		/* XTEST's; 0: not found, so the X server repeats */
	uint8_t keys[KEY_REPEAT_BYTES]; /* which should repeat: a bit for each keycode */
	bool is_on;			/* X's setting for all keys */
	bool is_stale;			/* the settings may have changed */
	bool must_check;		/* the core keyboard may have another setting */
};

/* Starts: keyboard `keyboard` (xkb_map_keyboard) of `display`, which outlives it. Round trips. */
void key_repeat_begin(struct key_repeat *repeat, struct display *display, unsigned keyboard);

/* Sets the keys to repeat as before. Round trips. */
void key_repeat_end(struct key_repeat *repeat);

/* A program may have set keys to repeat, or loaded another keymap, which does so too. */
void key_repeat_handle_event(struct key_repeat *repeat, const XkbEvent *event);

/*
 * Before a key is pressed: has the X server use XTEST's keyboard from here on, with the settings of
 * key_repeat_begin. `is_down`, by keycode: what XTEST holds. Returns whether there was anything to
 * be done, by round trips: then the core keyboard's state and keymap may be others.
 */
bool key_repeat_prepare(struct key_repeat *repeat, const bool is_down[static 256]);

/* Whether a key that the viewer repeats is to be typed again. */
bool key_repeat_allows(const struct key_repeat *repeat, uint8_t keycode);

#endif
