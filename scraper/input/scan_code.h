/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the XT keyboard's scan codes, which RFB has from QEMU, to X keycodes. */
#ifndef GPUDESK_SCAN_CODE_H
#define GPUDESK_SCAN_CODE_H

#include <stdint.h>

/*
 * The X keycode, as XKB's "evdev" rules number them, of the key with this code of set 1: an 0xe0
 * before it is bit 7, or spelt out as 0xe0XX. 0 for none.
 */
uint8_t scan_code_to_keycode(uint32_t scan_code);

#endif
