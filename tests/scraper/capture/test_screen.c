/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen of a real X server, captured by a clock of our own: after a last drawing, it is right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <X11/Xutil.h>

#include "capture/screen.h"
#include "tests/scraper/x_display.h"

enum { WIDTH = 1280, HEIGHT = 800, FRAME = 16667, BURST = 12 };

static struct xvfb xvfb;
static struct display display;
static struct screen screen;
static Display *drawer;
static Pixmap picture;
static GC gc;
static uint64_t now = 1000000;

static void on_damaged(void *userdata)
{
	(void)userdata;
	screen_damaged(&screen, now);
}

static void capture_what_is_due(void);

static int set_up(void **state)
{
	(void)state;
	if (x_display_start(&xvfb, &display, "1280x800x24", on_damaged, NULL) < 0)
		return -1;
	drawer = XOpenDisplay(xvfb.display);
	if (!drawer)
		return -1;
	picture = XCreatePixmap(drawer, DefaultRootWindow(drawer), WIDTH, HEIGHT, 24);
	gc = XCreateGC(drawer, picture, 0, NULL);
	XSetForeground(drawer, gc, 0x204060);
	XFillRectangle(drawer, picture, gc, 0, 0, WIDTH, HEIGHT);
	if (screen_start(&screen, &display, 60, now) < 0)
		return -1;
	capture_what_is_due();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	screen_finish(&screen);
	XCloseDisplay(drawer);
	x_display_stop(&xvfb, &display);
	return 0;
}

/* Redraws all of the screen, with the two spots in another colour. */
static void redraw(const struct rect spots[2], unsigned long colour)
{
	XSetForeground(drawer, gc, colour);
	for (int i = 0; i < 2; i++)
		XFillRectangle(drawer, picture, gc, spots[i].x, spots[i].y, (unsigned)spots[i].w,
			       (unsigned)spots[i].h);
	XCopyArea(drawer, picture, DefaultRootWindow(drawer), gc, 0, 0, WIDTH, HEIGHT, 0, 0);
	XSync(drawer, False);
	XSync(display.x, False);
	display_dispatch(&display);
}

/* As schedule.c does for a viewer that always waits: until nothing is due any more. */
static void capture_what_is_due(void)
{
	uint64_t due = 0;

	for (int i = 0; i < 100 && due != UINT64_MAX; i++) {
		due = screen_capture_due(&screen, now);
		if (due == UINT64_MAX)
			break;
		if (due > now) {
			now = due;
			continue;
		}
		screen_capture(&screen, now);
		due = screen_next_due(&screen);
	}
	assert_int_equal(due, UINT64_MAX);
}

static void assert_same(void)
{
	XImage *image = XGetImage(drawer, DefaultRootWindow(drawer), 0, 0, WIDTH, HEIGHT, AllPlanes,
				  ZPixmap);
	size_t n_wrong = 0;

	assert_non_null(image);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++) {
			uint32_t pixel;

			memcpy(&pixel, frame_at(&screen.frame, x, y), sizeof(pixel));
			n_wrong += (pixel & 0xffffff) != (XGetPixel(image, x, y) & 0xffffff);
		}
	XDestroyImage(image);
	assert_int_equal(n_wrong, 0);
}

static void burst(const struct rect spots[2])
{
	for (int i = 0; i < BURST; i++) {
		redraw(spots, 0xff0000 + 77UL * (unsigned)i);
		now += FRAME;
		if (screen_capture_due(&screen, now) > now)
			continue;
		screen_capture(&screen, now);
		assert_false(screen.pending.everything); /* it did not fail */
	}
	capture_what_is_due();
	assert_same();
}

static void test_a_spot_in_the_middle(void **state)
{
	(void)state;
	burst((struct rect[2]){ { 600, 300, 20, 10 }, { 640, 330, 20, 10 } });
}

/* As with a compositor, two small changes far apart, in what is redrawn whole. */
static void test_spots_in_opposite_corners(void **state)
{
	(void)state;
	burst((struct rect[2]){ { 4, 4, 20, 10 }, { WIDTH - 30, HEIGHT - 20, 20, 10 } });
	burst((struct rect[2]){ { 4, HEIGHT - 20, 20, 10 }, { WIDTH - 30, 4, 20, 10 } });
}

