/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shortcuts from keyboards of other scripts: Control and Cyrillic с is meant as Ctrl+C. What such a
 * key has in Latin is known from its place, which the viewer sends as a scan code; or, without one,
 * from where the script's standard keyboard has the letter (Russian, Greek, Israeli and Arabic,
 * with the letters that their neighbours add). Pure functions.
 */
#ifndef GPUDESK_SHORTCUT_H
#define GPUDESK_SHORTCUT_H

#include <stdbool.h>
#include <stdint.h>

#include "keymap.h"
#include "spare_keys.h"

/*
 * What the key types on an American keyboard, with Shift if `shift`: a keysym of ASCII; 0 if
 * `keysym` is no letter of another script, or its place is not known. `position`: the key's keycode
 * (scan_code_to_keycode), or 0.
 */
uint32_t shortcut_keysym(uint32_t keysym, uint8_t position, bool shift);

/*
 * What to type for `keysym` in `state`: another keysym if Control, Alt or Super is held, the keysym
 * is a letter of another script, and neither is it on the current layout, where a user of the
 * desktop's own keyboard would press it, nor is it the only one of both that this keyboard has.
 */
uint32_t shortcut_translate(const struct keymap *keymap, const struct keymap_state *state,
			    const struct spare_keys *spares, uint32_t keysym, uint8_t position);

#endif
