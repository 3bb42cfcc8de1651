/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session records as files: session_record_files.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/session_record.h"
#include "tests/support/scratch.h"

#define MINIMAL "USER=exouser\nUID=1001\nSESSION=2\nTYPE=x11\n"

static char directory[80];

static int remove_directory(void **state)
{
	chmod(directory, 0755);
	return scratch_remove(state);
}

static int make_directory(void **state)
{
	if (scratch_create(state) < 0)
		return -1;
	snprintf(directory, sizeof(directory), "%s", scratch_path("sessions"));
	return mkdir(directory, 0755) < 0 || chmod(directory, 0755) < 0 ? -1 : 0;
}

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(path_of(name), "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path_of(name), mode), 0);
}

static struct session_record make_record(const char *session)
{
	struct session_record record = { .user = "exouser", .uid = 1001, .type = "x11" };

	snprintf(record.session, sizeof(record.session), "%s", session);
	return record;
}

static int load(const char *id, struct session_record *ret_record)
{
	return session_record_load(directory, id, geteuid(), ret_record);
}

static void assert_load_refused(const char *id, int error)
{
	struct session_record record, before;

	memset(&record, 0x5a, sizeof(record));
	memset(&before, 0x5a, sizeof(before));
	assert_int_equal(load(id, &record), error);
	assert_memory_equal(&record, &before, sizeof(record));
}

static void test_stores_loads_removes(void **state)
{
	struct session_record record = make_record("2"), loaded;
	struct stat status;

	(void)state;
	assert_int_equal(session_record_store(directory, &record), 0);
	assert_int_equal(scratch_count_entries(directory), 1);
	assert_int_equal(stat(path_of("2"), &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0644);
	assert_int_equal(load("2", &loaded), 0);
	assert_string_equal(loaded.user, "exouser");

	snprintf(record.display, sizeof(record.display), ":1");
	assert_int_equal(session_record_store(directory, &record), 0);
	assert_int_equal(scratch_count_entries(directory), 1);
	assert_int_equal(load("2", &loaded), 0);
	assert_string_equal(loaded.display, ":1");

	assert_int_equal(session_record_remove(directory, "2"), 0);
	assert_int_equal(session_record_remove(directory, "2"), -ENOENT);
	assert_load_refused("2", -ENOENT);
	assert_int_equal(scratch_count_entries(directory), 0);
}

static void test_mode_does_not_depend_on_the_umask(void **state)
{
	static const mode_t masks[] = { 0, 077, 0777 };
	struct session_record record = make_record("2");
	struct stat status;

	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		mode_t before = umask(masks[i]);
		int r = session_record_store(directory, &record);

		assert_int_equal(umask(before), masks[i]);
		assert_int_equal(r, 0);
		assert_int_equal(stat(path_of("2"), &status), 0);
		assert_int_equal(status.st_mode, S_IFREG | 0644);
	}
}

static void test_store_leaves_nothing_behind_when_it_fails(void **state)
{
	struct session_record record = make_record("2"), bad = make_record("../2");

	(void)state;
	assert_int_equal(mkdir(path_of("2"), 0755), 0);
	assert_int_equal(session_record_store(directory, &record), -EISDIR);
	assert_int_equal(session_record_store(directory, &bad), -EINVAL);
	assert_int_equal(scratch_count_entries(directory), 1);
}

static void test_store_replaces_a_planted_link_itself(void **state)
{
	struct session_record record = make_record("2"), loaded;
	const char *target = scratch_path("target");
	struct stat status;

	(void)state;
	assert_int_equal(symlink(target, path_of("2")), 0);
	assert_int_equal(session_record_store(directory, &record), 0);
	assert_int_equal(stat(target, &status), -1);
	assert_int_equal(load("2", &loaded), 0);
}

/* All of them return -EPERM for a directory that another user could have written to. */
static void assert_directory_not_trusted(const char *path)
{
	struct session_record record = make_record("2");

	assert_int_equal(session_record_store(path, &record), -EPERM);
	assert_int_equal(session_record_remove(path, "2"), -EPERM);
	assert_int_equal(session_record_load(path, "2", geteuid(), &record), -EPERM);
}

static void test_trusts_only_the_owners_directory(void **state)
{
	struct session_record record = make_record("2");
	const char *link = scratch_path("link");

	(void)state;
	assert_int_equal(session_record_store(directory, &record), 0);
	assert_int_equal(chmod(directory, 0775), 0);
	assert_directory_not_trusted(directory);
	assert_int_equal(chmod(directory, 01757), 0);
	assert_directory_not_trusted(directory);
	assert_int_equal(chmod(directory, 0755), 0);
	assert_int_equal(session_record_load(directory, "2", geteuid() + 1, &record), -EPERM);

	assert_int_equal(symlink(directory, link), 0);
	assert_directory_not_trusted(link);
	assert_directory_not_trusted(path_of("2"));

	assert_int_equal(session_record_store("/nonexistent/x", &record), -ENOENT);
	assert_int_equal(session_record_remove("/nonexistent/x", "2"), -ENOENT);
	assert_int_equal(session_record_load("/nonexistent/x", "2", 0, &record), -ENOENT);
}

