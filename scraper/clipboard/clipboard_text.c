/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clipboard_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LATIN1_PER_BYTE = 2 }; /* the most is "(TM)" for the three bytes of U+2122 */

void clipboard_text_wipe_and_free(void *bytes, size_t length)
{
	if (bytes && length)
		explicit_bzero(bytes, length);
	free(bytes);
}

static struct clipboard_text *create(size_t capacity)
{
	struct clipboard_text *text = malloc(sizeof(*text) + capacity);

	if (text)
		*text = (struct clipboard_text){ .references = 1, .capacity = capacity };
	return text;
}

struct clipboard_text *clipboard_text_ref(struct clipboard_text *text)
{
	text->references++;
	return text;
}

struct clipboard_text *clipboard_text_unref(struct clipboard_text *text)
{
	if (text && --text->references == 0)
		clipboard_text_wipe_and_free(text, sizeof(*text) + text->capacity);
	return NULL;
}

bool clipboard_text_equal(const struct clipboard_text *a, const struct clipboard_text *b)
{
	return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

static bool is_utf8(const uint8_t *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		size_t n = text_charset_character(bytes + at, length - at);

		if (!n)
			return false;
		at += n;
	}
	return true;
}

/* The character at `*at`, which is well-formed; moves `*at` past it. */
static uint32_t next_character(const struct clipboard_text *text, size_t *at)
{
	const uint8_t *bytes = (const uint8_t *)text->bytes + *at;
	size_t length = text_charset_character(bytes, text->length - *at);
	uint32_t character = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);

	for (size_t i = 1; i < length; i++)
		character = character << 6 | (bytes[i] & 0x3f);
	*at += length;
	return character;
}

static size_t length_to_nul(const uint8_t *bytes, size_t length)
{
	const uint8_t *end = length ? memchr(bytes, '\0', length) : NULL;

	return end ? (size_t)(end - bytes) : length;
}

/* Whether the byte is the LF of a CR LF, whose CR has become the LF already. */
static bool is_second_half(const uint8_t *bytes, size_t at)
{
	return bytes[at] == '\n' && at && bytes[at - 1] == '\r';
}

/* Appends the bytes; if `latin1`, those from 0x80 on as two bytes of UTF-8. */
static int append_lines(struct clipboard_text *text, const uint8_t *bytes, size_t length,
			bool latin1)
{
	for (size_t i = 0; i < length; i++) {
		uint8_t byte = bytes[i] == '\r' ? '\n' : bytes[i];
		size_t n = latin1 && byte >= 0x80 ? 2 : 1;

		if (is_second_half(bytes, i))
			continue;
		if (text->capacity - text->length < n)
			return -EMSGSIZE;
		if (n == 2) {
			text->bytes[text->length++] = (char)(0xc0 | byte >> 6);
			byte = (uint8_t)(0x80 | (byte & 0x3f));
		}
		text->bytes[text->length++] = (char)byte;
	}
	return 0;
}

static int from_bytes(const uint8_t *bytes, size_t length, size_t limit, bool latin1,
		      struct clipboard_text **ret_text)
{
	size_t capacity = latin1 ? 2 * length : length;
	struct clipboard_text *text = create(capacity < limit ? capacity : limit);

	if (!text)
		return -ENOMEM;
	int r = append_lines(text, bytes, length, latin1);
	if (r < 0)
		clipboard_text_unref(text);
	else
		*ret_text = text;
	return r;
}

int clipboard_text_from_utf8(const uint8_t *bytes, size_t length, size_t limit,
			     struct clipboard_text **ret_text)
{
	length = length_to_nul(bytes, length);
	if (!is_utf8(bytes, length))
		return -EILSEQ;
	return from_bytes(bytes, length, limit, false, ret_text);
}

int clipboard_text_from_latin1(const uint8_t *bytes, size_t length, size_t limit,
			       struct clipboard_text **ret_text)
{
	return from_bytes(bytes, length_to_nul(bytes, length), limit, true, ret_text);
}

static int from_cesu8(const uint8_t *bytes, size_t length, size_t limit,
		      struct clipboard_text **ret_text)
{
	uint8_t *joined = malloc(length + 1);

	if (!joined)
		return -ENOMEM;
	size_t n = text_charset_join(bytes, length, joined);
	int r = clipboard_text_from_utf8(joined, n, limit, ret_text);
	clipboard_text_wipe_and_free(joined, length);
	return r;
}

