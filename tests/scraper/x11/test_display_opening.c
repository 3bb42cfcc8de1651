/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening a real display while another program holds its X server. */
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
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/scraper/xvfb.h"
#include "x11/display_opening.h"

static struct xvfb xvfb;
static Display *other; /* another program */
static sd_event *event;
static struct display display;
static struct display_opening *opening;

/* The last call of `done`. */
static struct {
	int n, r;
	char reason[256];
} told;

__attribute__((noreturn)) static void lose(void *userdata)
{
	(void)userdata;
	abort();
}

static void on_done(int r, const char *reason, void *userdata)
{
	assert_ptr_equal(userdata, &told);
	told.n++;
	told.r = r;
	strncpy(told.reason, reason, sizeof(told.reason) - 1);
	if (r != -ETIMEDOUT)
		opening = NULL;
}

static int set_up(void **state)
{
	(void)state;
	memset(&told, 0, sizeof(told));
	if (sd_event_new(&event) < 0 || xvfb_start(&xvfb) < 0)
		return -1;
	other = XOpenDisplay(xvfb.display);
	return other ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	display_close(&display);
	if (other)
		XCloseDisplay(other);
	xvfb_stop(&xvfb);
	sd_event_unref(event);
	return 0;
}

static void start(const char *name, uint64_t limit)
{
	static const struct display_callbacks callbacks = { .lost = lose };
	const struct display_opening_options options = {
		.name = name,
		.callbacks = &callbacks,
		.limit = limit,
	};

	assert_int_equal(display_opening_start(event, &display, &options, on_done, &told, &opening),
			 0);
	assert_int_equal(told.n, 0);
}

static void run_until_told(int n)
{
	while (told.n < n)
		assert_true(sd_event_run(event, 30000000) > 0);
	assert_int_equal(told.n, n);
}

/* Xlib's calls of the two programs may not be made at the same time. */
static void grab(bool on)
{
	if (on)
		XGrabServer(other);
	else
		XUngrabServer(other);
	XSync(other, False);
}

static void test_at_once(void **state)
{
	(void)state;
	start(xvfb.display, 30000000);
	run_until_told(1);
	assert_int_equal(told.r, 0);
	assert_string_equal(told.reason, "");
	assert_int_equal(display.width, 64);
}

static void test_no_server(void **state)
{
	(void)state;
	start(":59999", 30000000);
	run_until_told(1);
	assert_int_equal(told.r, -ECONNREFUSED);
	assert_non_null(strstr(told.reason, "no X server at display :59999"));
}

static void test_a_grab(void **state)
{
	(void)state;
	XInitThreads();
	grab(true);
	start(xvfb.display, 1000);
	for (int i = 1; i <= 3; i++) {
		run_until_told(i);
		assert_int_equal(told.r, -ETIMEDOUT);
		assert_non_null(strstr(told.reason, "has not answered"));
		assert_non_null(opening);
		display_opening_await(opening);
		display_opening_await(opening);
	}
	run_until_told(4);
	grab(false);
	run_until_told(5);
	assert_int_equal(told.r, 0);
	assert_int_equal(display.width, 64);
	/* From now on, a grab holds up nothing. */
	grab(true);
	XSync(display.x, False);
	grab(false);
}

static void test_abandoned(void **state)
{
	(void)state;
	grab(true);
	start(xvfb.display, 30000000);
	display_opening_abandon(opening);
	assert_int_equal(sd_event_run(event, 0), 0);
	assert_int_equal(told.n, 0);
}

/* The thread still waits for its first answer, and learns that there is none. */
static int tear_down_abandoned(void **state)
{
	static Display *lost; /* closing it would need the server */

	(void)state;
	lost = other;
	xvfb_stop(&xvfb);
	sd_event_unref(event);
	return lost ? 0 : -1;
}

/* The thread starts to use Xlib while the program, which does not wait for it, ends. */
static void test_exit_with_a_thread(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		int status;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			if (sd_event_new(&event) < 0)
				_exit(99);
			start(":59999", 30000000);
			display_opening_abandon(opening);
			exit(3);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 3);
	}
}

/* The file system with the Xauthority hangs, and the thread in it, within stdio. */
static void test_exit_with_a_stuck_thread(void **state)
{
	char path[64];
	int status, n_left = 1;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/test_display_opening.%d", (int)getpid());
	assert_int_equal(mkfifo(path, 0600), 0);
	int fifo = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fifo >= 0);
	assert_int_equal(write(fifo, "x", 1), 1);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(30);
		if (sd_event_new(&event) < 0 || setenv("XAUTHORITY", path, 1) < 0)
			_exit(99);
		start(xvfb.display, 30000000);
		while (n_left)
			ioctl(fifo, FIONREAD, &n_left);
		display_opening_abandon(opening);
		exit(3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(path);
	close(fifo);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exit_with_a_thread),
		cmocka_unit_test_setup_teardown(test_exit_with_a_stuck_thread, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_server, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_grab, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_abandoned, set_up, tear_down_abandoned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
