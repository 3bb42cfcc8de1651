/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <X11/Xutil.h>

#include "tests/scraper/x_display.h"
#include "x11/focus_ping.h"

static struct xvfb xvfb;
static struct display display;
static struct focus_ping ping;
static Display *program;
static Window window, inner;

/* A program with a window in a window, the inner one with the focus. */
static int setup(void **state)
{
	Atom protocol;

	(void)state;
	if (x_display_start(&xvfb, &display, "64x64x24", NULL, NULL) < 0)
		return -1;
	program = XOpenDisplay(xvfb.display);
	window = XCreateSimpleWindow(program, DefaultRootWindow(program), 0, 0, 9, 9, 0, 0, 0);
	inner = XCreateSimpleWindow(program, window, 0, 0, 9, 9, 0, 0, 0);
	protocol = XInternAtom(program, "_NET_WM_PING", False);
	XSetWMProtocols(program, window, &protocol, 1);
	XMapWindow(program, inner);
	XMapWindow(program, window);
	XSetInputFocus(program, inner, RevertToNone, CurrentTime);
	XSync(program, False);
	focus_ping_init(&ping, &display);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (program)
		XCloseDisplay(program);
	x_display_stop(&xvfb, &display);
	return 0;
}

/* The program answers as toolkits do. */
static void answer(void)
{
	XEvent event;

	XSync(display.x, False);
	do {
		XNextEvent(program, &event);
	} while (event.type != ClientMessage);
	assert_int_equal(event.xclient.window, window);
	event.xclient.window = DefaultRootWindow(program);
	XSendEvent(program, event.xclient.window, False,
		   SubstructureNotifyMask | SubstructureRedirectMask, &event);
	XSync(program, False);
}

/* How many answers have come. */
static int count_answers(void)
{
	int n = 0;

	XSync(display.x, False);
	while (XPending(display.x)) {
		XEvent event;
		Window from = None;

		XNextEvent(display.x, &event);
		if (focus_ping_is_answer(&ping, &event, &from)) {
			assert_int_equal(from, inner);
			n++;
		}
	}
	return n;
}

static void test_answer(void **state)
{
	(void)state;
	assert_int_equal(focus_ping_window(&ping), inner);
	assert_true(focus_ping_send(&ping, inner, 1000));
	assert_int_equal(count_answers(), 0);
	/* Not twice. */
	assert_true(focus_ping_send(&ping, inner, 2000));
	assert_int_equal(ping.sent, 1000);
	answer();
	assert_int_equal(count_answers(), 1);
	assert_int_equal(ping.sent, 1000);

	assert_true(focus_ping_send(&ping, inner, 3000));
	answer();
	assert_int_equal(count_answers(), 1);
	assert_int_equal(ping.sent, 3000);
}

static void test_an_answer_that_comes_late(void **state)
{
	(void)state;
	assert_true(focus_ping_send(&ping, inner, 1000));
	assert_true(focus_ping_send(&ping, window, 2000)); /* another window has the focus now */
	answer();
	assert_int_equal(count_answers(), 0);
}

static void test_no_answer(void **state)
{
	(void)state;
	assert_false(focus_ping_send(&ping, None, 1000));
	XSetWMProtocols(program, window, NULL, 0);
	XSync(program, False);
	assert_false(focus_ping_send(&ping, inner, 1000));
	XDestroyWindow(program, window);
	XSync(program, False);
	assert_false(focus_ping_send(&ping, inner, 1000));
	assert_int_equal(focus_ping_window(&ping), None);
	assert_int_equal(count_answers(), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answer),
		TEST(test_an_answer_that_comes_late),
		TEST(test_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
