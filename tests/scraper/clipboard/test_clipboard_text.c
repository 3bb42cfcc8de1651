/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes in UTF-8 or Latin-1 become a text, and a text becomes Latin-1. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clipboard/clipboard_text.h"

#define BYTES(literal) (const uint8_t *)(literal), sizeof(literal) - 1

enum { LIMIT = 64 };

static void assert_text(struct clipboard_text *text, const char *expected)
{
	assert_int_equal(text->length, strlen(expected));
	assert_memory_equal(text->bytes, expected, text->length);
	clipboard_text_unref(text);
}

static void assert_utf8(const uint8_t *bytes, size_t length, const char *expected)
{
	struct clipboard_text *text;

	assert_int_equal(clipboard_text_from_utf8(bytes, length, LIMIT, &text), 0);
	assert_text(text, expected);
}

static void assert_not_utf8(const uint8_t *bytes, size_t length)
{
	struct clipboard_text *text = NULL;

	assert_int_equal(clipboard_text_from_utf8(bytes, length, LIMIT, &text), -EILSEQ);
	assert_null(text);
}

static void assert_latin1(const char *utf8, const char *expected, bool expected_exact)
{
	struct clipboard_text *text;
	bool exact;

	assert_int_equal(
		clipboard_text_from_utf8((const uint8_t *)utf8, strlen(utf8), LIMIT, &text), 0);
	uint8_t *latin1 = malloc(clipboard_text_latin1_size(text) + 1);
	size_t length = clipboard_text_to_latin1(text, latin1, &exact);
	assert_true(length <= clipboard_text_latin1_size(text));
	assert_int_equal(length, strlen(expected));
	assert_memory_equal(latin1, expected, length);
	assert_int_equal(exact, expected_exact);
	clipboard_text_wipe_and_free(latin1, length);
	clipboard_text_unref(text);
}

static void test_lines_and_nul(void **state)
{
	(void)state;
	assert_utf8(BYTES(""), "");
	assert_utf8(NULL, 0, "");
	assert_utf8(BYTES("a\nb\r\nc\rd\r\r\n\n"), "a\nb\nc\nd\n\n\n");
	assert_utf8(BYTES("\r\n"), "\n");
	assert_utf8(BYTES("\n\r"), "\n\n");
	assert_utf8(BYTES("ab\0cd"), "ab");
	assert_utf8(BYTES("\0"), "");
	/* What comes after the NUL is not checked. */
	assert_utf8(BYTES("ab\0\xff"), "ab");
}

