/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Latency. A small window on top of all others changes its colour, and XSync confirms that it is on
 * the screen. The latency ends when the decoded picture has the colour at the end of an update. It
 * is a closed loop with jittered pauses, so that no polling server falls in step with it.
 *
 * With options.keys each change of colour is caused by a key: the marker window has the focus and
 * changes its colour when it gets the KeyPress. Keys go alternately through the server and straight
 * to X; no server can be faster than the latter.
 */
#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"
#include "ticks.h"

enum { MARKER_X = 64, MARKER_Y = 48, KEYSYM_A = 0x61, ROUND_LIMIT_S = 20 };

static Display *display;
static Window window;
static GC gc;
static pthread_t thread;
static atomic_bool running;

/* The marker's number, when it was shown (0: not yet), and the last one that was seen. */
static _Atomic uint32_t shown_number, seen_number;
static _Atomic int64_t shown_at, seen_at;

static struct ticks *ticks;
static uint32_t last_tick;

static uint32_t marker_color(uint32_t number)
{
	return (number * 67 & 255) << 16 | (number * 101 & 255) << 8 | (number * 41 & 255);
}

void marker_open(const char *name)
{
	XSetWindowAttributes a = { .override_redirect = True, .event_mask = KeyPressMask };

	display = XOpenDisplay(name);
	if (!display)
		die("probe: cannot open display %s", name);
	window = XCreateWindow(display, DefaultRootWindow(display), MARKER_X, MARKER_Y, TICK_PIXELS,
			       TICK_PIXELS, 0, CopyFromParent, InputOutput, CopyFromParent,
			       CWOverrideRedirect | CWEventMask, &a);
	gc = XCreateGC(display, window, 0, NULL);
	XMapRaised(display, window);
	XSync(display, False);
	if (options.keys)
		XSetInputFocus(display, window, RevertToPointerRoot, CurrentTime);
	XSync(display, False);
}

static void paint_next(void)
{
	uint32_t number = atomic_load(&shown_number) + 1;

	atomic_store(&shown_at, 0);
	atomic_store(&shown_number, number);
	XRaiseWindow(display, window);
	XSetForeground(display, gc, marker_color(number));
	XFillRectangle(display, window, gc, 0, 0, TICK_PIXELS, TICK_PIXELS);
	XSync(display, False);
	atomic_store(&shown_at, now_ns());
}

/* Waits until the picture shows the marker, the run ends, or the round takes too long. */
static bool wait_until_seen(void)
{
	int64_t limit = now_ns() + ROUND_LIMIT_S * SECOND;

	while (atomic_load(&running) && now_ns() < limit) {
		if (atomic_load(&seen_number) == atomic_load(&shown_number))
			return true;
		usleep(500);
	}
	return false;
}

static bool wait_for_key_press(void)
{
	int64_t limit = now_ns() + ROUND_LIMIT_S * SECOND;

	while (atomic_load(&running) && now_ns() < limit) {
		struct pollfd polled = { ConnectionNumber(display), POLLIN, 0 };
		XEvent event;

		if (!XPending(display)) {
			poll(&polled, 1, 100);
			continue;
		}
		XNextEvent(display, &event);
		if (event.type == KeyPress)
			return true;
	}
	return false;
}

static void drop_events(void)
{
	XEvent event;

	while (XPending(display))
		XNextEvent(display, &event);
}

static void press_key_on_x(void)
{
	unsigned code = XKeysymToKeycode(display, KEYSYM_A);

	XTestFakeKeyEvent(display, code, True, CurrentTime);
	XTestFakeKeyEvent(display, code, False, CurrentTime);
	XFlush(display);
}

static void press_key_and_wait(bool directly)
{
	struct samples *samples = directly ? &direct_samples : &key_samples;
	bool counted = window_state == WINDOW_OPEN;
	int64_t sent, pressed;

	drop_events(); /* autorepeats caused by a slow server */
	sent = now_ns();
	if (directly)
		press_key_on_x();
	else
		protocol_key(KEYSYM_A);
	if (!wait_for_key_press())
		return;
	pressed = now_ns();
	paint_next();
	if (counted)
		samples_add(samples, (double)(pressed - sent) / (double)MILLISECOND);
	if (wait_until_seen() && counted && !directly)
		samples_add(&echo_samples,
			    (double)(atomic_load(&seen_at) - sent) / (double)MILLISECOND);
}

