/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/config_value.h"

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND UINT64_C(1000000)
#define UNTOUCHED UINT64_C(0x5a5a5a5a5a5a5a5a)

struct number_case {
	const char *text;
	int result;
	uint64_t number;
};

static const struct number_case timespans[] = {
	{ "0", 0, 0 },
	{ "90", 0, 90 * SECOND },
	{ "007", 0, 7 * SECOND },
	{ "10min", 0, 600 * SECOND },
	{ "10 min", 0, 600 * SECOND },
	{ "10m", 0, 600 * SECOND },
	{ "1h 30min", 0, 5400 * SECOND },
	{ "1h30min", 0, 5400 * SECOND },
	{ "30min 1h", 0, 5400 * SECOND },
	{ "1hour 1minute 1second", 0, 3661 * SECOND },
	{ "2hr 2minutes 2sec 2seconds", 0, 7324 * SECOND },
	{ "2hours", 0, 7200 * SECOND },
	{ "500ms", 0, 500000 },
	{ "500msec 3usec", 0, 500003 },
	{ "3us", 0, 3 },
	{ "1d", 0, 86400 * SECOND },
	{ "1day 2days", 0, 3 * 86400 * SECOND },
	{ "1w 1week 1weeks", 0, 21 * 86400 * SECOND },
	{ "never", 0, CONFIG_NEVER },
	{ "infinity", 0, CONFIG_NEVER },
	{ "18446744073709551614us", 0, UINT64_MAX - 1 },
	{ "18446744073709551615us", -ERANGE, 0 },
	{ "18446744073709551616us", -ERANGE, 0 },
	{ "18446744073709551614us 1us", -ERANGE, 0 },
	{ "18446744073709551614us 2us", -ERANGE, 0 },
	{ "18446744073709551615", -ERANGE, 0 },
	{ "18446744073710", -ERANGE, 0 },
	{ "99999999999999999999d", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "min", -EINVAL, 0 },
	{ "-1", -EINVAL, 0 },
	{ "+1", -EINVAL, 0 },
	{ "1.5h", -EINVAL, 0 },
	{ "1h 30", -EINVAL, 0 },
	{ "30 1h", -EINVAL, 0 },
	{ "10M", -EINVAL, 0 },
	{ "10MIN", -EINVAL, 0 },
	{ "1y", -EINVAL, 0 },
	{ "1mi", -EINVAL, 0 },
	{ "1minn", -EINVAL, 0 },
	{ "0x10", -EINVAL, 0 },
	{ "1h,30min", -EINVAL, 0 },
	{ "Never", -EINVAL, 0 },
	{ "never 1h", -EINVAL, 0 },
};

static const struct number_case sizes[] = {
	{ "0", 0, 0 },
	{ "4096", 0, 4096 },
	{ "4096B", 0, 4096 },
	{ "1K", 0, 1024 },
	{ "1k", 0, 1024 },
	{ "1KB", 0, 1024 },
	{ "1kib", 0, 1024 },
	{ "256KiB", 0, 262144 },
	{ "256 KiB", 0, 262144 },
	{ "1M", 0, 1048576 },
	{ "1MB", 0, 1048576 },
	{ "1MiB", 0, 1048576 },
	{ "1G", 0, 1073741824 },
	{ "1GB", 0, 1073741824 },
	{ "1GiB", 0, 1073741824 },
	{ "18446744073709551615", 0, UINT64_MAX },
	{ "18014398509481983K", 0, UINT64_MAX - 1023 },
	{ "18014398509481984K", -ERANGE, 0 },
	{ "18446744073709551616", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "K", -EINVAL, 0 },
	{ "-1", -EINVAL, 0 },
	{ "1.5M", -EINVAL, 0 },
	{ "1T", -EINVAL, 0 },
	{ "1KK", -EINVAL, 0 },
	{ "1K 1", -EINVAL, 0 },
	{ "0x10", -EINVAL, 0 },
	{ "never", -EINVAL, 0 },
};

static void check_numbers(const struct number_case *cases, size_t n,
			  int (*parse)(const char *, uint64_t *))
{
	for (size_t i = 0; i < n; i++) {
		uint64_t number = UNTOUCHED;
		uint64_t expected = cases[i].result == 0 ? cases[i].number : UNTOUCHED;
		int r = parse(cases[i].text, &number);

		if (r != cases[i].result || number != expected)
			fail_msg("\"%s\": %d, %" PRIu64, cases[i].text, r, number);
	}
}

static void test_timespans(void **state)
{
	(void)state;
	check_numbers(timespans, LENGTH_OF(timespans), config_parse_timespan);
}

static void test_sizes(void **state)
{
	(void)state;
	check_numbers(sizes, LENGTH_OF(sizes), config_parse_size);
}

