/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char path[64];
static int directory;

static int set_up(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/gpudesk-replace-file.XXXXXX");
	if (!mkdtemp(path))
		return -1;
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlinkat(directory, "name", 0);
	unlinkat(directory, "other", 0);
	close(directory);
	return rmdir(path); /* fails where a temporary file is left */
}

static void put(const char *name, const char *text)
{
	int fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static void assert_content(const char *name, const char *expected)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	char text[64] = { 0 };

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	assert_string_equal(text, expected);
	assert_int_equal(close(fd), 0);
}

static bool exists(const char *name)
{
	return faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int begin(void)
{
	int fd = replace_file_begin(directory, ".new");

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	return fd;
}

static void test_a_new_file(void **state)
{
	struct stat st;
	mode_t mask = umask(0);
	int fd;

	(void)state;
	fd = begin();
	umask(mask);
	assert_int_equal(replace_file_write(fd, "one", 3), 0);
	assert_int_equal(replace_file_write(fd, "", 0), 0);
	assert_int_equal(replace_file_write(fd, "two", 3), 0);
	assert_false(exists("name"));
	assert_int_equal(replace_file_end(directory, ".new", fd, 0, "name"), 0);
	assert_content("name", "onetwo");
	assert_false(exists(".new"));
	assert_int_equal(fstatat(directory, "name", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void test_in_place_of_another(void **state)
{
	int fd;

	(void)state;
	put("name", "old");
	fd = begin();
	assert_int_equal(replace_file_write(fd, "new", 3), 0);
	assert_content("name", "old");
	assert_int_equal(replace_file_end(directory, ".new", fd, 0, "name"), 0);
	assert_content("name", "new");
}

/* A link in its place goes; what it leads to stays. */
static void test_in_place_of_a_link(void **state)
{
	int fd;

	(void)state;
	put("other", "theirs");
	assert_int_equal(symlinkat("other", directory, "name"), 0);
	fd = begin();
	assert_int_equal(replace_file_write(fd, "ours", 4), 0);
	assert_int_equal(replace_file_end(directory, ".new", fd, 0, "name"), 0);
	assert_content("name", "ours");
	assert_content("other", "theirs");
}

static void test_a_taken_temporary_name(void **state)
{
	(void)state;
	put("other", "theirs");
	assert_int_equal(replace_file_begin(directory, "other"), -EEXIST);
	assert_content("other", "theirs");

	assert_int_equal(symlinkat("nowhere", directory, "name"), 0);
	assert_int_equal(replace_file_begin(directory, "name"), -EEXIST);
	assert_false(exists("nowhere"));
}

static void test_given_up(void **state)
{
	int fd;

	(void)state;
	put("name", "old");
	fd = begin();
	assert_int_equal(replace_file_write(fd, "new", 3), 0);
	assert_int_equal(replace_file_end(directory, ".new", fd, -EDQUOT, "name"), -EDQUOT);
	assert_content("name", "old");
	assert_false(exists(".new"));
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void test_no_place_for_it(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(directory, "name", 0700), 0);
	assert_int_equal(replace_file_end(directory, ".new", begin(), 0, "name"), -EISDIR);
	assert_false(exists(".new"));
	assert_int_equal(unlinkat(directory, "name", AT_REMOVEDIR), 0);
	assert_int_equal(replace_file_begin(-1, ".new"), -EBADF);
	assert_int_equal(replace_file_begin(AT_FDCWD, "/nonsense/new"), -ENOENT);
}

/* A full disk, as far as a limit of the process is one: half is written, then no more. */
static void test_no_space(void **state)
{
	struct rlimit before, limit;
	int fd, r;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 5;
	signal(SIGXFSZ, SIG_IGN);
	fd = begin();
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	r = replace_file_write(fd, "0123456789", 10);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(r, -EFBIG);
	assert_int_equal(replace_file_end(directory, ".new", fd, r, "name"), -EFBIG);
	assert_false(exists("name"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_a_new_file),	       TEST(test_in_place_of_another),
		TEST(test_in_place_of_a_link), TEST(test_a_taken_temporary_name),
		TEST(test_given_up),	       TEST(test_no_place_for_it),
		TEST(test_no_space),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
