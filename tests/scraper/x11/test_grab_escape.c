/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A grab, and a connection without grab control in place of one that the X server has forgotten:
 * neither is served.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>

#include <X11/Xlib-xcb.h>
#include <X11/extensions/XTest.h>
#include <xcb/xcbext.h>

#include "tests/scraper/xvfb.h"
#include "x11/grab_escape.h"

static struct xvfb xvfb;
static struct grab_escape escape;
static Display *x, *program;

static int set_up(void **state)
{
	(void)state;
	if (xvfb_start(&xvfb) < 0)
		return -1;
	grab_escape_open(&escape, xvfb.display);
	x = XOpenDisplay(xvfb.display);
	program = XOpenDisplay(xvfb.display);
	if (!escape.x || !x || !program)
		return -1;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	XCloseDisplay(program);
	XCloseDisplay(x);
	grab_escape_close(&escape);
	grab_escape_close(&escape);
	xvfb_stop(&xvfb);
	return 0;
}

static bool is_readable(Display *display, int ms)
{
	return poll(&(struct pollfd){ .fd = ConnectionNumber(display), .events = POLLIN }, 1, ms);
}

static void take_reply(unsigned query)
{
	xcb_generic_error_t *error = NULL;
	void *reply = NULL;

	while (!xcb_poll_for_reply(XGetXCBConnection(x), query, &reply, &error))
		assert_true(is_readable(x, 30000));
	free(reply);
	free(error);
}

static void test_a_forgotten_connection(void **state)
{
	(void)state;
	XGrabServer(program);
	XSync(program, False);
	unsigned query = xcb_get_input_focus(XGetXCBConnection(x)).sequence;
	xcb_flush(XGetXCBConnection(x));
	assert_false(grab_escape_try(&escape));
	assert_true(is_readable(escape.x, 30000));
	assert_false(is_readable(x, 100));
	assert_true(grab_escape_try(&escape));
	take_reply(query);
	XUngrabServer(program);
	XSync(program, False);
}

/* X is stopped, or has a lot to do: it answers neither. */
static void test_no_answer_yet(void **state)
{
	(void)state;
	XTestGrabControl(escape.x, False);
	XSync(escape.x, False);
	XGrabServer(program);
	XSync(program, False);
	for (int i = 0; i < 5; i++)
		assert_false(grab_escape_try(&escape));
	grab_escape_is_over(&escape);
	assert_int_equal(escape.query, 0);
	XUngrabServer(program);
	XSync(program, False);
}

static void test_without_one(void **state)
{
	struct grab_escape none = { 0 };

	(void)state;
	assert_false(grab_escape_try(&none));
	grab_escape_is_over(&none);
	grab_escape_open(&none, ":59998");
	assert_null(none.x);
	grab_escape_close(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_forgotten_connection, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_answer_yet, set_up, tear_down),
		cmocka_unit_test(test_without_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