static const struct {
	const struct config_type *type;
	uint64_t number;
	const char *text;
} formats[] = {
	{ &config_type_TIMESPAN, 0, "0" },
	{ &config_type_TIMESPAN, 1, "1us" },
	{ &config_type_TIMESPAN, 600 * SECOND, "10min" },
	{ &config_type_TIMESPAN, 5400 * SECOND, "1h 30min" },
	{ &config_type_TIMESPAN, 90061 * SECOND + 1001, "1d 1h 1min 1s 1ms 1us" },
	{ &config_type_TIMESPAN, CONFIG_NEVER, "never" },
	{ &config_type_TIMESPAN, CONFIG_NEVER - 1, "30500568w 6d 8h 1min 49s 551ms 614us" },
	{ &config_type_SIZE, 0, "0" },
	{ &config_type_SIZE, 1, "1" },
	{ &config_type_SIZE, 1023, "1023" },
	{ &config_type_SIZE, 1536, "1536" },
	{ &config_type_SIZE, 262144, "256KiB" },
	{ &config_type_SIZE, 1048576, "1MiB" },
	{ &config_type_SIZE, 3221225472, "3GiB" },
	{ &config_type_SIZE, UINT64_MAX, "18446744073709551615" },
};

static void test_formats_read_back(void **state)
{
	char text[128];

	(void)state;
	for (size_t i = 0; i < LENGTH_OF(formats); i++) {
		const struct config_type *type = formats[i].type;
		int length = (int)strlen(formats[i].text);
		uint64_t number = UNTOUCHED;

		assert_int_equal(type->format(&formats[i].number, text, sizeof(text)), length);
		assert_string_equal(text, formats[i].text);
		assert_return_code(type->parse(text, &number, NULL), 0);
		assert_true(number == formats[i].number);
		for (size_t size = 1; size <= (size_t)length; size++)
			assert_int_equal(type->format(&formats[i].number, text, size), -ENOSPC);
		assert_int_equal(type->format(&formats[i].number, text, (size_t)length + 1),
				 length);
	}
}

static void test_bools(void **state)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };
	static const char *const others[] = {
		"", "Yes", "YES", "y", "01", "2", "yes no", "enabled"
	};
	bool value;

	(void)state;
	for (size_t i = 0; i < LENGTH_OF(words); i++) {
		assert_int_equal(config_parse_bool(words[i], &value), 0);
		assert_int_equal(value, i % 2);
	}
	for (size_t i = 0; i < LENGTH_OF(others); i++) {
		value = true;
		assert_int_equal(config_parse_bool(others[i], &value), -EINVAL);
		assert_true(value);
	}
}

static void check_strings(const struct config_type *type, const char *const *good,
			  const char *const *bad)
{
	char value[CONFIG_PATH_MAX];

	for (; *good; good++) {
		if (type->parse(*good, value, NULL) != 0)
			fail_msg("\"%s\" is refused", *good);
		assert_string_equal(value, *good);
	}
	for (; *bad; bad++) {
		strcpy(value, "untouched");
		if (type->parse(*bad, value, NULL) != -EINVAL)
			fail_msg("\"%s\" is not refused", *bad);
		assert_string_equal(value, "untouched");
	}
}

static void test_users(void **state)
{
	static const char *const good[] = {
		"exouser",	 "a",	  "_apt", "j.doe", "user-1",
		"0x1",		 ".user", "u_",	  "0day",  "user@example.org",
		"EXAMPLE\\user", NULL
	};
	static const char *const bad[] = { "",	    "-user",	   ".",	    "..",  "a/b",
					   "../x",  "a b",	   "1001",  "$",   "a$b",
					   "root;", "us\xc3\xa9r", "Host$", "a+b", NULL };

	(void)state;
	check_strings(&config_type_USER, good, bad);
}

static void test_paths(void **state)
{
	static const char *const good[] = { "/etc/gpudesk.passwd", "~/.vnc/passwd", "~/a b", "/a#b",
					    NULL };
	static const char *const bad[] = {
		"",  "passwd", "./passwd",	     "~",	   "~/",
		"/", "/etc/",  "~other/.vnc/passwd", "\"/etc/x\"", NULL
	};

	(void)state;
	check_strings(&config_type_PATH, good, bad);
}

/* The longest that fits and one byte more. */
static void check_length(const struct config_type *type, char first, size_t size)
{
	char text[CONFIG_PATH_MAX + 1], value[CONFIG_PATH_MAX];

	memset(text, 'x', size);
	text[0] = first;
	text[size - 1] = '\0';
	assert_int_equal(type->parse(text, value, NULL), 0);
	assert_string_equal(value, text);
	text[size - 1] = 'x';
	text[size] = '\0';
	assert_int_equal(type->parse(text, value, NULL), -ENAMETOOLONG);
}

static void test_lengths(void **state)
{
	(void)state;
	check_length(&config_type_USER, 'x', CONFIG_USER_MAX);
	check_length(&config_type_PATH, '/', CONFIG_PATH_MAX);
}

static void test_whole_numbers(void **state)
{
	static const struct number_case cases[] = {
		{ "0", 0, 0 },
		{ "64", 0, 64 },
		{ "4294967295", 0, UINT32_MAX },
		{ "4294967296", -ERANGE, 0 },
		{ "18446744073709551617", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "1 2", -EINVAL, 0 },
		{ "8x", -EINVAL, 0 },
		{ "1.0", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH_OF(cases); i++) {
		unsigned number = 5;

		assert_int_equal(config_type_UINT.parse(cases[i].text, &number, NULL),
				 cases[i].result);
		assert_int_equal(number, cases[i].result == 0 ? cases[i].number : 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timespans),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_formats_read_back),
		cmocka_unit_test(test_bools),
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_whole_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
