/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A clipboard text: UTF-8, lines ended by a single LF, no NUL. Reference-counted and never changed;
 * the last unref wipes it. No I/O.
 */
#ifndef GPUDESK_CLIPBOARD_TEXT_H
#define GPUDESK_CLIPBOARD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text_charset.h"

struct clipboard_text {
	unsigned references;
	size_t length; /* bytes */
	size_t capacity;
	char bytes[];
};

/*
 * Makes a text of at most `limit` bytes from UTF-8 or Latin-1 (ISO 8859-1). CR LF and a lone CR
 * become LF, and the text ends at the first NUL, as it would for C programs. Returns 0, -EILSEQ for
 * what is not UTF-8, -EMSGSIZE over the limit, or -ENOMEM.
 */
int clipboard_text_from_utf8(const uint8_t *bytes, size_t length, size_t limit,
			     struct clipboard_text **ret_text);
int clipboard_text_from_latin1(const uint8_t *bytes, size_t length, size_t limit,
			       struct clipboard_text **ret_text);

struct clipboard_text *clipboard_text_ref(struct clipboard_text *text);

/* NULL is fine. Returns NULL. */
struct clipboard_text *clipboard_text_unref(struct clipboard_text *text);

bool clipboard_text_equal(const struct clipboard_text *a, const struct clipboard_text *b);

/*
 * The text in Latin-1. Characters it lacks are replaced by similar ones (quotes, dashes, ligatures)
 * or '?'. `ret_bytes` needs room for clipboard_text_latin1_size() bytes. Returns the length in
 * bytes; *ret_exact (NULL is fine) says whether nothing was replaced.
 */
size_t clipboard_text_latin1_size(const struct clipboard_text *text);
size_t clipboard_text_to_latin1(const struct clipboard_text *text, uint8_t *ret_bytes,
				bool *ret_exact);

/* The same for any charset; TEXT_CHARSET_UNKNOWN is Latin-1. Room for clipboard_text_size() bytes.
 */
int clipboard_text_from(enum text_charset charset, const uint8_t *bytes, size_t length,
			size_t limit, struct clipboard_text **ret_text);
size_t clipboard_text_size(enum text_charset charset, const struct clipboard_text *text);
size_t clipboard_text_to(enum text_charset charset, const struct clipboard_text *text,
			 uint8_t *ret_bytes);

/* The text with '?' for each character beyond ASCII. Returns 0 or -ENOMEM. */
int clipboard_text_to_ascii(const struct clipboard_text *text, struct clipboard_text **ret_ascii);

/* For all `length` bytes that have held clipboard text. NULL is fine. */
void clipboard_text_wipe_and_free(void *bytes, size_t length);

#endif
