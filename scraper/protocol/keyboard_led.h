/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The LEDs of a keyboard, as bits. */
#ifndef GPUDESK_KEYBOARD_LED_H
#define GPUDESK_KEYBOARD_LED_H

enum keyboard_led { KEYBOARD_LED_CAPS = 1, KEYBOARD_LED_NUM = 2, KEYBOARD_LED_SCROLL = 4 };

#endif
