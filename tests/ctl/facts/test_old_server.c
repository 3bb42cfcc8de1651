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

#include <stdio.h>
#include <string.h>

#include "facts/old_server.h"
#include "tests/ctl/fake_tree.h"

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
	assert_true(ask_in(":50", "tigervncserver@:50.service"));
	assert_true(ask_in(":1", "vncserver@:01.service"));
	assert_false(ask_in(":1", "vncserver@:2.service"));
}

static bool uses(uint16_t port, const char *unit);

/* Units that administrators named themselves, once they are enabled. */
static void test_own_names(void **state)
{
	static const struct {
		const char *command;
		uint16_t port; /* 0: none that is known */
	} cases[] = {
		{ "/usr/bin/vncserver :1 -geometry 1280x800", 5901 },
		{ "/opt/TurboVNC/bin/vncserver -fg :1", 5901 },
		{ "/usr/bin/Xtigervnc :7 -rfbport 5901", 5901 },
		{ "/usr/bin/x11vnc -display :1 -forever", 0 },
		{ "/usr/bin/x11vnc -display :0 -rfbport=5901", 5901 },
		{ "/bin/sh -c \"exec vncserver :1\"", 5901 },
		{ "/usr/bin/Xorg :1", 0 },
		{ "/usr/bin/vncserver :10", 5910 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "[Service]\nExecStartPre=/bin/true\nExecStart=%s\n",
			       cases[i].command);
		fake_tree_write("/etc/systemd/system/mine.service", text);
		assert_false(uses(5901, "mine.service"));
		fake_tree_link("/etc/systemd/system/graphical.target.wants/mine.service",
			       "/etc/systemd/system/mine.service");
		if (uses(5901, "mine.service") != (cases[i].port == 5901))
			fail_msg("%s", cases[i].command);
		assert_true(!cases[i].port || uses(cases[i].port, "mine.service"));
		fake_tree_unlink("/etc/systemd/system/graphical.target.wants/mine.service");
	}
}

static bool uses(uint16_t port, const char *unit)
{
	struct old_server servers[OLD_SERVERS_MAX];
	size_t n = old_servers_find(&fake_ctl, port, servers);

	for (size_t i = 0; i < n; i++)
		if (strcmp(servers[i].unit, unit) == 0)
			return true;
	return false;
}

static void test_units_by_port(void **state)
{
	static const char *const of_5901[] = {
		"vncserver@1.service",	      "vncserver@:1.service",
		"vncserver@\\:1.service",     "vncserver@:01.service",
		"tigervncserver@:1.service",  "tigervncserver@1.service",
		"vncserver-virtuald.service",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of_5901) / sizeof(of_5901[0]); i++) {
		assert_true(uses(5901, of_5901[i]));
		assert_int_equal(uses(5950, of_5901[i]), i == 6);
	}
	assert_true(uses(5950, "vncserver@50.service"));
	assert_true(uses(5950, "vncserver@:50.service"));
	assert_false(uses(6001, "vncserver@101.service"));
	assert_false(uses(1, "vncserver-virtuald.service"));
}

/* Without a number in the name, its file says it. */
static void test_ports_in_files(void **state)
{
	static const char *const lines[] = {
		"ExecStart=/usr/bin/x11vnc -rfbport 5901 -forever\n",
		"ExecStart=/usr/bin/x11vnc -rfbport=5901\n",
		"ExecStart=/usr/bin/x11vnc -rfbportv6 1 -rfbport \"5901\"\n",
	};

	(void)state;
	assert_false(uses(5901, "x11vnc.service"));
	assert_true(uses(5900, "x11vnc.service"));
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fake_tree_write("/usr/lib/systemd/system/x11vnc.service", lines[i]);
		assert_true(uses(5901, "x11vnc.service"));
		assert_false(uses(5900, "x11vnc.service"));
	}
	fake_tree_write("/etc/systemd/system/" OLD_SERVER_DOCUMENTED,
			"ExecStart=x -rfbauth /f -rfbport 5950 -display :0\n");
	assert_true(uses(5950, OLD_SERVER_DOCUMENTED));
	assert_false(uses(5901, OLD_SERVER_DOCUMENTED));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_what_runs_us),
		cmocka_unit_test_setup_teardown(test_own_names, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_units_by_port, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_ports_in_files, scratch_create,
						scratch_remove),
	};

	if (argc == 3 && argv[1][0] == 'f')
		return fork_and_ask(argv[2]);
	if (argc == 3)
		return old_server_runs_us(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
