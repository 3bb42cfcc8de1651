/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a viewer's cut text: refused, or a text within the limit that makes a round trip. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "scraper/clipboard/cut_text.h"

enum { LIMIT = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require_same(const struct cut_text_message *message, const struct clipboard_text *text,
			 size_t limit)
{
	enum text_charset charset = TEXT_CHARSET_UNKNOWN;
	struct cut_text again;

	require(cut_text_decode(message->bytes, message->length, limit, &charset, &again) == 0);
	require(again.kind == CUT_TEXT_IS_TEXT && again.text != NULL);
	require(text == NULL || clipboard_text_equal(again.text, text));
	clipboard_text_unref(again.text);
}

static void check_text(const struct clipboard_text *text)
{
	struct cut_text_message message;

	require(text->length <= LIMIT);
	require(!memchr(text->bytes, '\0', text->length));
	require(!memchr(text->bytes, '\r', text->length));
	for (enum text_charset c = TEXT_CHARSET_UNKNOWN; c <= TEXT_CHARSET_CESU8; c++) {
		struct cut_text_form form = { .charset = c, .bare = text->length % 2 };
		bool utf8 = text_charset_is_utf8(c);

		require(cut_text_encode_provide(text, form, &message) == 0);
		require_same(&message, text, LIMIT);
		cut_text_message_free(&message);
		require(cut_text_encode_classic(text, form, &message) == 0);
		/* Latin-1 takes at most twice the size, and that in UTF-8 again twice. */
		require_same(&message, utf8 ? text : NULL, 4 * (size_t)LIMIT);
		cut_text_message_free(&message);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	enum text_charset charset = TEXT_CHARSET_UNKNOWN;
	struct cut_text got = { .text = NULL };
	int r = cut_text_decode(bytes, length, LIMIT, &charset, &got);

	if (r < 0) {
		require(r == -EBADMSG || r == -EILSEQ || r == -EMSGSIZE);
		require(got.text == NULL);
		return 0;
	}
	require(got.kind == CUT_TEXT_IS_TEXT || got.text == NULL);
	if (got.text)
		check_text(got.text);
	clipboard_text_unref(got.text);
	return 0;
}