static void test_trusts_only_the_owners_file(void **state)
{
	struct session_record loaded;

	(void)state;
	write_file("2", MINIMAL, 0644);
	assert_int_equal(load("2", &loaded), 0);
	write_file("2", MINIMAL, 0664);
	assert_load_refused("2", -EPERM);
	write_file("2", MINIMAL, 0646);
	assert_load_refused("2", -EPERM);
	write_file("2", MINIMAL, 0644);

	assert_int_equal(link(path_of("2"), scratch_path("hard")), 0);
	assert_load_refused("2", -EPERM);
	assert_int_equal(rename(path_of("2"), scratch_path("3")), 0);
	assert_int_equal(symlink("../3", path_of("2")), 0);
	assert_load_refused("2", -EPERM);
	assert_int_equal(unlink(path_of("2")), 0);
	assert_int_equal(mkfifo(path_of("2"), 0644), 0);
	assert_load_refused("2", -EPERM);
	assert_int_equal(unlink(path_of("2")), 0);
	assert_int_equal(mkdir(path_of("2"), 0755), 0);
	assert_load_refused("2", -EPERM);
}

static void test_load_refuses_what_is_not_that_record(void **state)
{
	char *large = calloc(1, SESSION_RECORD_MAX + 2);

	(void)state;
	assert_non_null(large);
	write_file("3", MINIMAL, 0644);
	assert_load_refused("3", -EINVAL); /* the record of session 2 */
	write_file("2", "", 0644);
	assert_load_refused("2", -EINVAL);
	write_file("2", "USER=exouser\nUID=10", 0644);
	assert_load_refused("2", -EINVAL);
	memset(large, '\n', SESSION_RECORD_MAX + 1);
	write_file("2", large, 0644);
	free(large);
	assert_load_refused("2", -EINVAL);
	assert_load_refused("../2", -EINVAL);
	assert_load_refused("", -EINVAL);
	assert_int_equal(session_record_remove(directory, "../2"), -EINVAL);
}

static void set_changed(const char *name, time_t seconds, long nanoseconds)
{
	struct timespec times[2] = { { seconds, nanoseconds }, { seconds, nanoseconds } };

	assert_int_equal(utimensat(AT_FDCWD, path_of(name), times, 0), 0);
}

static void test_lists_the_newest_first(void **state)
{
	char **ids = NULL;
	int n;

	(void)state;
	write_file("2", "", 0644);
	write_file("10", "", 0644);
	write_file("c1", "", 0644);
	write_file(".5.abcdef", "", 0644);
	write_file("README.txt", "", 0644);
	set_changed("2", 2000, 7);
	set_changed("10", 2000, 8);
	set_changed("c1", 1000, 0);
	n = session_record_list(directory, &ids);
	assert_int_equal(n, 3);
	assert_string_equal(ids[0], "10");
	assert_string_equal(ids[1], "2");
	assert_string_equal(ids[2], "c1");
	session_record_ids_free(ids, n);
}

static void test_lists_nothing_of_a_missing_directory(void **state)
{
	char **ids = NULL;

	(void)state;
	assert_int_equal(session_record_list("/nonexistent/x", &ids), 0);
	session_record_ids_free(ids, 0);
	ids = NULL;
	assert_int_equal(session_record_list(directory, &ids), 0);
	session_record_ids_free(ids, 0);
	ids = NULL;
	write_file("2", "", 0644);
	assert_int_equal(session_record_list(path_of("2"), &ids), -ENOTDIR);
	assert_null(ids);
}

static void test_lists_the_newest_1024_at_most(void **state)
{
	char **ids = NULL, name[16];

	(void)state;
	for (int i = 0; i < 1025; i++) {
		snprintf(name, sizeof(name), "%d", i);
		write_file(name, "", 0644);
		/* The oldest is neither first nor last in any likely order. */
		set_changed(name, i == 512 ? 1 : 1000 + i, 0);
		if (i == 1023) {
			assert_int_equal(session_record_list(directory, &ids), 1024);
			assert_string_equal(ids[1023], "512");
			session_record_ids_free(ids, 1024);
		}
	}
	assert_int_equal(session_record_list(directory, &ids), 1024);
	assert_string_equal(ids[0], "1024");
	assert_string_equal(ids[1023], "0");
	session_record_ids_free(ids, 1024);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(test_stores_loads_removes),
		IN_DIRECTORY(test_mode_does_not_depend_on_the_umask),
		IN_DIRECTORY(test_store_leaves_nothing_behind_when_it_fails),
		IN_DIRECTORY(test_store_replaces_a_planted_link_itself),
		IN_DIRECTORY(test_trusts_only_the_owners_directory),
		IN_DIRECTORY(test_trusts_only_the_owners_file),
		IN_DIRECTORY(test_load_refuses_what_is_not_that_record),
		IN_DIRECTORY(test_lists_the_newest_first),
		IN_DIRECTORY(test_lists_nothing_of_a_missing_directory),
		IN_DIRECTORY(test_lists_the_newest_1024_at_most),
	};

	return cmocka_run_group_tests_name("session_record_files", tests, NULL, NULL);
}
