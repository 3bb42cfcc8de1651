/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan_code.h"

#include <linux/input-event-codes.h>

enum {
	EVDEV_OFFSET = 8, /* X keycodes start here */
	E0 = 0x80,
	SAME_LAST = KEY_KPDOT, /* so far, Linux's key codes are the scan codes */
};

static const uint8_t others[256] = {
	[0x54] = KEY_SYSRQ,
	[0x56] = KEY_102ND,
	[0x57] = KEY_F11,
	[0x58] = KEY_F12,
	[0x59] = KEY_KPEQUAL,
	[0x5d] = KEY_F13,
	[0x5e] = KEY_F14,
	[0x5f] = KEY_F15,
	[0x70] = KEY_KATAKANAHIRAGANA,
	[0x73] = KEY_RO,
	[0x76] = KEY_ZENKAKUHANKAKU,
	[0x77] = KEY_HIRAGANA,
	[0x78] = KEY_KATAKANA,
	[0x79] = KEY_HENKAN,
	[0x7b] = KEY_MUHENKAN,
	[0x7d] = KEY_YEN,
	[0x7e] = KEY_KPCOMMA,
	[E0 | 0x10] = KEY_PREVIOUSSONG,
	[E0 | 0x19] = KEY_NEXTSONG,
	[E0 | 0x1c] = KEY_KPENTER,
	[E0 | 0x1d] = KEY_RIGHTCTRL,
	[E0 | 0x20] = KEY_MUTE,
	[E0 | 0x21] = KEY_CALC,
	[E0 | 0x22] = KEY_PLAYPAUSE,
	[E0 | 0x24] = KEY_STOPCD,
	[E0 | 0x2e] = KEY_VOLUMEDOWN,
	[E0 | 0x30] = KEY_VOLUMEUP,
	[E0 | 0x32] = KEY_HOMEPAGE,
	[E0 | 0x35] = KEY_KPSLASH,
	[E0 | 0x37] = KEY_SYSRQ,
	[E0 | 0x38] = KEY_RIGHTALT,
	[E0 | 0x46] = KEY_PAUSE,
	[E0 | 0x47] = KEY_HOME,
	[E0 | 0x48] = KEY_UP,
	[E0 | 0x49] = KEY_PAGEUP,
	[E0 | 0x4b] = KEY_LEFT,
	[E0 | 0x4d] = KEY_RIGHT,
	[E0 | 0x4f] = KEY_END,
	[E0 | 0x50] = KEY_DOWN,
	[E0 | 0x51] = KEY_PAGEDOWN,
	[E0 | 0x52] = KEY_INSERT,
	[E0 | 0x53] = KEY_DELETE,
	[E0 | 0x5b] = KEY_LEFTMETA,
	[E0 | 0x5c] = KEY_RIGHTMETA,
	[E0 | 0x5d] = KEY_COMPOSE,
	[E0 | 0x5e] = KEY_POWER,
	[E0 | 0x5f] = KEY_SLEEP,
	[E0 | 0x63] = KEY_WAKEUP,
	[E0 | 0x65] = KEY_SEARCH,
	[E0 | 0x66] = KEY_BOOKMARKS,
	[E0 | 0x67] = KEY_REFRESH,
	[E0 | 0x68] = KEY_STOP,
	[E0 | 0x69] = KEY_FORWARD,
	[E0 | 0x6a] = KEY_BACK,
	[E0 | 0x6b] = KEY_COMPUTER,
	[E0 | 0x6c] = KEY_MAIL,
};

uint8_t scan_code_to_keycode(uint32_t scan_code)
{
	uint32_t key;

	if (scan_code >> 8 == 0xe0)
		scan_code = (scan_code & 0x7f) | E0;
	if (!scan_code || scan_code > 0xff)
		return 0;
	key = scan_code <= SAME_LAST ? scan_code : others[scan_code];
	return key ? (uint8_t)(key + EVDEV_OFFSET) : 0;
}
