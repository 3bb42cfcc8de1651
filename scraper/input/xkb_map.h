/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the keymap of the X server's keyboard, and assigns keysyms to a key of it, by XKB. */
#ifndef GPUDESK_XKB_MAP_H
#define GPUDESK_XKB_MAP_H

#include <stdint.h>

#include <X11/Xlib.h>

#include "keymap.h"

/*
 * The keyboard that XTEST's keys come from, as XKB's requests name it. Programs see its keymap from
 * its first key on: before that, the core keyboard may still have another keyboard's. A round trip.
 */
unsigned xkb_map_keyboard(Display *x);

/* Replaces `keymap` by that of `keyboard`. Returns 0, or -errno and leaves it. One round trip. */
int xkb_map_load(Display *x, unsigned keyboard, struct keymap *keymap);

/*
 * Assigns `symbols` (0: none), a keysym for each level of `type`, to the key `keycode`, for every
 * group. Every program is told and reads the keymap again, so do this rarely. Returns 0 or -errno.
 */
int xkb_map_assign(Display *x, unsigned keyboard, uint8_t keycode, uint8_t type,
		   const uint32_t symbols[static KEYMAP_LEVELS]);

#endif
