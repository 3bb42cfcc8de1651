/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/gpudesk-whole-file.XXXXXX";

static int set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_file(const char *text, size_t length)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static void assert_fails(const char *name, size_t max, int error)
{
	char *text = path;
	size_t length = 77;

	assert_int_equal(whole_file_read(name, max, &text, &length), error);
	assert_ptr_equal(text, path);
	assert_int_equal(length, 77);
}

static void assert_reads(const char *expected, size_t length, size_t max)
{
	char *text = NULL;
	size_t read = 0;

	write_file(expected, length);
	assert_int_equal(whole_file_read(path, max, &text, &read), 0);
	assert_int_equal(read, length);
	assert_memory_equal(text, expected, length);
	assert_int_equal(text[length], '\0');
	free(text);
}

static void test_texts(void **state)
{
	char *text = NULL;

	(void)state;
	assert_reads("", 0, 100);
	assert_reads("one\ntwo\n", 8, 100);
	assert_reads("a\0b\0", 4, 100);
	assert_int_equal(whole_file_read(path, 100, &text, NULL), 0);
	free(text);
}

/* Around each size at which the memory grows, and the limit at all of them. */
static void test_limits(void **state)
{
	static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 8191, 8192, 8193, 70000 };
	char *bytes = calloc(70000, 1);

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < 70000; i++)
		bytes[i] = (char)(i % 251);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_reads(bytes, sizes[i], sizes[i]);
		assert_reads(bytes, sizes[i], sizes[i] + 1);
		assert_reads(bytes, sizes[i], 16 << 20);
		if (sizes[i] > 0)
			assert_fails(path, sizes[i] - 1, -EFBIG);
	}
	free(bytes);
}

/* What says that it has no bytes, and has some. */
static void test_proc(void **state)
{
	char *text = NULL;

	(void)state;
	assert_int_equal(whole_file_read("/proc/self/status", 65536, &text, NULL), 0);
	assert_non_null(strstr(text, "Pid:"));
	free(text);
}

static void test_other_than_files(void **state)
{
	char fifo[sizeof(path) + 5];

	(void)state;
	snprintf(fifo, sizeof(fifo), "%s.fifo", path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_fails(fifo, 100, -EINVAL);
	assert_int_equal(unlink(fifo), 0);
	assert_fails(fifo, 100, -ENOENT);
	assert_fails("/tmp", 100, -EINVAL);
	assert_fails("/dev/null", 100, -EINVAL);
	assert_fails("/dev/null/file", 100, -ENOTDIR);
}

static void test_in_pieces(void **state)
{
	int ends[2];
	char bytes[8];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	assert_int_equal(read_all(ends[0], bytes, 2), 2);
	assert_int_equal(write(ends[1], "de", 2), 2);
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(read_all(ends[0], bytes, sizeof(bytes)), 3);
	assert_memory_equal(bytes, "cde", 3);
	assert_int_equal(read_all(ends[0], bytes, sizeof(bytes)), 0);
	assert_int_equal(read_all(ends[0], bytes, 0), 0);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(read_all(-1, bytes, 1), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),	  cmocka_unit_test(test_limits),
		cmocka_unit_test(test_proc),	  cmocka_unit_test(test_other_than_files),
		cmocka_unit_test(test_in_pieces),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
