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
	struct cut_text again;

	require(cut_text_decode(message->bytes, message->length, limit, &again) == 0);
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
	require(cut_text_encode_provide(text, &message) == 0);
	require_same(&message, text, LIMIT);
	cut_text_message_free(&message);
	require(cut_text_encode_classic(text, &message) == 0);
	/* Latin-1 takes at most twice the size, and that in UTF-8 again twice. */
	require_same(&message, NULL, 4 * (size_t)LIMIT);
	cut_text_message_free(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct cut_text got = { .text = NULL };
	int r = cut_text_decode(bytes, length, LIMIT, &got);

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
