/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text_charset.h"

#include <string.h>

enum { SURROGATE = 3, ABOVE_BMP = 4 }; /* bytes */

size_t text_charset_character(const uint8_t *bytes, size_t have)
{
	uint8_t first = bytes[0], low = 0x80, high = 0xbf;

	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (have < length)
		return 0;
	if (first == 0xe0)
		low = 0xa0;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f;
	if (bytes[1] < low || bytes[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if (bytes[i] < 0x80 || bytes[i] > 0xbf)
			return 0;
	return length;
}

/* Whether `bytes` begins with a surrogate: a high one (0xa0 to 0xaf) or a low one. */
static bool is_surrogate(const uint8_t *bytes, size_t have, uint8_t first_of_second)
{
	return have >= SURROGATE && bytes[0] == 0xed && bytes[1] >= first_of_second &&
	       bytes[1] <= first_of_second + 0xf && bytes[2] >= 0x80 && bytes[2] <= 0xbf;
}

static bool is_high(const uint8_t *bytes, size_t have)
{
	return is_surrogate(bytes, have, 0xa0);
}

static bool is_low(const uint8_t *bytes, size_t have)
{
	return is_surrogate(bytes, have, 0xb0);
}

/* What no text in Latin-1 has. */
static bool is_surely_utf8(const uint8_t *bytes, size_t length)
{
	return length > 2 || bytes[0] <= 0xc3 || bytes[1] < 0xa0;
}

enum text_charset text_charset_of(const uint8_t *bytes, size_t length, enum text_charset before)
{
	bool sure = before != TEXT_CHARSET_LATIN1, surrogates = false, above = false, ascii = true;
	size_t n;

	for (size_t at = 0; at < length; at += n) {
		n = text_charset_character(bytes + at, length - at);
		if (!n && (is_high(bytes + at, length - at) || is_low(bytes + at, length - at))) {
			n = SURROGATE;
			surrogates = true;
		}
		if (!n)
			return TEXT_CHARSET_LATIN1;
		ascii = ascii && n == 1;
		above = above || n == ABOVE_BMP;
		sure = sure || (n > 1 && is_surely_utf8(bytes + at, n));
	}
	if (ascii)
		return before;
	if (!sure)
		return TEXT_CHARSET_LATIN1;
	if (surrogates || (before == TEXT_CHARSET_CESU8 && !above))
		return TEXT_CHARSET_CESU8;
	return TEXT_CHARSET_UTF8;
}

static uint32_t surrogate_bits(const uint8_t *bytes)
{
	return (bytes[1] & 0xfu) << 6 | (bytes[2] & 0x3fu);
}

size_t text_charset_join(const uint8_t *bytes, size_t length, uint8_t *ret_bytes)
{
	size_t to = 0;

	for (size_t at = 0; at < length;) {
		const uint8_t *from = bytes + at;
		size_t have = length - at;

		if (is_high(from, have) && is_low(from + SURROGATE, have - SURROGATE)) {
			uint32_t c = 0x10000 + (surrogate_bits(from) << 10 |
						surrogate_bits(from + SURROGATE));

			ret_bytes[to++] = (uint8_t)(0xf0 | c >> 18);
			ret_bytes[to++] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
			ret_bytes[to++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
			ret_bytes[to++] = (uint8_t)(0x80 | (c & 0x3f));
			at += 2 * SURROGATE;
		} else if (is_high(from, have) || is_low(from, have)) {
			at += SURROGATE;
		} else {
			ret_bytes[to++] = bytes[at++];
		}
	}
	return to;
}

static void put_surrogate(uint32_t surrogate, uint8_t ret_bytes[static SURROGATE])
{
	ret_bytes[0] = 0xed;
	ret_bytes[1] = (uint8_t)(0x80 | (surrogate >> 6 & 0x3f));
	ret_bytes[2] = (uint8_t)(0x80 | (surrogate & 0x3f));
}

size_t text_charset_split(const uint8_t *bytes, size_t length, uint8_t *ret_bytes)
{
	size_t to = 0, n;

	for (size_t at = 0; at < length; at += n) {
		const uint8_t *from = bytes + at;

		n = text_charset_character(from, length - at);
		if (n == ABOVE_BMP) {
			uint32_t c = ((from[0] & 7u) << 18 | (from[1] & 0x3fu) << 12 |
				      (from[2] & 0x3fu) << 6 | (from[3] & 0x3fu)) -
				     0x10000;

			put_surrogate(0xd800 | c >> 10, ret_bytes + to);
			put_surrogate(0xdc00 | (c & 0x3ff), ret_bytes + to + SURROGATE);
			to += 2 * SURROGATE;
		} else {
			n = n ? n : 1;
			memmove(ret_bytes + to, from, n);
			to += n;
		}
	}
	return to;
}
