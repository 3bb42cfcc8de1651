/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reaches the terminal of what is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plain_output.h"

static char text[20000];

/* Prints the pieces, each at once, and reads what came out into `text`. */
static void print(const char *const *pieces, int mode)
{
	int ends[2];
	size_t length = 0;
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	struct plain_output output;
	FILE *stream = plain_output_open(&output, ends[1], mode);
	assert_non_null(stream);
	for (; *pieces; pieces++) {
		assert_true(fputs(*pieces, stream) >= 0);
		assert_int_equal(fflush(stream), 0);
	}
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(close(ends[1]), 0);
	while ((n = read(ends[0], text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)n;
	text[length] = '\0';
	close(ends[0]);
}

static void expect(const char *printed, const char *expected)
{
	const char *const pieces[] = { printed, NULL };

	print(pieces, _IOFBF);
	assert_string_equal(text, expected);
}

static void test_ordinary_text_stays(void **state)
{
	(void)state;
	expect("", "");
	expect("a b\tc\nd ~!\n", "a b\tc\nd ~!\n");
	expect("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\n",
	       "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\n");
	expect("\xc2\xa0\xc2\xb5", "\xc2\xa0\xc2\xb5");
}

static void test_what_a_terminal_obeys_does_not(void **state)
{
	(void)state;
	expect("\x1b]0;title\x07\x1b[2J\r\b\x7f", "?]0;title??[2J???");
	/* CSI of C1, in UTF-8 and as a byte alone */
	expect("\xc2\x9b"
	       "2J",
	       "\xc2?2J");
	expect("\x9b"
	       "2J",
	       "?2J");
	expect("\xe2\x82\xac\x9b", "\xe2\x82\xac?");
	expect("\xc3\x9b\x9b", "\xc3\x9b?");
	expect("\xc0\x9b \xff\xfe", "?? ??");
	expect("\xe2\x1b[m", "\xe2?[m");
}

static void test_characters_in_pieces(void **state)
{
	static const char *const euro[] = { "\xe2", "\x82", "\xac", NULL };
	static const char *const csi[] = { "\xc2", "\x9b", "m", NULL };

	(void)state;
	print(euro, _IONBF);
	assert_string_equal(text, "\xe2\x82\xac");
	print(csi, _IONBF);
	assert_string_equal(text, "\xc2?m");
}

static void test_long_text(void **state)
{
	static char lines[15001];
	const char *const pieces[] = { lines, NULL };

	(void)state;
	memset(lines, 'x', sizeof(lines) - 1);
	print(pieces, _IOFBF);
	assert_string_equal(text, lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary_text_stays),
		cmocka_unit_test(test_what_a_terminal_obeys_does_not),
		cmocka_unit_test(test_characters_in_pieces),
		cmocka_unit_test(test_long_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
