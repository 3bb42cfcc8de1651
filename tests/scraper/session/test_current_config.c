/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of a running scraper, and a file that changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "session/current_config.h"
#include "tests/support/scratch.h"

static struct config config;

static const char *write_file(const char *text)
{
	scratch_write("gpudesk.conf", text, strlen(text), 0644);
	return scratch_path("gpudesk.conf");
}

static void test_what_counts_as_a_change(void **state)
{
	static const char *const same[] = { "", "# c\n", "max_viewers = 8", "idle_timeout = 600s" };
	static const char *const other[] = { "max_viewers = 7", "allow = ::1",
					     "view_only = perhaps", "primary = off" };

	(void)state;
	config_init(&config);
	assert_false(current_config_is_outdated(scratch_path("missing"), &config));
	for (size_t i = 0; i < 4; i++) {
		assert_false(current_config_is_outdated(write_file(same[i]), &config));
		assert_true(current_config_is_outdated(write_file(other[i]), &config));
	}
}

static void test_reading_it_again(void **state)
{
	const char *path = write_file("max_viewers = 2\nframe_rate = 5\nclipboard = off\n"
				      "primary = off\nclipboard_limit = 0\nlog_level = error\n");

	(void)state;
	config_init(&config);
	current_config_reread(path, &config);
	assert_int_equal(config.max_viewers, 2);
	assert_int_equal(log_get_level(), LOG_LEVEL_ERROR);
	/* All viewers share these. */
	assert_int_equal(config.frame_rate, 60);
	assert_int_equal(config.clipboard, CLIPBOARD_BOTH);
	assert_int_equal(config.primary, CLIPBOARD_TO_DESKTOP);
	assert_int_equal(config.clipboard_limit, 262144);
	assert_true(current_config_is_outdated(path, &config));
}

static void test_report(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	unsigned n = 0;

	(void)state;
	config_init(&config);
	current_config_report(&config, out);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "setting.user=exouser\n"));
	assert_non_null(strstr(text, "setting.desktop_timeout=never\n"));
	for (const char *line = text; *line; line = strchr(line, '\n') + 1)
		n++;
	assert_int_equal(n, config_n_keys);
	free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_create, scratch_remove)
	const struct CMUnitTest tests[] = {
		TEST(test_what_counts_as_a_change),
		TEST(test_reading_it_again),
		TEST(test_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
