/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "tests/support/scratch.h"

struct fixture {
	char path[128];
	struct settings settings;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || scratch_create(state) < 0)
		return -1;
	snprintf(f->path, sizeof(f->path), "%s", scratch_path("gpudesk.conf"));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return scratch_remove(state);
}

static void write_file(const struct fixture *f, const char *text)
{
	FILE *file = fopen(f->path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void test_missing_file_is_the_defaults(void **state)
{
	struct fixture *f = *state;

	settings_init(&f->settings, f->path);
	assert_string_equal(f->settings.config.user, "exouser");
	assert_string_equal(f->settings.config.refusal, "");
}

static void test_changes_are_seen(void **state)
{
	struct fixture *f = *state;

	settings_init(&f->settings, f->path);
	write_file(f, "user = alice\nlog_level = debug\n");
	settings_refresh(&f->settings);
	assert_string_equal(f->settings.config.user, "alice");
	assert_int_equal(log_get_level(), LOG_LEVEL_DEBUG);
	write_file(f, "user = bob\n");
	settings_refresh(&f->settings);
	assert_string_equal(f->settings.config.user, "bob");
	assert_int_equal(log_get_level(), LOG_LEVEL_INFO);
	write_file(f, "allow = nonsense\n");
	settings_refresh(&f->settings);
	assert_string_not_equal(f->settings.config.refusal, "");
	unlink(f->path);
	settings_refresh(&f->settings);
	assert_string_equal(f->settings.config.user, "exouser");
	assert_string_equal(f->settings.config.refusal, "");
}

static void test_drop_ins_are_seen(void **state)
{
	struct fixture *f = *state;

	settings_init(&f->settings, f->path);
	assert_int_equal(mkdir(scratch_path("gpudesk.conf.d"), 0755), 0);
	scratch_write("gpudesk.conf.d/a.conf", "user = alice\n", 13, 0644);
	settings_refresh(&f->settings);
	assert_string_equal(f->settings.config.user, "alice");
	scratch_write("gpudesk.conf.d/a.conf", "user = bobby\n", 13, 0644);
	settings_refresh(&f->settings);
	assert_string_equal(f->settings.config.user, "bobby");
	/* the same file with another name comes after one that did not count */
	scratch_write("gpudesk.conf.d/b.conf", "user = carol\n", 13, 0644);
	settings_refresh(&f->settings);
	assert_string_equal(f->settings.config.user, "carol");
	assert_int_equal(rename(scratch_path("gpudesk.conf.d/a.conf"),
				scratch_path("gpudesk.conf.d/c.conf")),
			 0);
	settings_refresh(&f->settings);
	assert_string_equal(f->settings.config.user, "bobby");
	assert_int_equal(unlink(scratch_path("gpudesk.conf.d/c.conf")), 0);
	settings_refresh(&f->settings);
	assert_string_equal(f->settings.config.user, "carol");
}

static void test_unchanged_file_is_not_read_again(void **state)
{
	struct fixture *f = *state;

	write_file(f, "user = alice\n");
	settings_init(&f->settings, f->path);
	strcpy(f->settings.config.user, "marked");
	settings_refresh(&f->settings);
	assert_string_equal(f->settings.config.user, "marked");
}

static void make_socket(const char *name)
{
	scratch_write(name, "", 0, 0600);
}

/* What a viewer would wait for in vain is found by what is there for another user. */
static void test_wrong_user(void **state)
{
	struct fixture *f = *state;
	char other[CONFIG_USER_MAX];

	settings_init(&f->settings, f->path);
	f->settings.sockets = scratch_directory;
	assert_false(settings_is_wrong_user(&f->settings, other)); /* the machine starts */
	make_socket("exouser2.socket");
	make_socket(".sock");
	assert_false(settings_is_wrong_user(&f->settings, other));
	make_socket("alice.sock");
	assert_true(settings_is_wrong_user(&f->settings, other));
	assert_string_equal(other, "alice");
	make_socket("exouser.sock");
	assert_false(settings_is_wrong_user(&f->settings, other));
	strcpy(f->settings.config.user, "exo");
	assert_true(settings_is_wrong_user(&f->settings, other));
	f->settings.sockets = NULL; /* --scraper-socket */
	assert_false(settings_is_wrong_user(&f->settings, other));
	f->settings.sockets = "/nonexistent";
	assert_false(settings_is_wrong_user(&f->settings, other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_missing_file_is_the_defaults, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_changes_are_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_drop_ins_are_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unchanged_file_is_not_read_again, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_wrong_user, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
