/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages that carry clipboard text, against rfbproto.rst. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "clipboard/cut_text.h"
#include "common/wire.h"

enum { LIMIT = 1000, MESSAGE_MAX = 8192 };

static uint8_t message[MESSAGE_MAX];
static struct cut_text got;
static enum text_charset charset;

static int decode_classic(const void *text, size_t length)
{
	memset(message, 0, 8);
	message[0] = 6;
	wire_write_u32(message + 4, (uint32_t)length);
	memcpy(message + 8, text, length);
	return cut_text_decode(message, 8 + length, LIMIT, &charset, &got);
}

static int decode_extended(uint32_t flags, const void *data, size_t length)
{
	memset(message, 0, 8);
	message[0] = 6;
	wire_write_u32(message + 4, -(uint32_t)(length + 4));
	wire_write_u32(message + 8, flags);
	if (length)
		memcpy(message + 12, data, length);
	return cut_text_decode(message, 12 + length, LIMIT, &charset, &got);
}

/* A stream as TigerVNC makes it: flushed, but without an end. */
static size_t deflate_open(const void *data, size_t length, uint8_t *ret_bytes, size_t size)
{
	z_stream stream = { .next_in = (uint8_t *)(uintptr_t)data, .avail_in = (uInt)length };

	assert_int_equal(deflateInit(&stream, 6), Z_OK);
	stream.next_out = ret_bytes;
	stream.avail_out = (uInt)size;
	assert_int_equal(deflate(&stream, Z_SYNC_FLUSH), Z_OK);
	length = size - stream.avail_out;
	deflateEnd(&stream);
	return length;
}

/* Provides `text` with its terminating NUL; its size field says `said` bytes. */
static int decode_provide(uint32_t formats, uint32_t said, const void *text, size_t length)
{
	static uint8_t content[MESSAGE_MAX], packed[MESSAGE_MAX];

	wire_write_u32(content, said);
	memcpy(content + 4, text, length);
	size_t n = deflate_open(content, 4 + length, packed, sizeof(packed));
	return decode_extended(CUT_TEXT_PROVIDE | formats, packed, n);
}

static int provide(const char *text)
{
	return decode_provide(1, (uint32_t)strlen(text) + 1, text, strlen(text) + 1);
}

static void assert_got_text(const char *expected)
{
	assert_int_equal(got.kind, CUT_TEXT_IS_TEXT);
	assert_non_null(got.text);
	assert_int_equal(got.text->length, strlen(expected));
	assert_memory_equal(got.text->bytes, expected, got.text->length);
	got.text = clipboard_text_unref(got.text);
}

static void test_classic(void **state)
{
	static char text[LIMIT + 1];

	(void)state;
	assert_int_equal(decode_classic("Gr\xfc\xdf\r\n", 6), 0);
	assert_got_text("Gr\xc3\xbc\xc3\x9f\n");
	assert_int_equal(decode_classic("", 0), 0);
	assert_got_text("");
	assert_int_equal(decode_classic("a\0b", 3), 0);
	assert_got_text("a");
	memset(text, 'x', sizeof(text));
	assert_int_equal(decode_classic(text, LIMIT), 0);
	assert_int_equal(got.text->length, LIMIT);
	got.text = clipboard_text_unref(got.text);
	assert_int_equal(decode_classic(text, LIMIT + 1), -EMSGSIZE);
	assert_null(got.text);
}

static void test_provide(void **state)
{
	static char text[2 * LIMIT + 2];

	(void)state;
	assert_int_equal(provide("你好\r\n😀"), 0);
	assert_got_text("你好\n😀");
	assert_int_equal(provide(""), 0);
	assert_got_text("");
	assert_int_equal(decode_provide(1, 0, "", 0), 0);
	assert_got_text("");
	/* Without the NUL. */
	assert_int_equal(decode_provide(1, 2, "ab", 2), 0);
	assert_got_text("ab");
	/* Unknown formats follow the text. */
	assert_int_equal(decode_provide(7, 3, "ab\0\0\0\0\1x", 8), 0);
	assert_got_text("ab");
	assert_int_equal(provide("\xff\xfe"), -EILSEQ);

	/* The limit counts the decoded text: LF alone, no NUL. */
	for (size_t i = 0; i < LIMIT; i++)
		memcpy(text + 2 * i, "\r\n", 2);
	assert_int_equal(provide(text), 0);
	assert_int_equal(got.text->length, LIMIT);
	got.text = clipboard_text_unref(got.text);
	memset(text, 'x', LIMIT + 1);
	text[LIMIT + 1] = '\0';
	assert_int_equal(provide(text), -EMSGSIZE);
	/* Over the limit by its size field: not even inflated. */
	assert_int_equal(decode_provide(1, 2 * LIMIT + 2, "", 0), -EMSGSIZE);
	assert_int_equal(decode_provide(1, UINT32_MAX, "", 0), -EMSGSIZE);
}

