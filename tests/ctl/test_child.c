/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"
#include "tool.h"

static char output[64];

/* Runs it by the shell, with room for `size` bytes and a NUL. */
static int run_shell(const char *script, unsigned seconds, size_t size)
{
	const char *const arguments[] = { "sh", "-c", script, NULL };
	const struct child child = {
		.path = "/bin/sh", .arguments = arguments, .is_quiet = true, .seconds = seconds
	};

	memset(output, 'x', sizeof(output));
	return child_run(&child, output, size + 1);
}

/* Nobody is left that nobody waits for. */
static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return 0;
}

static void test_output(void **state)
{
	(void)state;
	assert_int_equal(run_shell("echo one; echo two; echo no >&2", 0, 60), 0);
	assert_string_equal(output, "one\ntwo\n");
	assert_int_equal(run_shell("exit 0", 0, 60), 0);
	assert_string_equal(output, "");
}

static void test_how_it_ends(void **state)
{
	(void)state;
	assert_int_equal(run_shell("echo one; exit 3", 0, 60), 3);
	assert_string_equal(output, "one\n");
	assert_int_equal(run_shell("echo one; kill -TERM $$", 0, 60), -EIO);
	assert_string_equal(output, "one\n");
}

static void test_too_much(void **state)
{
	(void)state;
	assert_int_equal(run_shell("printf 12345", 0, 5), 0);
	assert_string_equal(output, "12345");
	assert_int_equal(run_shell("printf 123456", 0, 5), -EFBIG);
	assert_string_equal(output, "12345");
	assert_int_equal(run_shell("while :; do echo 12345; done", 0, 5), -EFBIG);
	assert_string_equal(output, "12345");
}

/* A second is all there is to wait for here. */
static void test_too_long(void **state)
{
	(void)state;
	assert_int_equal(run_shell("echo one; exec sleep 600", 1, 60), -ETIMEDOUT);
	assert_string_equal(output, "one\n");
	assert_int_equal(run_shell("echo one", 3600, 60), 0);
}

static void test_what_it_is_given(void **state)
{
	(void)state;
	assert_int_equal(setenv("GPUDESK_TEST", "nonsense", 1), 0);
	assert_int_equal(run_shell("read -r line || echo \"$LC_ALL$GPUDESK_TEST\"", 0, 60), 0);
	assert_string_equal(output, "C\n");
}

static int prepare(const void *userdata)
{
	return chdir(userdata);
}

static void test_before_it_runs(void **state)
{
	const char *const arguments[] = { "pwd", NULL };
	struct child child = { .path = "/bin/pwd",
			       .arguments = arguments,
			       .is_quiet = true,
			       .prepare = prepare,
			       .userdata = "/proc" };

	(void)state;
	assert_int_equal(child_run(&child, output, sizeof(output)), 0);
	assert_string_equal(output, "/proc\n");
	child.userdata = "/nonsense";
	assert_int_equal(child_run(&child, output, sizeof(output)), CHILD_NOT_RUN);
	assert_string_equal(output, "");
	child.userdata = "/proc";
	child.path = "/nonsense";
	assert_int_equal(child_run(&child, output, sizeof(output)), CHILD_NOT_RUN);
	assert_int_equal(child_run(&child, NULL, 0), CHILD_NOT_RUN);
}

static void test_tools(void **state)
{
	const char *const echo[] = { "echo", "one", NULL }, *const fail[] = { "false", NULL };
	const char *const none[] = { "gpudesk-nonsense", NULL };

	(void)state;
	assert_true(tool_exists("sh"));
	assert_false(tool_exists("gpudesk-nonsense"));
	assert_int_equal(tool_run(echo, true), 0);
	assert_int_equal(tool_run(fail, true), 1);
	assert_int_equal(tool_run(none, true), -ENOENT);
	assert_int_equal(tool_read(echo, output, sizeof(output)), 0);
	assert_string_equal(output, "one\n");
	assert_int_equal(tool_read(fail, output, sizeof(output)), 1);
	assert_int_equal(tool_read(none, output, sizeof(output)), -ENOENT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_output),   TEST(test_how_it_ends),	  TEST(test_too_much),
		TEST(test_too_long), TEST(test_what_it_is_given), TEST(test_before_it_runs),
		TEST(test_tools),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
