/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stuck_input.h"

#include <stdbool.h>
#include <unistd.h>

#include <X11/Xatom.h>
#include <X11/extensions/XTest.h>

#include "common/log.h"

enum { BUTTONS = 5 }; /* in the mask of QueryPointer */

static Atom get_property(Display *x)
{
	return XInternAtom(x, "_GPUDESK_INPUT", False);
}

static bool has_property(Display *x)
{
	unsigned long n = 0, rest;
	unsigned char *data = NULL;
	Atom type = None;
	int format;

	XGetWindowProperty(x, DefaultRootWindow(x), get_property(x), 0, 1, False, XA_CARDINAL,
			   &type, &format, &n, &rest, &data);
	if (data)
		XFree(data);
	return type != None;
}

static unsigned release_keys(Display *x)
{
	char down[32] = { 0 };
	unsigned n = 0;

	XQueryKeymap(x, down);
	for (unsigned keycode = 8; keycode < 256; keycode++) {
		if (down[keycode / 8] >> keycode % 8 & 1) {
			XTestFakeKeyEvent(x, keycode, False, CurrentTime);
			n++;
		}
	}
	return n;
}

static unsigned release_buttons(Display *x)
{
	Window root, child;
	int root_x, root_y, child_x, child_y;
	unsigned mask = 0, n = 0;

	XQueryPointer(x, DefaultRootWindow(x), &root, &child, &root_x, &root_y, &child_x, &child_y,
		      &mask);
	for (unsigned button = 1; button <= BUTTONS; button++) {
		if (mask & (unsigned)Button1Mask << (button - 1)) {
			XTestFakeButtonEvent(x, button, False, CurrentTime);
			n++;
		}
	}
	return n;
}

void stuck_input_begin(Display *x)
{
	long pid = getpid();

	if (has_property(x)) {
		unsigned keys = release_keys(x), buttons = release_buttons(x);

		if (keys + buttons > 0)
			log_warning("an earlier scraper was killed: released what it left pressed "
				    "(keys: %u, buttons: %u)",
				    keys, buttons);
	}
	XChangeProperty(x, DefaultRootWindow(x), get_property(x), XA_CARDINAL, 32, PropModeReplace,
			(unsigned char *)&pid, 1);
	XFlush(x);
}

void stuck_input_end(Display *x)
{
	XDeleteProperty(x, DefaultRootWindow(x), get_property(x));
	XFlush(x);
}
