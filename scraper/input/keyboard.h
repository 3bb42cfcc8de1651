/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The desktop's keyboard, shared by all viewers: which keys are held down by XTEST, and which
 * modifiers are changed for a while so that a key types the requested keysym.
 */
#ifndef GPUDESK_KEYBOARD_H
#define GPUDESK_KEYBOARD_H

#include <stdbool.h>
#include <stdint.h>

#include <X11/Xlib.h>

#include "key_plan.h"
#include "key_repeat.h"
#include "keymap.h"
#include "protocol/keyboard_led.h"
#include "spare_keys.h"

struct keyboard {
	struct display *display;
	Display *x;    /* of the display */
	int xkb_event; /* the extension's event number; 0: no XKB */
	struct keymap map;
	bool map_is_stale;
	struct spare_keys spares;
	struct focus_ping ping;
	uint32_t expected[KEY_PLAN_EXPECTED_MAX]; /* keysyms to be typed soon; 0: none */
	uint8_t held[KEYMAP_KEYS];		  /* by how many viewers */
	bool down[KEYMAP_KEYS];			  /* what the X server was last told */
	bool lifted[KEYMAP_KEYS];		  /* held, but up while changed_for is down */
	bool added[KEYMAP_KEYS];		  /* not held, but down while changed_for is */
	uint8_t relatched;   /* modifiers that were lifted and are down again */
	uint8_t latched;     /* modifiers in effect that end with the next key, as by Sticky Keys */
	uint8_t changed_for; /* keycode; 0: nothing is lifted or added */
	struct key_repeat repeat;
};

/*
 * Starts to follow the keyboard of `x`. `xkb_event` is the number of XKB's events, or 0 without the
 * extension: then nothing can be typed. keyboard_finish changes nothing on the desktop.
 */
void keyboard_init(struct keyboard *keyboard, struct display *display);
void keyboard_finish(struct keyboard *keyboard);

/* What an XKB event means to viewers: the bell rang, or the lock lights may have changed. */
enum keyboard_event { KEYBOARD_NOTHING, KEYBOARD_BELL, KEYBOARD_LEDS };
enum keyboard_event keyboard_handle_event(struct keyboard *keyboard, XEvent *event);

/* Any other event: the answer to a ping says which spare keys can be reassigned. */
void keyboard_handle_message(struct keyboard *keyboard, const XEvent *event);

/* What a viewer types. */
struct keyboard_request {
	uint32_t keysym;  /* 0: not known */
	uint8_t position; /* keycode of the key with the scan code that it sent; 0: it sent none */
	bool is_altgr;	  /* Control and Alt, which are held, are how it sends AltGr (altgr.h) */
};

/*
 * Types `request` for a viewer that holds the keycodes set in `own`; modifiers that only other
 * viewers hold do not affect it. `now`: ms. Returns the keycode that is now held, for
 * keyboard_release; 0 if the key was typed and nothing is held; -ENOENT if no key can type it,
 * -EAGAIN if it must be retried later, or another -errno. Some round trips.
 */
int keyboard_press(struct keyboard *keyboard, const bool own[static KEYMAP_KEYS],
		   struct keyboard_request request, uint64_t now);
void keyboard_release(struct keyboard *keyboard, uint8_t keycode);

/* Whether a key that is held is to be typed again when its viewer repeats it. */
bool keyboard_repeats(struct keyboard *keyboard, uint8_t keycode);

/* Restores the modifiers that were changed for a key that is still down, before a click. */
void keyboard_restore_modifiers(struct keyboard *keyboard);

/* Reads which lock lights are on: bits of enum keyboard_led. Some round trips. */
unsigned keyboard_leds(struct keyboard *keyboard);

#endif
