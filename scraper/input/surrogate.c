/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "surrogate.h"

/* Keysyms of Unicode characters (X11 protocol, appendix A). */
enum { UNICODE = 0x01000000, HIGH = UNICODE | 0xd800, LOW = UNICODE | 0xdc00, HALVES = 0x400 };

static uint32_t character_of(uint32_t high, uint32_t low)
{
	return UNICODE | (0x10000 + ((high - HIGH) << 10) + (low - LOW));
}

bool surrogate_join(struct surrogate *surrogate, uint32_t *keysym, bool down)
{
	const uint32_t key = *keysym, high = surrogate->high;

	if (down)
		surrogate->high = key >= HIGH && key < LOW ? key : 0;
	if (key < HIGH || key >= LOW + HALVES)
		return true;
	if (key < LOW)
		return false;
	if (down)
		surrogate->pair = high ? character_of(high, key) : 0;
	*keysym = surrogate->pair;
	if (!down)
		surrogate->pair = 0;
	return *keysym != 0;
}
