/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Setup's lines are taken back from files that others have edited since. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edit/take_back.h"

#define GDM "[daemon]\nWaylandEnable=false\nAutomaticLogin=exouser\n"
#define PAM "session optional pam_gpudesk.so\n"

static const struct take_case {
	const char *before, *after, *now, *wanted;
	size_t n_taken, n_lost;
} cases[] = {
	/* a line of others', wherever it is */
	{ "a\nb\n", "a\nx\nb\n", "a\nx\nb\nmine\n", "a\nb\nmine\n", 1, 0 },
	{ "a\nb\n", "a\nx\nb\n", "mine\na\nmine\nx\nb\n", "mine\na\nmine\nb\n", 1, 0 },
	{ "a\n", "a\nx\n", "x\nmine\na\n", "mine\na\n", 1, 0 },
	/* one that was replaced comes back in its place */
	{ "[daemon]\nU=bob\n", "[daemon]\nU=me\n", "[daemon]\n# hi\nU=me\nV=1\n",
	  "[daemon]\n# hi\nU=bob\nV=1\n", 1, 0 },
	{ "U=bob\n", "U=me\n", "U=alice\n", "U=alice\n", 0, 1 },
	{ "[d]\nU=bob\n", "[d]\nW=0\nU=me\n", "[d]\nU=carol\nW=0\n", "[d]\nU=carol\n", 1, 1 },
	{ "[d]\nU=bob\n", "[d]\nW=0\nU=me\n", "[d]\nx\nU = me\ny\n", "[d]\nx\nU=bob\ny\n", 1, 0 },
	{ "U=bob\n", "U=me\n", "V=1\nU=bob\n", "V=1\nU=bob\n", 0, 0 },
	/* written in another way, it is the same */
	{ "[daemon]\n", "[daemon]\nWaylandEnable=false\n",
	  "[daemon]\n wAYLANDeNABLE = False\t\nx=1\n", "[daemon]\nx=1\n", 1, 0 },
	/* with another value it is not setup's any more */
	{ "[daemon]\n", GDM, "[daemon]\nWaylandEnable=true\nAutomaticLogin=exouser\n",
	  "[daemon]\nWaylandEnable=true\n", 1, 0 },
	/* the same line was there before: one of them stays */
	{ PAM "a\n", PAM "a\n" PAM, PAM "a\n" PAM "mine\n", PAM "a\nmine\n", 1, 0 },
	{ PAM "a\n", PAM "a\n" PAM, PAM "a\nmine\n", PAM "a\nmine\n", 0, 0 },
	/* a file that setup made */
	{ "", GDM, GDM "\n", "\n", 3, 0 },
	{ "", GDM, GDM "TimedLogin=x\n", "[daemon]\nTimedLogin=x\n", 2, 0 },
	{ "", GDM, GDM "\n[security]\ny=1\n", "\n[security]\ny=1\n", 3, 0 },
	{ "", GDM, "# mine\n", "# mine\n", 0, 0 },
	/* several places, and none */
	{ "a\nb\nc\n", "a\n1\nb\n2\nc\n3\n", "3\n1\nmine\nb\nc\n", "mine\nb\nc\n", 2, 0 },
	{ "a\n", "a\nx\n", "", "", 0, 0 },
	/* line endings as they are now */
	{ "a\nb\n", "a\nx\n", "a\r\nx\r\nm\r\n", "a\r\nb\r\nm\r\n", 1, 0 },
	{ "a", "a\nx\n", "a\nx\nm", "a\nm", 1, 0 },
};

static struct text text_of(const char *text)
{
	return (struct text){ text, strlen(text) };
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct take_case *c = &cases[i];
		struct take_back result;

		assert_int_equal(
			take_back(text_of(c->before), text_of(c->after), text_of(c->now), &result),
			0);
		assert_string_equal(result.text, c->wanted);
		assert_int_equal(result.length, strlen(c->wanted));
		assert_int_equal(result.n_taken, c->n_taken);
		assert_int_equal(result.n_lost, c->n_lost);
		free(result.text);
	}
}

/* A large file is not compared each line with each. */
static void test_large(void **state)
{
	enum { LINES = 20000 };
	static char before[LINES * 8], after[LINES * 8 + 8], now[LINES * 8 + 16];
	struct take_back result;
	size_t length = 0;

	(void)state;
	for (int i = 0; i < LINES; i++) {
		char line[] = "l000000\n";

		for (int digit = 6, rest = i; digit > 0; digit--, rest /= 10)
			line[digit] = (char)('0' + rest % 10);
		memcpy(before + length, line, 8);
		length += 8;
	}
	memcpy(after, before, length);
	memcpy(after + length, "ours  \n", 7);
	memcpy(now, "mine  \n", 7);
	memcpy(now + 7, after, length + 7);
	assert_int_equal(take_back((struct text){ before, length },
				   (struct text){ after, length + 7 },
				   (struct text){ now, length + 14 }, &result),
			 0);
	assert_int_equal(result.n_taken, 1);
	assert_int_equal(result.length, length + 7);
	assert_memory_equal(result.text + 7, before, length);
	free(result.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
