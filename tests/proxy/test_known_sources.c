/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/known_sources.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOW = 100 * 1000000 };

struct fixture {
	char directory[64], path[128], other[128];
	struct throttle *throttle;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	strcpy(f->directory, "/tmp/known-sources-XXXXXX");
	if (!mkdtemp(f->directory) || throttle_create(&f->throttle) < 0)
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/known-sources", f->directory);
	snprintf(f->other, sizeof(f->other), "%s/other", f->directory);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char temporary[160];

	snprintf(temporary, sizeof(temporary), "%s.new", f->path);
	unlink(temporary);
	unlink(f->path);
	unlink(f->other);
	rmdir(f->directory);
	throttle_destroy(f->throttle);
	free(f);
	return 0;
}

static void save(struct fixture *f, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct throttle_known known = { { { (uint8_t)i } }, NOW + i };

		throttle_add_known(f->throttle, &known, 1, NOW + n);
	}
	assert_int_equal(known_sources_save(f->directory, f->throttle, NOW + n), 0);
}

/* By a proxy that starts anew. */
static int load(const struct fixture *f, size_t *ret_known)
{
	static struct throttle_known known[1024];
	struct throttle *t = NULL;
	int r;

	assert_int_equal(throttle_create(&t), 0);
	r = known_sources_load(f->directory, t, NOW + 1000);
	*ret_known = throttle_list_known(t, NOW + 1000, known, 1024);
	throttle_destroy(t);
	return r;
}

static void assert_ignored(const struct fixture *f)
{
	size_t known;

	assert_int_equal(load(f, &known), -EBADMSG);
	assert_int_equal(known, 0);
}

static void test_what_was_saved(void **state)
{
	struct fixture *f = *state;
	size_t known;

	assert_int_equal(load(f, &known), 0);
	save(f, 0);
	assert_int_equal(load(f, &known), 0);
	save(f, 3);
	assert_int_equal(load(f, &known), 3);
	assert_int_equal(known, 3);
	save(f, 200);
	assert_int_equal(load(f, &known), KNOWN_SOURCES_MAX);
	assert_int_equal(known, KNOWN_SOURCES_MAX);
}

static void test_no_directory(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(known_sources_load(NULL, f->throttle, NOW), 0);
	assert_int_equal(known_sources_save(NULL, f->throttle, NOW), 0);
	assert_int_equal(known_sources_load("/nonexistent", f->throttle, NOW), -ENOENT);
	assert_int_equal(known_sources_save("/nonexistent", f->throttle, NOW), -ENOENT);
}

static void test_cut_short_or_longer(void **state)
{
	struct fixture *f = *state;
	struct stat status;

	save(f, 3);
	assert_int_equal(stat(f->path, &status), 0);
	assert_int_equal(truncate(f->path, status.st_size + 1), 0);
	assert_ignored(f);
	for (off_t size = status.st_size - 1; size >= 0; size--) {
		assert_int_equal(truncate(f->path, size), 0);
		assert_ignored(f);
	}
	/* The next one that is saved replaces it. */
	size_t known;
	save(f, 3);
	assert_int_equal(load(f, &known), 3);
}

static void test_planted(void **state)
{
	struct fixture *f = *state;
	size_t known;

	save(f, 3);
	assert_int_equal(chmod(f->path, 0620), 0);
	assert_ignored(f);
	assert_int_equal(chmod(f->path, 0600), 0);
	assert_int_equal(rename(f->path, f->other), 0);
	assert_int_equal(symlink(f->other, f->path), 0);
	assert_int_equal(load(f, &known), -ELOOP);
	assert_int_equal(known, 0);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(mkfifo(f->path, 0600), 0);
	assert_ignored(f);
}

static void test_other_content(void **state)
{
	struct fixture *f = *state;
	uint32_t n = UINT32_MAX;
	int fd;

	save(f, 3);
	fd = open(f->path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &n, sizeof(n), 4), sizeof(n));
	assert_ignored(f);
	n = 3;
	assert_int_equal(pwrite(fd, &n, sizeof(n), 4), sizeof(n));
	n = 0;
	assert_int_equal(pwrite(fd, &n, sizeof(n), 0), sizeof(n));
	assert_ignored(f);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_was_saved, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_directory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cut_short_or_longer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_planted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_content, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