static void test_broken_provide(void **state)
{
	uint8_t packed[64];
	size_t n = deflate_open("\0\0\0\5abcd", 9, packed, sizeof(packed));

	(void)state;
	assert_int_equal(decode_extended(CUT_TEXT_PROVIDE | 1, packed, n), 0);
	assert_got_text("abcd");
	for (size_t cut = 0; cut < n; cut++) {
		int r = decode_extended(CUT_TEXT_PROVIDE | 1, packed, cut);

		/* The flush at the end carries no text. */
		if (r == 0)
			assert_got_text("abcd");
		else
			assert_int_equal(r, -EBADMSG);
	}
	assert_int_equal(decode_extended(CUT_TEXT_PROVIDE | 1, "garbage!", 8), -EBADMSG);
	assert_int_equal(decode_extended(CUT_TEXT_PROVIDE | 1, NULL, 0), -EBADMSG);
	/* Shorter than its size field says. */
	assert_int_equal(decode_provide(1, 6, "abcd", 5), -EBADMSG);
	/* Without plain text, nothing is inflated. */
	assert_int_equal(decode_extended(CUT_TEXT_PROVIDE | 4, "garbage!", 8), 0);
	assert_int_equal(got.kind, CUT_TEXT_IS_TEXT);
	assert_null(got.text);
}

