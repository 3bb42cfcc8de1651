/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bytes say about the charset of who sends them, and surrogates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clipboard/text_charset.h"

#define EMOJI "\xf0\x9f\x98\x80" /* U+1F600 */
#define EMOJI_SPLIT "\xed\xa0\xbd\xed\xb8\x80"

static enum text_charset of(const char *bytes, enum text_charset before)
{
	return text_charset_of((const uint8_t *)bytes, strlen(bytes), before);
}

/* ASCII says nothing. */
static void test_ascii(void **state)
{
	(void)state;
	for (enum text_charset before = TEXT_CHARSET_UNKNOWN; before <= TEXT_CHARSET_CESU8;
	     before++) {
		assert_int_equal(of("", before), before);
		assert_int_equal(of("plain\r\n\x7f", before), before);
	}
}

static void test_latin1(void **state)
{
	static const char *const texts[] = {
		"\xfc",
		"gr\xfcn",
		"Stra\xdf"
		"e",
		"\xabSpa\xdf\xbb!",
		"caf\xe9 \xe0 la",
		"\xc3\xbc and \xfc", /* one wrong byte is enough */
		"cut in the middle: \xe4\xbd",
		"\x80 in Windows",
		"\xc0\x80",
		"\xed\xa0"
		"A",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		for (enum text_charset before = TEXT_CHARSET_UNKNOWN; before <= TEXT_CHARSET_CESU8;
		     before++)
			assert_int_equal(of(texts[i], before), TEXT_CHARSET_LATIN1);
}

static void test_utf8(void **state)
{
	/* Even of a viewer that is known for Latin-1: in that, they would be nonsense. */
	static const char *const sure[] = { "grün", "Straße", "你好",	 "здравствуй",
					    "€",    EMOJI,    "“quoted”" };

	(void)state;
	for (size_t i = 0; i < sizeof(sure) / sizeof(*sure); i++)
		for (enum text_charset before = TEXT_CHARSET_UNKNOWN; before <= TEXT_CHARSET_UTF8;
		     before++)
			assert_int_equal(of(sure[i], before), TEXT_CHARSET_UTF8);
}

/* Text that is valid as both: what the viewer is known for decides. */
static void test_both(void **state)
{
	static const char *const both[] = { "Spa\xdf\xab", "CAF\xc9\xbb", "\xc4\xb0",
					    "\xce\xb1\xce\xb2" };

	(void)state;
	for (size_t i = 0; i < sizeof(both) / sizeof(*both); i++) {
		assert_int_equal(of(both[i], TEXT_CHARSET_LATIN1), TEXT_CHARSET_LATIN1);
		assert_int_equal(of(both[i], TEXT_CHARSET_UNKNOWN), TEXT_CHARSET_UTF8);
		assert_int_equal(of(both[i], TEXT_CHARSET_UTF8), TEXT_CHARSET_UTF8);
		assert_int_equal(of(both[i], TEXT_CHARSET_CESU8), TEXT_CHARSET_CESU8);
	}
}

static void test_cesu8(void **state)
{
	(void)state;
	for (enum text_charset before = TEXT_CHARSET_UNKNOWN; before <= TEXT_CHARSET_CESU8;
	     before++) {
		assert_int_equal(of(EMOJI_SPLIT, before), TEXT_CHARSET_CESU8);
		assert_int_equal(of("half: \xed\xb8\x80", before), TEXT_CHARSET_CESU8);
		assert_int_equal(of(EMOJI, before), TEXT_CHARSET_UTF8);
	}
	assert_int_equal(of("grün", TEXT_CHARSET_CESU8), TEXT_CHARSET_CESU8);
}

static void assert_joined(const char *bytes, const char *expected)
{
	uint8_t joined[64];

	assert_int_equal(text_charset_join((const uint8_t *)bytes, strlen(bytes), joined),
			 strlen(expected));
	assert_memory_equal(joined, expected, strlen(expected));
	/* In place. */
	strcpy((char *)joined, bytes);
	assert_int_equal(text_charset_join(joined, strlen(bytes), joined), strlen(expected));
	assert_memory_equal(joined, expected, strlen(expected));
}

static void test_join(void **state)
{
	(void)state;
	assert_joined("", "");
	assert_joined("aä€" EMOJI, "aä€" EMOJI);
	assert_joined("<" EMOJI_SPLIT EMOJI_SPLIT ">", "<" EMOJI EMOJI ">");
	assert_joined("\xed\xa0\x80\xed\xb0\x80", "\xf0\x90\x80\x80");
	assert_joined("\xed\xaf\xbf\xed\xbf\xbf", "\xf4\x8f\xbf\xbf");
	/* Half ones, in the wrong order, or cut off. */
	assert_joined("a\xed\xa0\xbd"
		      "b",
		      "ab");
	assert_joined("\xed\xb8\x80\xed\xa0\xbd", "");
	assert_joined("\xed\xa0\xbd" EMOJI_SPLIT, EMOJI);
	assert_joined("\xed\xa0\xbd\xed\xb8", "\xed\xb8");
}

static void test_split(void **state)
{
	static const char text[] = "aä€" EMOJI "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf";
	static const char expected[] = "aä€" EMOJI_SPLIT "\xed\xa0\x80\xed\xb0\x80"
				       "\xed\xaf\xbf\xed\xbf\xbf";
	uint8_t split[sizeof(text) * 3 / 2];

	(void)state;
	assert_int_equal(text_charset_split((const uint8_t *)text, strlen(text), split),
			 strlen(expected));
	assert_memory_equal(split, expected, strlen(expected));
	assert_int_equal(text_charset_join(split, strlen(expected), split), strlen(text));
	assert_memory_equal(split, text, strlen(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ascii), cmocka_unit_test(test_latin1),
		cmocka_unit_test(test_utf8),  cmocka_unit_test(test_both),
		cmocka_unit_test(test_cesu8), cmocka_unit_test(test_join),
		cmocka_unit_test(test_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
