/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of this program that are replaced while they run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/program.h"
#include "tests/support/scratch.h"

enum { BAD_BEFORE = 10, REPLACED, NOT_REPLACED };

/* In the copy: does `how` to its own file. Returns what program_is_replaced() says. */
static int replace_self(const char *how, const char *self, const char *by)
{
	if (program_is_replaced())
		return BAD_BEFORE;
	/* `by` is a library here, loaded like those that the program is linked with */
	if (strcmp(how, "library") == 0 &&
	    (!dlopen(by, RTLD_NOW) || program_is_replaced() || unlink(by) < 0))
		return EXIT_FAILURE;
	if (strcmp(how, "unlink") == 0 && unlink(self) < 0)
		return EXIT_FAILURE;
	if (strcmp(how, "rename") == 0 && rename(by, self) < 0)
		return EXIT_FAILURE;
	/* as dpkg does: the old file keeps a second name until the end */
	if (strcmp(how, "dpkg") == 0 &&
	    (link(self, "old") < 0 || rename(by, self) < 0 || unlink("old") < 0))
		return EXIT_FAILURE;
	return program_is_replaced() ? REPLACED : NOT_REPLACED;
}

static void copy_file(const char *from, const char *to)
{
	char buffer[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	ssize_t n;

	assert_true(in >= 0 && out >= 0);
	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		assert_int_equal(write(out, buffer, (size_t)n), n);
	assert_int_equal(n, 0);
	close(in);
	close(out);
}

/* A library that this program is linked with. */
static int find_library(struct dl_phdr_info *info, size_t size, void *userdata)
{
	(void)size;
	if (!strstr(info->dlpi_name, "libcmocka"))
		return 0;
	*(const char **)userdata = info->dlpi_name;
	return 1;
}

static int run_copy(const char *how)
{
	const char *copy = scratch_path("copy"), *other = scratch_path("other"), *library = NULL;
	int status = 0;
	pid_t pid;

	copy_file("/proc/self/exe", copy);
	dl_iterate_phdr(find_library, &library);
	assert_non_null(library);
	copy_file(strcmp(how, "library") == 0 ? library : "/proc/self/exe", other);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir(scratch_directory) == 0)
			(void)execl(copy, copy, how, other, (char *)NULL);
		_exit(EXIT_FAILURE);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_replaced(void **state)
{
	(void)state;
	assert_int_equal(run_copy("nothing"), NOT_REPLACED);
	assert_int_equal(run_copy("unlink"), REPLACED);
	assert_int_equal(run_copy("rename"), REPLACED);
	assert_int_equal(run_copy("dpkg"), REPLACED);
	assert_int_equal(run_copy("library"), REPLACED);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replaced),
	};

	if (argc == 3)
		return replace_self(argv[1], argv[0], argv[2]);
	return cmocka_run_group_tests(tests, scratch_create, scratch_remove);
}
