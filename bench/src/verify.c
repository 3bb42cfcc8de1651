/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the viewer's picture equals the screen, pixel for pixel, once nothing moves. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdlib.h>

#include "probe.h"

enum {
	POINTER_REACH = 48
}; /* some servers paint the pointer into the picture: counted separately */

static Display *display;

void verify_open(const char *name)
{
	display = XOpenDisplay(name);
	if (!display)
		die("probe: cannot open display %s", name);
}

static void wait_for_rest(void)
{
	int64_t limit = now_ns() + (int64_t)(options.verify_wait * (double)SECOND);
	int64_t rest = (int64_t)(options.verify_rest * (double)SECOND), last = now_ns();

	while (now_ns() < limit && now_ns() - last < rest) {
		if (!wire_wait(last + rest))
			continue;
		if (protocol_message() != MESSAGE_OTHER)
			protocol_request(true);
		last = now_ns();
	}
}

static bool sizes_agree(Window root)
{
	Window waste_window;
	int waste;
	unsigned width, height, border, depth;

	XGetGeometry(display, root, &waste_window, &waste, &waste, &width, &height, &border,
		     &depth);
	return (int)width == picture.width && (int)height == picture.height;
}

static void compare_row(struct outcome *outcome, int y, const uint32_t *row, int pointer_x,
			int pointer_y)
{
	for (int x = 0; x < picture.width; x++) {
		if (!((row[x] ^ *picture_at(x, y)) & 0xffffff))
			continue;
		if (abs(x - pointer_x) < POINTER_REACH && abs(y - pointer_y) < POINTER_REACH) {
			outcome->pointer_pixels++;
			continue;
		}
		if (!outcome->wrong_pixels++) {
			outcome->wrong_x = x;
			outcome->wrong_y = y;
		}
	}
}

void verify_compare(struct outcome *ret_outcome)
{
	Window root = DefaultRootWindow(display), waste_window;
	int pointer_x = -POINTER_REACH, pointer_y = -POINTER_REACH, waste;
	unsigned mask;
	XImage *image;

	ret_outcome->wrong_pixels = (int64_t)picture.width * picture.height;
	ret_outcome->pointer_pixels = 0;
	if (!sizes_agree(root))
		return;
	image = XGetImage(display, root, 0, 0, (unsigned)picture.width, (unsigned)picture.height,
			  AllPlanes, ZPixmap);
	if (!image || image->bits_per_pixel != 32)
		die("probe: cannot read the screen");
	XQueryPointer(display, root, &waste_window, &waste_window, &pointer_x, &pointer_y, &waste,
		      &waste, &mask);
	ret_outcome->wrong_pixels = 0;
	for (int y = 0; y < picture.height; y++) {
		const char *line = image->data + (size_t)y * (size_t)image->bytes_per_line;

		compare_row(ret_outcome, y, (const uint32_t *)(const void *)line, pointer_x,
			    pointer_y);
	}
	XDestroyImage(image);
}

void verify_picture(struct outcome *ret_outcome)
{
	wait_for_rest();
	verify_compare(ret_outcome);
}
