/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/gdm_config.h"
#include "tests/support/scratch.h"

static const struct {
	const char *text;
	bool logs_in;
} rows[] = {
	{ "[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=exouser\n", true },
	{ "[daemon]\nAutomaticLogin=exouser\nAutomaticLoginEnable=true", true },
	{ "[daemon]\n  AutomaticLoginEnable = True \r\n\tAutomaticLogin\t= exouser\r\n", true },
	{ "[daemon]\nAutomaticLoginEnable=1\nAutomaticLogin=exouser\n", true },
	{ "# comment\n\n[security]\n[daemon]\nWaylandEnable=false\nAutomaticLoginEnable=TRUE\n"
	  "AutomaticLogin=exouser\n[debug]\nEnable=true\n",
	  true },
	{ "[daemon]\nAutomaticLogin=alice\nAutomaticLoginEnable=true\nAutomaticLogin=exouser\n",
	  true },
	{ "[daemon]\nAutomaticLoginEnable=true\n[x]\n[daemon]\nAutomaticLogin=exouser\n", true },
	{ "", false },
	{ "[daemon]\n", false },
	{ "[daemon]\nAutomaticLoginEnable=true\n", false },
	{ "[daemon]\nAutomaticLogin=exouser\n", false },
	{ "[daemon]\nAutomaticLoginEnable=false\nAutomaticLogin=exouser\n", false },
	{ "[daemon]\nAutomaticLoginEnable=yes\nAutomaticLogin=exouser\n", false },
	{ "[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=exouser2\n", false },
	{ "[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=\n", false },
	{ "[daemon]\nAutomaticLoginEnable\nAutomaticLogin=exouser\n", false },
	{ "[daemon]\n#AutomaticLoginEnable=true\nAutomaticLogin=exouser\n", false },
	{ "[daemon]\n  # AutomaticLoginEnable=true\nAutomaticLogin=exouser\n", false },
	{ "AutomaticLoginEnable=true\nAutomaticLogin=exouser\n", false },
	{ "[security]\nAutomaticLoginEnable=true\nAutomaticLogin=exouser\n", false },
	{ "[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=exouser\nAutomaticLogin=alice\n",
	  false },
	{ "[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=exouser\n"
	  "AutomaticLoginEnable=false\n",
	  false },
};

static void test_each_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gdm_settings settings;
		char *text = strdup(rows[i].text);

		assert_non_null(text);
		gdm_config_parse(text, &settings);
		if (gdm_settings_log_in(&settings, "exouser") != rows[i].logs_in)
			fail_msg("row %zu: %s", i, rows[i].text);
		free(text);
	}
}

static void test_timed_login(void **state)
{
	char on[] = "[daemon]\nTimedLoginEnable=true\nTimedLogin=guest\n";
	char off[] = "[daemon]\nTimedLoginEnable=false\nTimedLogin=guest\nTimedLoginDelay=10\n";
	struct gdm_settings settings;

	(void)state;
	gdm_config_parse(on, &settings);
	assert_true(settings.timed_enabled);
	assert_string_equal(settings.timed_user, "guest");
	gdm_config_parse(off, &settings);
	assert_false(settings.timed_enabled);
}

static void test_wayland(void **state)
{
	static const struct {
		const char *text;
		bool off;
	} lines[] = {
		{ "[daemon]\nWaylandEnable=false\n", true },
		{ "[daemon]\n WaylandEnable = FALSE \n", true },
		{ "[daemon]\nWaylandEnable=0\n", true },
		{ "[daemon]\nWaylandEnable=true\nWaylandEnable=false\n", true },
		{ "", false },
		{ "[daemon]\n", false },
		{ "[daemon]\n#WaylandEnable=false\n", false },
		{ "[daemon]\nWaylandEnable=no\n", false },
		{ "[daemon]\nWaylandEnable=true\n", false },
		{ "[daemon]\nWaylandEnable=false\nWaylandEnable=true\n", false },
		{ "[security]\nWaylandEnable=false\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct gdm_settings settings;
		char text[128];

		snprintf(text, sizeof(text), "%s", lines[i].text);
		gdm_config_parse(text, &settings);
		if (settings.wayland_off != lines[i].off)
			fail_msg("%s", lines[i].text);
	}
}

static void test_xorg(void **state)
{
	char off[] = "[daemon]\nXorgEnable=false\n", on[] = "[daemon]\nXorgEnable=true\n",
	     elsewhere[] = "[debug]\nXorgEnable=false\n";
	struct gdm_settings settings;

	(void)state;
	gdm_config_parse(off, &settings);
	assert_true(settings.xorg_off);
	gdm_config_parse(on, &settings);
	assert_false(settings.xorg_off);
	gdm_config_parse(elsewhere, &settings);
	assert_false(settings.xorg_off);
}

static void test_the_fallback_session(void **state)
{
	char text[] = "[daemon]\nFallbackSession = xfce \n[x]\nFallbackSession=mate\n";
	struct gdm_settings settings;

	(void)state;
	gdm_config_parse(text, &settings);
	assert_string_equal(settings.fallback_session, "xfce");
}

static void write_file(const char *path, const char *text, size_t times)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	while (times-- > 0)
		fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void test_first_file_counts(void **state)
{
	const char *const first = scratch_path("daemon.conf");
	const char *const second = scratch_path("custom.conf");
	const char *const files[] = { first, second, NULL };
	const char *path = NULL;
	bool logs_in = false;

	(void)state;
	assert_int_equal(gdm_config_read(files, "exouser", &logs_in, &path), -ENOENT);
	assert_null(path);

	write_file(second, rows[0].text, 1);
	assert_int_equal(gdm_config_read(files, "exouser", &logs_in, &path), 0);
	assert_true(logs_in);
	assert_ptr_equal(path, second);

	write_file(first, "[daemon]\n", 1);
	assert_int_equal(gdm_config_read(files, "exouser", &logs_in, &path), 0);
	assert_false(logs_in);
	assert_ptr_equal(path, first);
}

static void test_size_is_bounded(void **state)
{
	const char *const first = scratch_path("daemon.conf");
	const char *const files[] = { first, NULL };
	const char *path = NULL;
	bool logs_in = true;

	(void)state;
	write_file(first, "#", GDM_CONFIG_MAX);
	assert_int_equal(gdm_config_read(files, "exouser", &logs_in, &path), 0);
	assert_false(logs_in);

	path = NULL;
	write_file(first, "#", GDM_CONFIG_MAX + 1);
	assert_int_equal(gdm_config_read(files, "exouser", &logs_in, &path), -EFBIG);
	assert_null(path);
}

static void test_folder_is_no_file(void **state)
{
	const char *const files[] = { scratch_directory, scratch_path("custom.conf"), NULL };
	const char *path;
	bool logs_in;

	(void)state;
	assert_true(gdm_config_read(files, "exouser", &logs_in, &path) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_text),
		cmocka_unit_test(test_timed_login),
		cmocka_unit_test(test_wayland),
		cmocka_unit_test(test_xorg),
		cmocka_unit_test(test_the_fallback_session),
		cmocka_unit_test_setup_teardown(test_first_file_counts, scratch_create,
						scratch_remove),
		cmocka_unit_test_setup_teardown(test_size_is_bounded, scratch_create,
						scratch_remove),
		cmocka_unit_test_setup_teardown(test_folder_is_no_file, scratch_create,
						scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
