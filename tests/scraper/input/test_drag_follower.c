/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drags on a real X server, on which another program moves the pointer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <X11/extensions/XTest.h>

#include "input/drag_follower.h"
#include "tests/scraper/x_display.h"

#define AT(x, y) ((struct pointer_place){ (x), (y) })

static struct xvfb xvfb;
static struct display display;
static Display *program;
static struct drag_follower follower;

static int set_up(void **state)
{
	(void)state;
	if (x_display_start(&xvfb, &display, "800x600x24", NULL, NULL) < 0)
		return -1;
	program = XOpenDisplay(xvfb.display);
	return program ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	XCloseDisplay(program);
	x_display_stop(&xvfb, &display);
	return 0;
}

static void drag(struct pointer_place viewer, struct pointer_place expected)
{
	struct pointer_place target = drag_follower_target(&follower, &display, viewer);

	assert_int_equal(target.x, expected.x);
	assert_int_equal(target.y, expected.y);
	XTestFakeMotionEvent(display.x, display.screen, target.x, target.y, CurrentTime);
	drag_follower_sent(&follower, &display, viewer, target);
}

static void warp(int x, int y)
{
	XSync(display.x, False);
	XWarpPointer(program, None, DefaultRootWindow(program), 0, 0, 0, 0, x, y);
	XSync(program, False);
}

static void test_drags(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		drag(AT(100, 100), AT(100, 100));
		drag(AT(110, 100), AT(110, 100));
		drag(AT(110, 100), AT(110, 100));
		warp(500, 500);
		follower.took = 0;
		drag(AT(113, 101), AT(503, 501));
		drag(AT(115, 103), AT(505, 503));
		drag_follower_end(&follower, &display);
	}
}

static void test_a_slow_server(void **state)
{
	(void)state;
	drag(AT(100, 100), AT(100, 100));
	warp(500, 500);
	follower.took = UINT64_MAX / 8;
	follower.skipped = 0;
	drag(AT(110, 100), AT(110, 100));
	for (int i = 2; i <= 31; i++)
		drag(AT(110, 100 + i), AT(110, 100 + i));
	warp(400, 400);
	drag(AT(112, 132), AT(402, 401));
	drag_follower_end(&follower, &display);
	assert_int_equal(follower.query, 0);
}

/* Beyond the screen: the pointer stays at its edge, and is below the viewer's again within it. */
static void test_the_edge(void **state)
{
	(void)state;
	drag(AT(790, 300), AT(790, 300));
	drag(AT(900, 300), AT(900, 300));
	drag(AT(850, 300), AT(850, 300));
	drag(AT(780, 300), AT(780, 300));
	drag_follower_end(&follower, &display);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drags),
		cmocka_unit_test(test_a_slow_server),
		cmocka_unit_test(test_the_edge),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
