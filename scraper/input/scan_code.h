/* SPDX-License-Identifier: GPL-2.0-or-later */
/* XT scan codes, as in QEMU's extended key events (rfbproto.rst), to X keycodes. */
#ifndef GPUDESK_SCAN_CODE_H
#define GPUDESK_SCAN_CODE_H

#include <stdint.h>

/*
 * The X keycode, in the numbering of XKB's "evdev" rules, of the key with this code of set 1. A
 * prefix of 0xe0 is bit 7, or is spelt out: 0xe0XX. Returns 0 if there is none.
 */
uint8_t scan_code_to_keycode(uint32_t scan_code);

#endif
