/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In which charset a viewer writes clipboard text. RFB's cut texts are Latin-1, but guacd sends and
 * expects UTF-8 in them if its connection says so, and a browser's characters above U+FFFF come as
 * two surrogates of three bytes each (CESU-8). Only the bytes tell. No I/O, no allocation.
 */
#ifndef GPUDESK_TEXT_CHARSET_H
#define GPUDESK_TEXT_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum text_charset {
	TEXT_CHARSET_UNKNOWN, /* ASCII so far: Latin-1, as the protocol says */
	TEXT_CHARSET_LATIN1,
	TEXT_CHARSET_UTF8,
	TEXT_CHARSET_CESU8, /* UTF-8 with surrogates */
};

/*
 * What the next text of a viewer is in, and so the viewer from then on. ASCII tells nothing, and
 * what is not UTF-8 is Latin-1. What is valid UTF-8 is taken as such, except when the viewer is
 * known for Latin-1 and the text could be that as well: only pairs such as "É»", "ß«" or "Ä°", no
 * control character (0x80 to 0x9f), nothing that begins with 0xc2 or 0xc3.
 */
enum text_charset text_charset_of(const uint8_t *bytes, size_t length, enum text_charset before);

static inline bool text_charset_is_utf8(enum text_charset charset)
{
	return charset == TEXT_CHARSET_UTF8 || charset == TEXT_CHARSET_CESU8;
}

/*
 * The length in bytes of the well-formed UTF-8 character that `bytes` begins with (the Unicode
 * Standard, table 3-7: no surrogates, no overlong forms), 0 if there is none. `have` is not 0.
 */
size_t text_charset_character(const uint8_t *bytes, size_t have);

/*
 * CESU-8 to UTF-8: joins pairs of surrogates, and drops single ones. In place is fine. Returns the
 * length, at most `length`.
 */
size_t text_charset_join(const uint8_t *bytes, size_t length, uint8_t *ret_bytes);

/* UTF-8 to CESU-8: at most half as long again. Returns the length. */
size_t text_charset_split(const uint8_t *bytes, size_t length, uint8_t *ret_bytes);

#endif