int clipboard_text_from(enum text_charset charset, const uint8_t *bytes, size_t length,
			size_t limit, struct clipboard_text **ret_text)
{
	switch (charset) {
	case TEXT_CHARSET_UTF8:
		return clipboard_text_from_utf8(bytes, length, limit, ret_text);
	case TEXT_CHARSET_CESU8:
		return from_cesu8(bytes, length, limit, ret_text);
	default:
		return clipboard_text_from_latin1(bytes, length, limit, ret_text);
	}
}

/* In the order of the characters. */
static const struct {
	uint16_t first, last;
	const char *instead;
} replacements[] = {
	{ 0x0152, 0x0152, "OE" },  { 0x0153, 0x0153, "oe" },  { 0x0160, 0x0160, "S" },
	{ 0x0161, 0x0161, "s" },   { 0x0178, 0x0178, "Y" },   { 0x017d, 0x017d, "Z" },
	{ 0x017e, 0x017e, "z" },   { 0x02c6, 0x02c6, "^" },   { 0x02dc, 0x02dc, "~" },
	{ 0x2000, 0x200a, " " },   { 0x200b, 0x200f, "" },    { 0x2010, 0x2015, "-" },
	{ 0x2018, 0x2019, "'" },   { 0x201a, 0x201a, "," },   { 0x201b, 0x201b, "'" },
	{ 0x201c, 0x201f, "\"" },  { 0x2020, 0x2021, "+" },   { 0x2022, 0x2022, "*" },
	{ 0x2026, 0x2026, "..." }, { 0x2028, 0x2029, "\n" },  { 0x202f, 0x202f, " " },
	{ 0x2032, 0x2032, "'" },   { 0x2033, 0x2033, "\"" },  { 0x2039, 0x2039, "<" },
	{ 0x203a, 0x203a, ">" },   { 0x20ac, 0x20ac, "EUR" }, { 0x2122, 0x2122, "(TM)" },
	{ 0x2190, 0x2190, "<-" },  { 0x2192, 0x2192, "->" },  { 0x2212, 0x2212, "-" },
	{ 0x2264, 0x2264, "<=" },  { 0x2265, 0x2265, ">=" },  { 0xfb00, 0xfb00, "ff" },
	{ 0xfb01, 0xfb01, "fi" },  { 0xfb02, 0xfb02, "fl" },  { 0xfb03, 0xfb03, "ffi" },
	{ 0xfb04, 0xfb04, "ffl" }, { 0xfeff, 0xfeff, "" },
};

static const char *replacement(uint32_t character)
{
	for (size_t i = 0; i < sizeof(replacements) / sizeof(*replacements); i++)
		if (character >= replacements[i].first && character <= replacements[i].last)
			return replacements[i].instead;
	return "?";
}

size_t clipboard_text_latin1_size(const struct clipboard_text *text)
{
	return LATIN1_PER_BYTE * text->length;
}

size_t clipboard_text_to_latin1(const struct clipboard_text *text, uint8_t *ret_bytes,
				bool *ret_exact)
{
	size_t length = 0;
	bool exact = true;

	for (size_t at = 0; at < text->length;) {
		uint32_t character = next_character(text, &at);

		if (character <= 0xff) {
			ret_bytes[length++] = (uint8_t)character;
			continue;
		}
		exact = false;
		for (const char *c = replacement(character); *c; c++)
			ret_bytes[length++] = (uint8_t)*c;
	}
	if (ret_exact)
		*ret_exact = exact;
	return length;
}

int clipboard_text_to_ascii(const struct clipboard_text *text, struct clipboard_text **ret_ascii)
{
	struct clipboard_text *ascii = create(text->length);

	if (!ascii)
		return -ENOMEM;
	for (size_t at = 0; at < text->length;) {
		uint32_t character = next_character(text, &at);

		ascii->bytes[ascii->length++] = character < 0x80 ? (char)character : '?';
	}
	*ret_ascii = ascii;
	return 0;
}

size_t clipboard_text_size(enum text_charset charset, const struct clipboard_text *text)
{
	switch (charset) {
	case TEXT_CHARSET_UTF8:
		return text->length;
	case TEXT_CHARSET_CESU8: /* four bytes become six */
		return text->length + text->length / 2;
	default:
		return clipboard_text_latin1_size(text);
	}
}

size_t clipboard_text_to(enum text_charset charset, const struct clipboard_text *text,
			 uint8_t *ret_bytes)
{
	const uint8_t *bytes = (const uint8_t *)text->bytes;

	switch (charset) {
	case TEXT_CHARSET_UTF8:
		memcpy(ret_bytes, bytes, text->length);
		return text->length;
	case TEXT_CHARSET_CESU8:
		return text_charset_split(bytes, text->length, ret_bytes);
	default:
		return clipboard_text_to_latin1(text, ret_bytes, NULL);
	}
}