static void test_utf8(void **state)
{
	(void)state;
	assert_utf8(BYTES("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"),
		    "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf");
	assert_utf8(BYTES("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
}

static void test_no_utf8(void **state)
{
	static const char *const wrong[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc2",
		"\xc2"
		"A",
		"\xe0\x9f\xbf",
		"\xe2\x82",
		"\xe2\x82"
		"A",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf0\x9f\x98",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"a\xfe",
		"\xf0\x9f\x98"
		"A",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_not_utf8((const uint8_t *)wrong[i], strlen(wrong[i]));
}

static void test_limit(void **state)
{
	uint8_t bytes[LIMIT + 1];
	struct clipboard_text *text = NULL;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(clipboard_text_from_utf8(bytes, LIMIT, LIMIT, &text), 0);
	assert_int_equal(text->length, LIMIT);
	text = clipboard_text_unref(text);
	assert_int_equal(clipboard_text_from_utf8(bytes, LIMIT + 1, LIMIT, &text), -EMSGSIZE);
	assert_int_equal(clipboard_text_from_latin1(bytes, LIMIT + 1, LIMIT, &text), -EMSGSIZE);
	/* The limit counts UTF-8: two bytes for each of the upper half, */
	bytes[0] = 0xe4;
	assert_int_equal(clipboard_text_from_latin1(bytes, LIMIT, LIMIT, &text), -EMSGSIZE);
	assert_int_equal(clipboard_text_from_latin1(bytes, LIMIT - 1, LIMIT, &text), 0);
	assert_int_equal(text->length, LIMIT);
	text = clipboard_text_unref(text);
	/* one for a CR LF, and none after a NUL. */
	bytes[0] = '\r';
	bytes[1] = '\n';
	assert_int_equal(clipboard_text_from_utf8(bytes, LIMIT + 1, LIMIT, &text), 0);
	text = clipboard_text_unref(text);
	bytes[2] = '\0';
	assert_int_equal(clipboard_text_from_latin1(bytes, sizeof(bytes), 1, &text), 0);
	assert_text(text, "\n");
}

static void test_from_latin1(void **state)
{
	struct clipboard_text *text;

	(void)state;
	assert_int_equal(clipboard_text_from_latin1(BYTES("Gr\xfc\xdf\r\n\x80\xff"), LIMIT, &text),
			 0);
	assert_text(text, "Gr\xc3\xbc\xc3\x9f\n\xc2\x80\xc3\xbf");
}

static void test_to_latin1(void **state)
{
	(void)state;
	assert_latin1("", "", true);
	assert_latin1("plain\n\ttext", "plain\n\ttext", true);
	assert_latin1("Gr\xc3\xbc\xc3\x9f", "Gr\xfc\xdf", true);
	assert_latin1("\xc2\x80\xc2\xa0\xc3\xbf", "\x80\xa0\xff", true);
	assert_latin1("“a” ‘b’ – — … €", "\"a\" 'b' - - ... EUR", false);
	assert_latin1("œuvre ﬁn ™ →", "oeuvre fin (TM) ->", false);
	assert_latin1("a\xe2\x80\x8b"
		      "b",
		      "ab", false); /* a zero width space */
	assert_latin1("你好 😀", "?? ?", false);
	assert_latin1("\xc4\x80", "?", false); /* the first character after Latin-1 */
}

/* clipboard_text_latin1_size() is enough for the longest replacement. */
static void test_latin1_grows_most(void **state)
{
	char utf8[LIMIT + 1] = "";

	(void)state;
	for (size_t i = 0; i + 3 <= LIMIT; i += 3)
		memcpy(utf8 + i, "\xe2\x84\xa2", 4);
	assert_latin1(utf8,
		      "(TM)(TM)(TM)(TM)(TM)(TM)(TM)(TM)(TM)(TM)(TM)(TM)(TM)(TM)(TM)(TM)(TM)(TM)"
		      "(TM)(TM)(TM)",
		      false);
}

static void test_to_ascii(void **state)
{
	struct clipboard_text *text, *ascii;

	(void)state;
	assert_int_equal(clipboard_text_from_utf8(BYTES("f\xc3\xbcr 你\n😀\x7f"), LIMIT, &text), 0);
	assert_int_equal(clipboard_text_to_ascii(text, &ascii), 0);
	clipboard_text_unref(text);
	assert_text(ascii, "f?r ?\n?\x7f");
}

static void test_equal(void **state)
{
	struct clipboard_text *a, *b, *c;

	(void)state;
	assert_int_equal(clipboard_text_from_utf8(BYTES("same"), LIMIT, &a), 0);
	assert_int_equal(clipboard_text_from_latin1(BYTES("same"), LIMIT, &b), 0);
	assert_int_equal(clipboard_text_from_utf8(BYTES("sam"), LIMIT, &c), 0);
	assert_true(clipboard_text_equal(a, b));
	assert_false(clipboard_text_equal(a, c));
	assert_ptr_equal(clipboard_text_ref(a), a);
	assert_null(clipboard_text_unref(a));
	assert_true(clipboard_text_equal(a, b)); /* one reference is left */
	clipboard_text_unref(a);
	clipboard_text_unref(b);
	clipboard_text_unref(c);
	assert_null(clipboard_text_unref(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_and_nul),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_no_utf8),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_from_latin1),
		cmocka_unit_test(test_to_latin1),
		cmocka_unit_test(test_latin1_grows_most),
		cmocka_unit_test(test_to_ascii),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
