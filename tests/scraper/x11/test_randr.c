/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resizing a real X server, and restoring its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include <X11/extensions/Xrandr.h>

#include "tests/scraper/x_display.h"
#include "x11/monitor.h"
#include "x11/randr.h"

static struct xvfb xvfb;
static struct display display;
static int n_layout_changes;

static void count_change(void *userdata)
{
	(void)userdata;
	n_layout_changes++;
}

static int set_up(void **state)
{
	(void)state;
	return x_display_start(&xvfb, &display, "1280x800x24", NULL, count_change);
}

static int tear_down(void **state)
{
	(void)state;
	x_display_stop(&xvfb, &display);
	return 0;
}

static void assert_size(int width, int height)
{
	XSync(display.x, False);
	display_dispatch(&display);
	assert_int_equal(display.width, width);
	assert_int_equal(display.height, height);
}

static int count_our_modes(void)
{
	XRRScreenResources *resources = XRRGetScreenResourcesCurrent(display.x, display.root);
	int n = 0;

	for (int i = 0; i < resources->nmode; i++)
		n += resources->modes[i].name[0] == 'g';
	XRRFreeScreenResources(resources);
	return n;
}

static void test_layout(void **state)
{
	struct screen_layout layout;

	(void)state;
	randr_read_layout(&display, &layout);
	assert_int_equal(layout.n, 1);
	assert_int_not_equal(layout.screens[0].id, 0);
	assert_int_equal(layout.screens[0].area.w, 1280);
	assert_int_equal(layout.screens[0].area.h, 800);
	display.has_randr = false;
	randr_read_layout(&display, &layout);
	display.has_randr = true;
	assert_int_equal(layout.n, 1);
	assert_int_not_equal(layout.screens[0].id, 0);
}

static void test_resize_and_restore(void **state)
{
	struct randr randr;

	(void)state;
	randr_init(&randr, &display);
	n_layout_changes = 0;
	assert_int_equal(randr_resize(&randr, (struct size_request){ 1001, 701, 1 }), SIZE_DONE);
	assert_size(1001, 701);
	assert_true(n_layout_changes > 0);
	assert_int_equal(count_our_modes(), 1);
	/* Wider and less high at once: in between, the screen must hold both. */
	assert_int_equal(randr_resize(&randr, (struct size_request){ 1203, 333, 1 }), SIZE_DONE);
	assert_size(1203, 333);
	assert_int_equal(count_our_modes(), 1);
	randr_restore(&randr);
	assert_size(1280, 800);
	assert_int_equal(count_our_modes(), 0);
}

static void test_a_size_set_by_others_stays(void **state)
{
	struct randr randr, other;

	(void)state;
	randr_init(&randr, &display);
	randr_init(&other, &display);
	assert_int_equal(randr_resize(&randr, (struct size_request){ 640, 480, 1 }), SIZE_DONE);
	assert_int_equal(randr_resize(&other, (struct size_request){ 800, 600, 1 }), SIZE_DONE);
	randr_restore(&randr);
	assert_size(800, 600);
	/* The mode before that was made by a scraper: the server's own is restored instead. */
	randr_restore(&other);
	assert_size(1280, 800);
	assert_int_equal(count_our_modes(), 0);
}

static void test_refusals(void **state)
{
	struct randr randr;

	(void)state;
	randr_init(&randr, &display);
	assert_int_equal(randr_resize(&randr, (struct size_request){ 0, 0, 1 }),
			 SIZE_INVALID_LAYOUT);
	assert_int_equal(randr_resize(&randr, (struct size_request){ 9000, 9000, 1 }),
			 SIZE_NO_RESOURCES);
	assert_int_equal(randr_resize(&randr, (struct size_request){ 1280, 800, 1 }), SIZE_DONE);
	display.has_randr = false;
	assert_int_equal(randr_resize(&randr, (struct size_request){ 640, 480, 1 }),
			 SIZE_PROHIBITED);
	display.has_randr = true;
	randr_restore(&randr);
	assert_size(1280, 800);
}

