/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "facts/old_server.h"

static void test_programs(void **state)
{
	(void)state;
	assert_true(old_server_is_program("Xvnc"));
	assert_true(old_server_is_program("x0vncserver"));
	assert_false(old_server_is_program("Xorg"));
	assert_false(old_server_is_program("gpudesk-proxy"));
	assert_false(old_server_is_program(""));
}

/*
 * Runs this program again with DISPLAY=`display`, where it starts another one without, which asks
 * about `unit`. Returns what that says.
 */
static bool ask_in(const char *display, const char *unit)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		setenv("DISPLAY", display, 1);
		execl("/proc/self/exe", "test", "fork", unit, (char *)NULL);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_in_range(WEXITSTATUS(status), 0, 1);
	return WEXITSTATUS(status) == 1;
}

static int fork_and_ask(const char *unit)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		unsetenv("DISPLAY");
		execl("/proc/self/exe", "test", "ask", unit, (char *)NULL);
		_exit(99);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 99;
	return WEXITSTATUS(status);
}

static void test_what_runs_us(void **state)
{
	(void)state;
	assert_true(ask_in(":1", "vncserver@1.service"));
	assert_true(ask_in(":1.0", "vncserver@:1.service"));
	assert_false(ask_in(":10", "vncserver@1.service"));
	assert_false(ask_in("localhost:1", "vncserver@1.service"));
	assert_false(ask_in(":0", "vncserver@1.service"));
	assert_false(ask_in(":1", "x0vncserver.service"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_what_runs_us),
	};

	if (argc == 3 && argv[1][0] == 'f')
		return fork_and_ask(argv[2]);
	if (argc == 3)
		return old_server_runs_us(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
