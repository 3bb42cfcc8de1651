/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The desktop's keyboard, as all viewers share it: which keys we hold down on the X server, and
 * which modifiers are changed for the moment so that a key types what it shall.
 */
#ifndef GPUDESK_KEYBOARD_H
#define GPUDESK_KEYBOARD_H

#include <stdbool.h>
#include <stdint.h>

#include <X11/Xlib.h>

#include "keymap.h"
#include "protocol/keyboard_led.h"
#include "spare_keys.h"

struct keyboard {
	Display *x;
	int xkb_event; /* the extension's event number; 0: there is no XKB */
	struct keymap map;
	bool map_is_stale;
	struct spare_keys spares;
	uint8_t held[KEYMAP_KEYS]; /* by how many viewers */
	bool down[KEYMAP_KEYS];	   /* as the X server knows it from us */
	bool muted[KEYMAP_KEYS];   /* held, but up for the moment */
	bool added[KEYMAP_KEYS];   /* not held, but down for the moment */
	uint8_t changed_for; /* the key for whose sake that is; 0: nothing is muted or added */
};

/*
 * Starts to follow the keyboard of `x`; `xkb_event` is the number of XKB's events there, or 0
 * without it: then nothing can be typed. keyboard_finish changes nothing on the desktop.
 */
void keyboard_init(struct keyboard *keyboard, Display *x, int xkb_event);
void keyboard_finish(struct keyboard *keyboard);

/* An event of XKB: one that tells of another keymap makes keyboard_press read it. */
enum keyboard_news { KEYBOARD_NOTHING, KEYBOARD_BELL, KEYBOARD_LEDS };
enum keyboard_news keyboard_handle_event(struct keyboard *keyboard, XEvent *event);

/* What a viewer wants to type. */
struct keyboard_request {
	uint32_t keysym; /* 0: it does not know */
	uint8_t place;	 /* the keycode of the key that was pressed at the viewer; 0: not known */
};

/*
 * Types `request` for a viewer that holds the keys for which `mine` is set: modifiers that only
 * others hold have no effect on it. Returns the keycode of the key that is held down then, to be
 * given to keyboard_release; 0 if it was typed and nothing is held; -ENOENT or -EAGAIN if it cannot
 * be typed. `now` is in ms. Some round trips.
 */
int keyboard_press(struct keyboard *keyboard, const bool mine[static KEYMAP_KEYS],
		   struct keyboard_request request, uint64_t now);
void keyboard_release(struct keyboard *keyboard, uint8_t keycode);

/* Ends what was changed for the moment: something else than typing comes next. */
void keyboard_settle(struct keyboard *keyboard);

/* The lights that are on, of enum keyboard_led. Round trips. */
unsigned keyboard_leds(struct keyboard *keyboard);

#endif