static void test_existing_modes_only(void **state)
{
	struct randr randr;

	(void)state;
	randr_init(&randr, &display);
	randr.modes = RANDR_MODES_REFUSED;
	assert_int_equal(randr_resize(&randr, (struct size_request){ 640, 480, 1 }), SIZE_DONE);
	assert_size(1280, 800);
	assert_int_equal(count_our_modes(), 0);
	randr_restore(&randr);
}

static int n_errors;

static int count_error(Display *x, XErrorEvent *error)
{
	(void)x;
	(void)error;
	n_errors++;
	return 0;
}

/* A program that pastes has closed its window: the error comes while the size is changed. */
static void test_errors_of_others(void **state)
{
	int (*handler)(Display *, XErrorEvent *) = XSetErrorHandler(count_error);
	struct randr randr;

	(void)state;
	randr_init(&randr, &display);
	n_errors = 0;
	XClearWindow(display.x, 4711);
	assert_int_equal(randr_resize(&randr, (struct size_request){ 640, 480, 1 }), SIZE_DONE);
	assert_int_equal(n_errors, 1);
	assert_size(640, 480);
	randr_restore(&randr);
	XSync(display.x, False);
	XSetErrorHandler(handler);
	assert_int_equal(n_errors, 1);
}

/* Of the requests for a size of the screen from now on, this one is spoilt; 0: none. */
static int spoilt;

void __real_XRRSetScreenSize(Display *x, Window window, int width, int height, int mm_width,
			     int mm_height);
void __wrap_XRRSetScreenSize(Display *x, Window window, int width, int height, int mm_width,
			     int mm_height);
void __wrap_XRRSetScreenSize(Display *x, Window window, int width, int height, int mm_width,
			     int mm_height)
{
	bool spoil = spoilt && !--spoilt;

	__real_XRRSetScreenSize(x, window, spoil ? 32767 : width, height, mm_width, mm_height);
}

static RRMode mode_in_use(void)
{
	struct monitor monitor;

	assert_true(monitor_open(&monitor, &display));
	monitor_close(&monitor);
	return monitor.now.places[0].mode;
}

/* Whichever step fails, all is as before, and the next request is met. */
static void test_each_step_fails(void **state)
{
	RRMode before = mode_in_use();
	struct randr randr;

	(void)state;
	randr_init(&randr, &display);
	for (int step = 1; step <= 2; step++) {
		assert_int_equal(randr_resize(&randr, (struct size_request){ 900, 300, 1 }),
				 SIZE_DONE);
		RRMode mode = mode_in_use();

		spoilt = step;
		assert_int_equal(randr_resize(&randr, (struct size_request){ 500, 700, 1 }),
				 step == 2 ? SIZE_NO_RESOURCES : SIZE_DONE);
		assert_int_equal(spoilt, 0);
		/* The screen that holds both is not needed: the monitor is off meanwhile. */
		assert_size(step == 2 ? 900 : 500, step == 2 ? 300 : 700);
		assert_true((mode_in_use() == mode) == (step == 2));
	}
	randr_restore(&randr);
	assert_size(1280, 800);
	assert_int_equal(mode_in_use(), before);
	assert_int_equal(count_our_modes(), 0);
}

static void test_what_takes_modes(void **state)
{
	RRMode before = mode_in_use();
	struct monitor monitor;

	(void)state;
	assert_true(monitor_open(&monitor, &display));
	assert_true(monitor_takes_modes(&monitor));
	monitor_close(&monitor);
	assert_int_equal(mode_in_use(), before);
	assert_int_equal(count_our_modes(), 0);
	assert_size(1280, 800);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_resize_and_restore),
		cmocka_unit_test(test_a_size_set_by_others_stays),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_existing_modes_only),
		cmocka_unit_test(test_errors_of_others),
		cmocka_unit_test(test_each_step_fails),
		cmocka_unit_test(test_what_takes_modes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
