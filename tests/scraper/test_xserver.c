/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the session's X server among real Xvfbs and sockets of all kinds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/xserver.h"
#include "tests/support/scratch.h"
#include "xvfb.h"

static struct xvfb mine, greeters;
static char display[DISPLAY_MAX];

/* The Xvfbs are in sessions "mine" and "greeter", this process in "test", all others in none. */
static int session_of_pid(pid_t pid, char ret_id[static SESSION_ID_MAX])
{
	const char *id = pid == mine.pid       ? "mine"
			 : pid == greeters.pid ? "greeter"
			 : pid == getpid()     ? "test"
					       : NULL;

	if (!id)
		return -ENODATA;
	(void)snprintf(ret_id, SESSION_ID_MAX, "%s", id);
	return 0;
}

static int hidden_session_of_pid(pid_t pid, char ret_id[static SESSION_ID_MAX])
{
	(void)pid;
	(void)ret_id;
	return -ESRCH;
}

static int find(const char *id)
{
	(void)snprintf(display, sizeof(display), "untouched");
	return xserver_find(scratch_directory, id, session_of_pid, display);
}

static void assert_not_found(const char *id)
{
	assert_int_equal(find(id), -ENOENT);
	assert_string_equal(display, "untouched");
}

static void test_two_xservers(void **state)
{
	(void)state;
	if (xvfb_start(&greeters) == -ENOENT) {
		print_message("no Xvfb\n");
		skip();
	}
	assert_int_equal(xvfb_start(&mine), 0);
	assert_string_not_equal(mine.display, greeters.display);

	assert_int_equal(xserver_find(XSERVER_DIRECTORY, "mine", session_of_pid, display), 0);
	assert_string_equal(display, mine.display);
	assert_int_equal(xserver_find(XSERVER_DIRECTORY, "greeter", session_of_pid, display), 0);
	assert_string_equal(display, greeters.display);
	assert_int_equal(xserver_find(XSERVER_DIRECTORY, "third", session_of_pid, display),
			 -ENOENT);
	assert_string_equal(display, greeters.display);

	/* The socket of an X server that was killed is skipped. */
	(void)kill(mine.pid, SIGKILL);
	(void)waitpid(mine.pid, NULL, 0);
	assert_int_equal(xserver_find(XSERVER_DIRECTORY, "mine", session_of_pid, display), -ENOENT);
	mine.pid = 0;
}

static int stop_xvfbs(void **state)
{
	char path[64];

	if (mine.display[0]) {
		(void)snprintf(path, sizeof(path), "/tmp/.X11-unix/X%s", mine.display + 1);
		(void)unlink(path);
		(void)snprintf(path, sizeof(path), "/tmp/.X%s-lock", mine.display + 1);
		(void)unlink(path);
	}
	xvfb_stop(&mine);
	xvfb_stop(&greeters);
	return scratch_remove(state);
}

static void test_names(void **state)
{
	static const char *const names[] = { "X",    "Y0",  "x0",      "X0a",	 ".X0",
					     "X 1",  "X-1", "X123456", "X59536", "X01",
					     "X1.0", "XX1", "X1_",     "other" };
	int listener;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		listener = scratch_listen(scratch_path(names[i]), SOCK_STREAM, 1);
		assert_not_found("test");
		(void)close(listener);
	}
	listener = scratch_listen(scratch_path("X12345"), SOCK_STREAM, 1);
	assert_int_equal(find("test"), 0);
	assert_string_equal(display, ":12345");
	(void)close(listener);
	assert_not_found("test");
}

static void test_sockets_that_refuse(void **state)
{
	int bound, datagrams, busy, waiting, listener;

	(void)state;
	assert_int_equal(mkdir(scratch_path("X0"), 0700), 0);
	scratch_write("X1", "", 0, 0600);
	bound = scratch_listen(scratch_path("X2"), SOCK_STREAM, -1);
	datagrams = scratch_listen(scratch_path("X3"), SOCK_DGRAM, -1);
	busy = scratch_listen(scratch_path("X4"), SOCK_STREAM, 0);
	waiting = scratch_connect(scratch_path("X4"), SOCK_STREAM);
	(void)close(scratch_listen(scratch_path("X5"), SOCK_STREAM, 1));
	assert_int_equal(mkfifo(scratch_path("X6"), 0600), 0);
	assert_not_found("test");

	listener = scratch_listen(scratch_path("X7"), SOCK_STREAM, 1);
	/* a link to a socket is no socket */
	assert_int_equal(symlink("X7", scratch_path("X8")), 0);
	assert_int_equal(find("test"), 0);
	assert_string_equal(display, ":7");
	assert_int_equal(unlink(scratch_path("X7")), 0);
	assert_not_found("test");
	(void)close(listener);
	(void)close(waiting);
	(void)close(busy);
	(void)close(datagrams);
	(void)close(bound);
}