static void *marker_thread(void *unused)
{
	uint32_t random = 12345;
	bool directly = false;

	while (atomic_load(&running)) {
		double pause;

		random = random * 1103515245 + 12345;
		pause = options.gap * (1 + (double)(random >> 16 & 1023) / 700); /* to 2.46 gaps */
		sleep_until(now_ns() + (int64_t)(pause * (double)SECOND));
		if (options.keys) {
			press_key_and_wait(directly);
			directly = !directly;
		} else {
			paint_next();
			wait_until_seen();
		}
	}
	return unused;
}

void marker_start(void)
{
	atomic_store(&running, true);
	if (pthread_create(&thread, NULL, marker_thread, NULL))
		die("probe: cannot start a thread");
}

void marker_stop(void)
{
	if (!atomic_exchange(&running, false))
		return;
	pthread_join(thread, NULL);
}

void marker_look(void)
{
	uint32_t number = atomic_load(&shown_number), pixel;
	int64_t now, shown;

	if (!number || atomic_load(&seen_number) == number)
		return;
	pixel = *picture_at(MARKER_X + TICK_PIXELS / 2, MARKER_Y + TICK_PIXELS / 2);
	if (!tick_color_matches(pixel, marker_color(number), options.tolerance))
		return;
	now = now_ns();
	shown = atomic_load(&shown_at); /* 0: seen before XSync returned */
	if (window_state == WINDOW_OPEN)
		samples_add(&marker_samples,
			    shown ? (double)(now - shown) / (double)MILLISECOND : 0);
	atomic_store(&seen_at, now);
	atomic_store(&seen_number, number);
}

/* ---- the workload's frames ---- */

void ticks_attach(const char *path)
{
	ticks = ticks_open(path, false);
	if (!ticks)
		die("probe: cannot map %s", path);
}

/* The middle of a block; after JPEG its mean, since single pixels deviate more. */
static uint32_t block_color(int x, int y)
{
	enum { HALF = TICK_PIXELS / 4 };
	uint32_t sum[3] = { 0 }, n = 0;

	if (!options.tolerance)
		return *picture_at(x, y);
	for (int row = y - HALF; row < y + HALF; row++) {
		for (int column = x - HALF; column < x + HALF; column++) {
			uint32_t pixel = *picture_at(column, row);

			for (int i = 0; i < 3; i++)
				sum[i] += pixel >> 8 * i & 255;
			n++;
		}
	}
	return sum[2] / n << 16 | sum[1] / n << 8 | sum[0] / n;
}

/* How many blocks of frame `id` the picture has; -1 if one lies outside. */
static int count_blocks(uint32_t id)
{
	int tolerance = options.tolerance ? TICK_TOLERANCE : 0;
	uint32_t slot = id % TICK_RING;
	int found = 0;

	for (uint32_t i = 0; i < ticks->n_blocks; i++) {
		int x = ticks->position[slot].x + ticks->block[i].x;
		int y = ticks->position[slot].y + ticks->block[i].y;

		if (x < TICK_PIXELS / 4 || y < TICK_PIXELS / 4 ||
		    x > picture.width - TICK_PIXELS / 4 || y > picture.height - TICK_PIXELS / 4)
			return -1;
		found += tick_color_matches(block_color(x, y), tick_color(id), tolerance);
	}
	return found;
}

static void note_frame(uint32_t id)
{
	int64_t now = now_ns(), shown = atomic_load(&ticks->shown[id % TICK_RING]);

	if (window_state == WINDOW_OPEN) {
		samples_add(&content_samples,
			    shown ? (double)(now - shown) / (double)MILLISECOND : 0);
		samples_add(&frame_times, (double)(now - window_start) / (double)MILLISECOND);
	}
	counters.frames++;
	last_tick = id;
}

/* Finds the newest frame in the picture: whole, or torn if only some of its blocks are there. */
void ticks_look(void)
{
	uint32_t newest, oldest;

	if (!ticks || !ticks->n_blocks)
		return;
	newest = atomic_load(&ticks->current) + 1; /* the one being drawn may already be there */
	if (newest <= 1)
		return;
	oldest = newest > TICK_WINDOW ? newest - TICK_WINDOW : 1;
	if (last_tick + 1 > oldest)
		oldest = last_tick + 1;
	for (uint32_t id = newest; id >= oldest; id--) {
		int found = count_blocks(id);

		if (found == (int)ticks->n_blocks) {
			note_frame(id);
			return;
		}
		if (found > 0) {
			counters.torn++;
			return;
		}
	}
}