static void test_actions(void **state)
{
	static const struct {
		uint32_t action;
		enum cut_text_kind kind;
	} kinds[] = {
		{ CUT_TEXT_REQUEST, CUT_TEXT_IS_REQUEST },
		{ CUT_TEXT_PEEK, CUT_TEXT_IS_PEEK },
		{ CUT_TEXT_NOTIFY, CUT_TEXT_IS_NOTIFY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		for (uint32_t formats = 0; formats < 4; formats++) {
			assert_int_equal(decode_extended(kinds[i].action | formats, NULL, 0), 0);
			assert_int_equal(got.kind, kinds[i].kind);
			assert_int_equal(got.has_text, formats & 1);
			assert_null(got.text);
		}
	}
	assert_int_equal(decode_extended(0, NULL, 0), -EBADMSG);
	assert_int_equal(decode_extended(CUT_TEXT_REQUEST | CUT_TEXT_PEEK, NULL, 0), -EBADMSG);
	assert_int_equal(decode_extended(CUT_TEXT_PROVIDE | CUT_TEXT_PEEK, NULL, 0), -EBADMSG);
	assert_int_equal(decode_extended(1u << 29, NULL, 0), -EBADMSG);
}

static void test_caps(void **state)
{
	uint8_t sizes[8] = { 0, 1, 2, 3, 0, 0, 0, 9 };
	const uint32_t flags = CUT_TEXT_CAPS | CUT_TEXT_NOTIFY | CUT_TEXT_PROVIDE;

	(void)state;
	assert_int_equal(decode_extended(flags | 5, sizes, 8), 0);
	assert_int_equal(got.kind, CUT_TEXT_IS_CAPS);
	assert_true(got.has_text);
	assert_int_equal(got.text_size, 0x010203);
	assert_int_equal(got.actions & ~(uint32_t)CUT_TEXT_CAPS,
			 CUT_TEXT_NOTIFY | CUT_TEXT_PROVIDE);
	assert_int_equal(decode_extended(flags | 4, sizes, 4), 0);
	assert_false(got.has_text);
	assert_int_equal(got.text_size, 0);
	assert_int_equal(decode_extended(flags, NULL, 0), 0);
	assert_false(got.has_text);
	/* A size is missing. */
	assert_int_equal(decode_extended(flags | 1, sizes, 3), -EBADMSG);
	assert_int_equal(decode_extended(flags | 5, sizes, 7), -EBADMSG);
	assert_int_equal(decode_extended(flags | 0xffff, sizes, 8), -EBADMSG);
}

static void test_too_short(void **state)
{
	static const uint8_t least[12] = { 6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 4 };

	(void)state;
	assert_int_equal(cut_text_decode(least, 12, LIMIT, &charset, &got), 0);
	for (size_t length = 0; length < 12; length++)
		assert_int_equal(cut_text_decode(least, length, LIMIT, &charset, &got), -EBADMSG);
}

/* ---- other charsets than the protocol's ---- */

static void decode_as(const char *text, enum text_charset before, enum text_charset after,
		      const char *expected)
{
	charset = before;
	assert_int_equal(decode_classic(text, strlen(text)), 0);
	assert_int_equal(charset, after);
	assert_got_text(expected);
}

static void test_classic_utf8(void **state)
{
	(void)state;
	decode_as("ab\r\n", TEXT_CHARSET_UNKNOWN, TEXT_CHARSET_UNKNOWN, "ab\n");
	decode_as("ab", TEXT_CHARSET_UTF8, TEXT_CHARSET_UTF8, "ab");
	decode_as("gr\xfcn", TEXT_CHARSET_UTF8, TEXT_CHARSET_LATIN1, "grün");
	decode_as("grün\r\n你", TEXT_CHARSET_UNKNOWN, TEXT_CHARSET_UTF8, "grün\n你");
	decode_as("grün", TEXT_CHARSET_LATIN1, TEXT_CHARSET_UTF8, "grün");
	decode_as("Spa\xdf\xab", TEXT_CHARSET_LATIN1, TEXT_CHARSET_LATIN1, "Spaß«");
	decode_as("\xed\xa0\xbd\xed\xb8\x80!", TEXT_CHARSET_UTF8, TEXT_CHARSET_CESU8, "😀!");
	/* A text that is refused says nothing. */
	charset = TEXT_CHARSET_LATIN1;
	for (size_t i = 0; i < 700; i++)
		memcpy(message + 2000 + 2 * i, "ü", 2);
	assert_int_equal(decode_classic(message + 2000, 1400), -EMSGSIZE);
	assert_int_equal(charset, TEXT_CHARSET_LATIN1);
	/* What follows a NUL is not looked at. */
	assert_int_equal(decode_classic("ü\0\xff", 4), 0);
	assert_int_equal(charset, TEXT_CHARSET_UTF8);
	assert_got_text("ü");
}

/* A browser behind guacd: surrogates, and the NUL that guacd passed on to it. */
static void test_provide_surrogates(void **state)
{
	static const char split[] = "a\r\n\xed\xa0\xbd\xed\xb8\x80\0";

	(void)state;
	charset = TEXT_CHARSET_UNKNOWN;
	assert_int_equal(provide("grün"), 0);
	assert_got_text("grün");
	assert_int_equal(charset, TEXT_CHARSET_UNKNOWN);
	assert_int_equal(decode_provide(1, sizeof(split), split, sizeof(split)), 0);
	assert_got_text("a\n😀");
	assert_int_equal(charset, TEXT_CHARSET_CESU8);
	assert_int_equal(provide("\xed\xa0\xbd!"), 0);
	assert_got_text("!");
	assert_int_equal(provide("gr\xfcn"), -EILSEQ);
	assert_int_equal(charset, TEXT_CHARSET_CESU8);
	assert_int_equal(provide("😀"), 0);
	assert_got_text("😀");
	assert_int_equal(charset, TEXT_CHARSET_UTF8);
	charset = TEXT_CHARSET_UNKNOWN;
}

/* ---- what we send ---- */

static const struct cut_text_form plain_form;

static struct clipboard_text *text_of(const char *utf8)
{
	struct clipboard_text *text;

	assert_int_equal(
		clipboard_text_from_utf8((const uint8_t *)utf8, strlen(utf8), SIZE_MAX, &text), 0);
	return text;
}

static void assert_message(struct cut_text_message *sent, const char *bytes, size_t length)
{
	assert_int_equal(sent->length, length);
	assert_memory_equal(sent->bytes, bytes, length);
	cut_text_message_free(sent);
	assert_null(sent->bytes);
}

static void test_encode(void **state)
{
	struct cut_text_message sent;
	struct clipboard_text *text = text_of("ä\n€");

	(void)state;
	assert_int_equal(cut_text_encode_classic(text, plain_form, &sent), 0);
	assert_message(&sent, "\3\0\0\0\0\0\0\5\xe4\nEUR", 13);
	clipboard_text_unref(text);
	assert_int_equal(cut_text_encode_action(CUT_TEXT_NOTIFY, 1, &sent), 0);
	assert_message(&sent, "\3\0\0\0\xff\xff\xff\xfc\x08\0\0\1", 12);
	assert_int_equal(cut_text_encode_action(CUT_TEXT_REQUEST, 1, &sent), 0);
	assert_message(&sent, "\3\0\0\0\xff\xff\xff\xfc\x02\0\0\1", 12);
	assert_int_equal(cut_text_encode_caps(CUT_TEXT_REQUEST | CUT_TEXT_PROVIDE, 0x40000, &sent),
			 0);
	assert_message(&sent, "\3\0\0\0\xff\xff\xff\xf8\x13\0\0\1\0\4\0\0", 16);
}

/* A provide is read by zlib, and by cut_text_decode. */
static void test_encode_provide(void **state)
{
	struct clipboard_text *text = text_of("1\n你好\n\n😀");
	const char expected[] = "1\r\n你好\r\n\r\n😀";
	uint8_t plain[100];
	uLongf n = sizeof(plain);
	struct cut_text_message sent;

	(void)state;
	assert_int_equal(cut_text_provided_size(text, plain_form), sizeof(expected));
	assert_int_equal(cut_text_encode_provide(text, plain_form, &sent), 0);
	assert_memory_equal(sent.bytes + 8, "\x10\0\0\1", 4);
	assert_int_equal(uncompress(plain, &n, sent.bytes + 12, (uLong)(sent.length - 12)), Z_OK);
	assert_int_equal(n, 4 + sizeof(expected));
	assert_memory_equal(plain, "\0\0\0", 3);
	assert_int_equal(plain[3], sizeof(expected));
	assert_memory_equal(plain + 4, expected, sizeof(expected));

	assert_int_equal(cut_text_decode(sent.bytes, sent.length, LIMIT, &charset, &got), 0);
	assert_true(clipboard_text_equal(got.text, text));
	got.text = clipboard_text_unref(got.text);
	cut_text_message_free(&sent);
	clipboard_text_unref(text);
}

static void assert_provided(const struct clipboard_text *text, struct cut_text_form form,
			    const char *expected, size_t length)
{
	struct cut_text_message sent;
	uint8_t plain[100];
	uLongf n = sizeof(plain);

	assert_int_equal(cut_text_provided_size(text, form), length);
	assert_int_equal(cut_text_encode_provide(text, form, &sent), 0);
	assert_int_equal(uncompress(plain, &n, sent.bytes + 12, (uLong)(sent.length - 12)), Z_OK);
	assert_int_equal(n, 4 + length);
	assert_int_equal(wire_read_u32(plain), length);
	assert_memory_equal(plain + 4, expected, length);
	cut_text_message_free(&sent);
}

static void test_encode_forms(void **state)
{
	const struct cut_text_form utf8 = { .charset = TEXT_CHARSET_UTF8 };
	const struct cut_text_form cesu8 = { .charset = TEXT_CHARSET_CESU8, .bare = true };
	struct clipboard_text *text = text_of("ü\n😀"), *empty = text_of("");
	struct cut_text_message sent;

	(void)state;
	assert_int_equal(cut_text_encode_classic(text, utf8, &sent), 0);
	assert_message(&sent, "\3\0\0\0\0\0\0\7ü\n😀", 15);
	assert_int_equal(cut_text_encode_classic(text, cesu8, &sent), 0);
	assert_message(&sent, "\3\0\0\0\0\0\0\11ü\n\xed\xa0\xbd\xed\xb8\x80", 17);
	assert_int_equal(cut_text_encode_classic(empty, utf8, &sent), 0);
	assert_message(&sent, "\3\0\0\0\0\0\0\0", 8);
	assert_provided(text, utf8, "ü\r\n😀\0", 9);
	assert_provided(text, cesu8, "ü\n\xed\xa0\xbd\xed\xb8\x80", 9);
	clipboard_text_unref(text);
	clipboard_text_unref(empty);
}

/* libvncclient disconnects at more than 1 MiB. */
static void test_encode_large(void **state)
{
	const size_t mib = 1 << 20;
	char *bytes = malloc(mib + 2);
	struct cut_text_message sent;
	struct clipboard_text *text;

	(void)state;
	memset(bytes, '\n', mib + 1);
	bytes[mib] = '\0';
	text = text_of(bytes);
	assert_int_equal(cut_text_encode_classic(text, plain_form, &sent), 0);
	assert_int_equal(sent.length, mib + 8);
	cut_text_message_free(&sent);
	assert_int_equal(cut_text_encode_provide(text, plain_form, &sent), 0);
	assert_int_equal(cut_text_decode(sent.bytes, sent.length, mib, &charset, &got), 0);
	assert_true(clipboard_text_equal(got.text, text));
	got.text = clipboard_text_unref(got.text);
	cut_text_message_free(&sent);
	clipboard_text_unref(text);

	memset(bytes, 'x', mib + 1);
	bytes[mib + 1] = '\0';
	text = text_of(bytes);
	assert_int_equal(cut_text_encode_classic(text, plain_form, &sent), -EMSGSIZE);
	clipboard_text_unref(text);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classic),
		cmocka_unit_test(test_provide),
		cmocka_unit_test(test_broken_provide),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_caps),
		cmocka_unit_test(test_too_short),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_encode_provide),
		cmocka_unit_test(test_encode_large),
		cmocka_unit_test(test_classic_utf8),
		cmocka_unit_test(test_provide_surrogates),
		cmocka_unit_test(test_encode_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
