/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the X server's keymap, and gives a meaning to one key that has none. */
#ifndef GPUDESK_XKB_MAP_H
#define GPUDESK_XKB_MAP_H

#include <stdint.h>

#include <X11/Xlib.h>

#include "keymap.h"

/* Reads it as a whole. Returns 0, or -errno with the keymap as it was; one round trip. */
int xkb_map_load(Display *x, struct keymap *keymap);

/*
 * Puts `keysym` on the key `keycode`, with its twin in the other case, and on no other key: it
 * types them in every group, whatever the modifiers. One request, of which every program is told,
 * so that it is not to be made often. Returns 0 or -errno.
 */
int xkb_map_assign(Display *x, uint8_t keycode, uint32_t keysym);

#endif
