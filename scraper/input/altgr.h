/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AltGr as viewers on Windows send it: the right Alt, or Control and an Alt, or Control and AltGr,
 * and then the character that it types. The policy, as Guacamole's own for its browsers:
 *
 * 1. Of a viewer that sends scan codes, nothing is guessed: it knows AltGr.
 * 2. Nor if it holds the left Alt alone, or Super, Meta, Hyper: that is a shortcut.
 * 3. Otherwise a character is typed without Control and Alt if it is one that keyboards have on
 *    AltGr: one of # $ & * < > ? @ [ \ ] ^ ` { | } ~ without Shift, or any beyond ASCII. Letters,
 *    digits and the rest of ASCII make a shortcut; so do letters of another script (shortcut.h).
 *
 * Pure.
 */
#ifndef GPUDESK_ALTGR_H
#define GPUDESK_ALTGR_H

#include <stdbool.h>
#include <stdint.h>

enum altgr_modifier {
	ALTGR_SHIFT = 1,
	ALTGR_CONTROL = 2,
	ALTGR_ALT_LEFT = 4,
	ALTGR_ALT_RIGHT = 8,
	ALTGR_LEVEL_3 = 16, /* AltGr itself */
	ALTGR_OTHER = 32,
};

/* The bit of enum altgr_modifier for a modifier's keysym; 0: it is none. */
unsigned altgr_modifier(uint32_t keysym);

/*
 * Whether `keysym`, which came without a scan code while its viewer holds the set of modifiers
 * `held`, is just the character.
 */
bool altgr_types(unsigned held, uint32_t keysym);

#endif
