/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the X server's keymap, and assigns a keysym to a key of it, by XKB. */
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

/* Replaces `keymap` by the X server's. Returns 0, or -errno and leaves it. One round trip. */
int xkb_map_load(Display *x, struct keymap *keymap);

/*
 * Assigns `keysym` and its other case to the key `keycode`, for every group and all modifiers.
 * Every program is told and reads the keymap again, so do this rarely. Returns 0 or -errno.
 */
int xkb_map_assign(Display *x, uint8_t keycode, uint32_t keysym);

#endif
