/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/scraper_status.h"

#define SECOND UINT64_C(1000000)

static const struct {
	struct scraper_status status;
	const char *text;
} rows[] = {
	{ { .used = false }, "no viewer has been accepted" },
	{ { .used = true, .n_viewers = 1 }, "1 viewer" },
	{ { .used = true, .n_viewers = 2 }, "2 viewers" },
	{ { .used = true, .n_viewers = UINT32_MAX }, "4294967295 viewers" },
	{ { .used = true, .left = 0 }, "no viewer since 0 s after boot" },
	{ { .used = true, .left = 12345 * SECOND }, "no viewer since 12345 s after boot" },
	{ { .used = true, .left = UINT64_MAX / SECOND * SECOND },
	  "no viewer since 18446744073709 s after boot" },
};

static void test_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[SCRAPER_STATUS_MAX];
		struct scraper_status status;

		memset(text, '?', sizeof(text));
		scraper_status_format(&rows[i].status, text);
		assert_string_equal(text, rows[i].text);
		memset(&status, 0xff, sizeof(status));
		scraper_status_parse(text, &status);
		assert_int_equal(status.used, rows[i].status.used);
		assert_int_equal(status.n_viewers, rows[i].status.n_viewers);
		assert_true(status.left == rows[i].status.left);
	}
}

/* Never earlier, so that nothing ends too early. */
static void test_rounded_up(void **state)
{
	struct scraper_status status = { .used = true, .left = 2 * SECOND + 1 };
	char text[SCRAPER_STATUS_MAX];

	(void)state;
	scraper_status_format(&status, text);
	assert_string_equal(text, "no viewer since 3 s after boot");
}

static void test_anything_else_is_unused(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"0 viewers",
		"1 viewers",
		"2 viewer",
		"-1 viewers",
		"+2 viewers",
		" 2 viewers",
		"2 viewers ",
		"4294967296 viewers",
		"99999999999999999999999 viewers",
		"no viewer since ",
		"no viewer since x s after boot",
		"no viewer since -1 s after boot",
		"no viewer since 1 s after boot, or so",
		"no viewer since 18446744073710 s after boot",
		"no viewer since 99999999999999999999999 s after boot",
		"NOBODY",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct scraper_status status;

		memset(&status, 0xff, sizeof(status));
		scraper_status_parse(texts[i], &status);
		if (status.used || status.n_viewers || status.left)
			fail_msg("\"%s\"", texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_rounded_up),
		cmocka_unit_test(test_anything_else_is_unused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
