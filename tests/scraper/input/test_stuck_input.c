/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>

#include "input/stuck_input.h"
#include "tests/scraper/xvfb.h"

enum { KEYCODE = 38, OTHER_KEYCODE = 50 };

static struct xvfb xvfb;

static int set_up(void **state)
{
	(void)state;
	return xvfb_start(&xvfb);
}

static int tear_down(void **state)
{
	(void)state;
	xvfb_stop(&xvfb);
	return 0;
}

static Display *open_display(void)
{
	Display *x = XOpenDisplay(xvfb.display);

	assert_non_null(x);
	return x;
}

/* Presses, and disconnects as a killed program does. */
static void press_and_die(void)
{
	Display *x = open_display();

	stuck_input_begin(x);
	XTestFakeKeyEvent(x, KEYCODE, True, CurrentTime);
	XTestFakeKeyEvent(x, OTHER_KEYCODE, True, CurrentTime);
	XTestFakeButtonEvent(x, 1, True, CurrentTime);
	XTestFakeButtonEvent(x, 3, True, CurrentTime);
	XSync(x, False);
	XCloseDisplay(x);
}

static unsigned count_down(Display *x)
{
	char keys[32];
	Window window;
	int number;
	unsigned mask, n = 0;

	XQueryKeymap(x, keys);
	for (unsigned i = 0; i < 256; i++)
		n += keys[i / 8] >> i % 8 & 1;
	XQueryPointer(x, DefaultRootWindow(x), &window, &window, &number, &number, &number, &number,
		      &mask);
	for (mask &= Button1Mask | Button2Mask | Button3Mask | Button4Mask | Button5Mask; mask;
	     mask &= mask - 1)
		n++;
	return n;
}

static void test_released_by_next_scraper(void **state)
{
	(void)state;
	press_and_die();
	Display *x = open_display();
	assert_int_equal(count_down(x), 4);
	stuck_input_begin(x);
	assert_int_equal(count_down(x), 0);
	stuck_input_end(x);
	XCloseDisplay(x);
}

/* After a scraper that was not killed, what others press is left alone. */
static void test_others_keep_theirs(void **state)
{
	Display *x = open_display(), *other = open_display();

	(void)state;
	stuck_input_begin(x);
	stuck_input_end(x);
	XTestFakeKeyEvent(other, KEYCODE, True, CurrentTime);
	XSync(other, False);
	stuck_input_begin(x);
	assert_int_equal(count_down(x), 1);
	stuck_input_end(x);
	XTestFakeKeyEvent(other, KEYCODE, False, CurrentTime);
	XSync(other, False);
	XCloseDisplay(other);
	XCloseDisplay(x);
}

static void test_nothing_left(void **state)
{
	Display *x = open_display();

	(void)state;
	stuck_input_begin(x);
	XCloseDisplay(x);
	x = open_display();
	stuck_input_begin(x);
	assert_int_equal(count_down(x), 0);
	stuck_input_end(x);
	XCloseDisplay(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_released_by_next_scraper),
		cmocka_unit_test(test_others_keep_theirs),
		cmocka_unit_test(test_nothing_left),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