/* A read that fails is made again, although nothing more is drawn. */
static void test_a_failed_read(void **state)
{
	size_t size = screen.capture.size;

	(void)state;
	redraw((struct rect[2]){ { 50, 50, 600, 400 }, { 700, 500, 300, 200 } }, 0x00ff00);
	now += FRAME;
	screen.capture.size = 1024;
	assert_true(screen_capture_due(&screen, now) <= now);
	screen_capture(&screen, now);
	screen.capture.size = size;
	assert_true(screen_next_due(&screen) <= now + 2 * FRAME);
	capture_what_is_due();
	assert_same();
}

/* A small window that redraws every millisecond: captures and round trips grow with frames, not
 * draws. */
static void test_many_draws(void **state)
{
	const struct rect spot = { 100, 100, 90, 60 };
	unsigned n_captures = 0, n_fetches = 0;

	(void)state;
	now += 10 * FRAME;
	for (int i = 0; i < 1000; i++) {
		XSetForeground(drawer, gc, 0x10000UL + 7UL * (unsigned)i);
		XFillRectangle(drawer, DefaultRootWindow(drawer), gc, spot.x, spot.y,
			       (unsigned)spot.w, (unsigned)spot.h);
		XSync(drawer, False);
		XSync(display.x, False);
		display_dispatch(&display);
		now += 1000;
		bool was_damaged = screen.pending.reported;
		bool is_due = screen_capture_due(&screen, now) <= now;

		n_fetches += was_damaged && !screen.pending.reported;
		assert_in_range(screen_pending_pixels(&screen), 0, 128 * 60);
		if (!is_due)
			continue;
		screen_capture(&screen, now);
		n_captures++;
	}
	assert_in_range(n_captures, 55, 63);
	assert_in_range(n_fetches, 55, 5 * n_captures + 1);
	capture_what_is_due();
	assert_same();
}

static void draw_half(int half, unsigned long colour)
{
	XSetForeground(drawer, gc, colour);
	XFillRectangle(drawer, DefaultRootWindow(drawer), gc, 0, HEIGHT / 2 * half, WIDTH,
		       HEIGHT / 2);
	XSync(drawer, False);
}

/* As draw_half(), and the display knows that something was drawn. */
static void report_half(int half, unsigned long colour)
{
	draw_half(half, colour);
	XSync(display.x, False);
	display_dispatch(&display);
}

/* Frames that are drawn in two halves, each with its damage: captured when both are there. */
static void test_frames_in_strips(void **state)
{
	unsigned n_captures = 0;

	(void)state;
	for (unsigned i = 0; i < 30; i++) {
		for (int half = 0; half < 2; half++) {
			report_half(half, 0x203040UL * (i + 1) & 0xffffff);
			if (screen_capture_due(&screen, now) <= now) {
				screen_capture(&screen, now);
				n_captures += i >= 5;
				if (i >= 5)
					assert_same();
			}
			now += half ? FRAME - 1200 : 1200;
		}
	}
	assert_int_equal(n_captures, 25);
}

/* The next frame begins after the damage was fetched: before the read, which is not used then, or
 * after it. The stream is known from the test before. */
static void test_the_next_frame_begins(void **state)
{
	uint64_t due = now;

	(void)state;
	for (int before = 0; before < 2; before++) {
		for (int half = 0; half < 2; half++) {
			report_half(half, 0x102030UL + (unsigned)before);
			due = screen_capture_due(&screen, now);
			assert_int_equal(due <= now, half == 1);
			now += 1200;
		}
		if (before)
			draw_half(0, 0x405060);
		screen_capture(&screen, now);
		assert_int_equal(screen.n_too_late, before);
		if (!before) {
			assert_same();
			draw_half(0, 0x405060);
			XSync(display.x, False);
			assert_false(display_dispatch_damage(&display, screen.capture.sequence));
			display_dispatch(&display);
			assert_true(screen.pending.reported);
		}
		assert_true(screen_capture_due(&screen, now) > now);
		report_half(1, 0x405060);
		now += FRAME;
		assert_true(screen_capture_due(&screen, now) <= now);
		screen_capture(&screen, now);
		assert_int_equal(screen.n_too_late, 0);
		assert_same();
		now += FRAME;
	}
	capture_what_is_due();
	assert_same();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_spot_in_the_middle),
		cmocka_unit_test(test_spots_in_opposite_corners),
		cmocka_unit_test(test_a_failed_read),
		cmocka_unit_test(test_many_draws),
		cmocka_unit_test(test_frames_in_strips),
		cmocka_unit_test(test_the_next_frame_begins),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