static void set_time(const char *name, time_t seconds)
{
	const struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };

	assert_int_equal(utimensat(AT_FDCWD, scratch_path(name), times, AT_SYMLINK_NOFOLLOW), 0);
}

/* A nested X server, Xephyr say, was started later, whatever its number. */
static void test_of_two_in_a_session_the_older(void **state)
{
	int outer, nested;

	(void)state;
	outer = scratch_listen(scratch_path("X1"), SOCK_STREAM, 8);
	nested = scratch_listen(scratch_path("X0"), SOCK_STREAM, 8);
	set_time("X1", 1000);
	set_time("X0", 1001);
	assert_int_equal(find("test"), 0);
	assert_string_equal(display, ":1");
	set_time("X1", 1002);
	assert_int_equal(find("test"), 0);
	assert_string_equal(display, ":0");
	(void)close(nested);
	assert_int_equal(find("test"), 0);
	assert_string_equal(display, ":1");
	(void)close(outer);
}

static void test_another_users_socket(void **state)
{
	const char *path = scratch_path("X0");
	int listener;

	(void)state;
	if (geteuid() != 0) {
		print_message("not root\n");
		skip();
	}
	listener = scratch_listen(path, SOCK_STREAM, 8);
	assert_int_equal(chown(path, 64123, 64123), 0);
	assert_not_found("test");
	assert_int_equal(chown(path, 0, 0), 0);
	assert_int_equal(find("test"), 0);
	(void)close(listener);
}

/* X takes the first number that others have left free. */
static void test_directory_filled_by_others(void **state)
{
	char name[16];
	int listener;

	(void)state;
	for (int number = 0; number < 5000; number++) {
		(void)snprintf(name, sizeof(name), "X%d", number);
		scratch_write(name, "", 0, 0600);
	}
	listener = scratch_listen(scratch_path("X5000"), SOCK_STREAM, 8);
	assert_int_equal(find("test"), 0);
	assert_string_equal(display, ":5000");
	(void)close(listener);
}

static pid_t any_pid;

static int session_of_any(pid_t pid, char ret_id[static SESSION_ID_MAX])
{
	any_pid = pid;
	(void)snprintf(ret_id, SESSION_ID_MAX, "test");
	return 0;
}

/* A server another user runs in the session is not the session's, though root owns the file. */
static void test_another_users_server(void **state)
{
	const char *path = scratch_path("X0");
	int listener, status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0) {
		print_message("not root\n");
		skip();
	}
	listener = scratch_listen(path, SOCK_STREAM, -1);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) /* listen(2) sets the credentials */
		_exit(setgid(64123) < 0 || setuid(64123) < 0 || listen(listener, 8) < 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	any_pid = 0;
	assert_int_equal(xserver_find(scratch_directory, "test", session_of_any, display), -ENOENT);
	assert_int_equal(any_pid, 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(xserver_find(scratch_directory, "test", session_of_any, display), 0);
	assert_int_equal(any_pid, getpid());
	(void)close(listener);
}

static void test_hidden_processes(void **state)
{
	int listener;

	(void)state;
	assert_int_equal(xserver_find(scratch_directory, "test", hidden_session_of_pid, display),
			 -ENOENT);
	listener = scratch_listen(scratch_path("X0"), SOCK_STREAM, 8);
	assert_int_equal(xserver_find(scratch_directory, "test", hidden_session_of_pid, display),
			 -EACCES);
	(void)close(listener);
}

static void test_no_directory(void **state)
{
	(void)state;
	assert_int_equal(xserver_find(scratch_path("none"), "test", session_of_pid, display),
			 -ENOENT);
}

static void test_nothing_is_left_open(void **state)
{
	const unsigned before = scratch_count_descriptors();

	test_sockets_that_refuse(state);
	assert_int_equal(scratch_count_descriptors(), before);
}

#define TEST_CASE(name) cmocka_unit_test_setup_teardown(name, scratch_create, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_two_xservers, scratch_create, stop_xvfbs),
		TEST_CASE(test_names),
		TEST_CASE(test_sockets_that_refuse),
		TEST_CASE(test_of_two_in_a_session_the_older),
		TEST_CASE(test_another_users_socket),
		TEST_CASE(test_directory_filled_by_others),
		TEST_CASE(test_another_users_server),
		TEST_CASE(test_hidden_processes),
		TEST_CASE(test_no_directory),
		TEST_CASE(test_nothing_is_left_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
