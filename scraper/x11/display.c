/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include <X11/XKBlib.h>
#include <X11/Xlib-xcb.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <X11/extensions/XTest.h>
#include <X11/extensions/Xrandr.h>
#include <xcb/dpms.h>
#include <xcb/xcbext.h>
#include <xcb/xfixes.h>
#include <xcb/xkb.h>

#include "common/log.h"
#include "open_failure.h"

/* Xlib's handlers take no userdata. */
static struct display *the_display;

static int on_error(Display *x, XErrorEvent *error)
{
	char text[128];

	/* The windows of other programs, which get clipboard text, may vanish at any time. */
	if (error->error_code == BadWindow)
		return 0;
	XGetErrorText(x, error->error_code, text, sizeof(text));
	log_warning("ignoring an error from the X server (request %d.%d): %s", error->request_code,
		    error->minor_code, text);
	return 0;
}

static int on_io_error(Display *x)
{
	io_error_while_opening(x);
	if (the_display)
		the_display->callbacks.lost(the_display->userdata);
	return 0;
}

/* Returns 0, or -ENOTSUP unless it is true colour of 8, 16 or 32 bits in our byte order. */
static int read_format(struct display *display)
{
	XVisualInfo wanted = { .visualid = XVisualIDFromVisual(
				       DefaultVisual(display->x, display->screen)) };
	int n, bits_per_pixel = 0;
	XVisualInfo *visual = XGetVisualInfo(display->x, VisualIDMask, &wanted, &n);
	XPixmapFormatValues *formats;

	if (!visual)
		return -ENOTSUP;
	formats = XListPixmapFormats(display->x, &n);
	for (int i = 0; formats && i < n; i++)
		if (formats[i].depth == visual->depth)
			bits_per_pixel = formats[i].bits_per_pixel;
	XFree(formats);
	display->format = (struct pixel_format){
		.bits_per_pixel = bits_per_pixel,
		.depth = visual->depth,
		.red_mask = (uint32_t)visual->red_mask,
		.green_mask = (uint32_t)visual->green_mask,
		.blue_mask = (uint32_t)visual->blue_mask,
	};
	display->bytes_per_pixel = bits_per_pixel / 8;
	bool true_colour = visual->class == TrueColor || visual->class == DirectColor;
	XFree(visual);

	int ours = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? LSBFirst : MSBFirst;
	if (!true_colour || ImageByteOrder(display->x) != ours)
		return -ENOTSUP;
	return bits_per_pixel == 8 || bits_per_pixel == 16 || bits_per_pixel == 32 ? 0 : -ENOTSUP;
}

static void query_extensions(struct display *display)
{
	int opcode, error, major, minor;
	int xkb_major = XkbMajorVersion, xkb_minor = XkbMinorVersion;
	xcb_connection_t *c = XGetXCBConnection(display->x);

	/*
	 * First of all: from here on, no other program's grab of the server holds up our requests,
	 * nor viewers' input.
	 */
	display->has_test = XTestQueryExtension(display->x, &error, &error, &major, &minor);
	if (display->has_test)
		XTestGrabControl(display->x, True);
	display->has_damage = XDamageQueryExtension(display->x, &display->damage_event, &error) &&
			      XFixesQueryExtension(display->x, &display->fixes_event, &error);
	/* Both protocols require this to be the first request. */
	if (display->has_damage) {
		XDamageQueryVersion(display->x, &major, &minor);
		XFixesQueryVersion(display->x, &major, &minor);
	}
	display->has_randr = XRRQueryExtension(display->x, &display->randr_event, &error);
	display->has_shm = XShmQueryExtension(display->x);
	/* Otherwise xcb would wait for them at the first request. */
	xcb_prefetch_extension_data(c, &xcb_dpms_id);
	xcb_prefetch_extension_data(c, &xcb_xfixes_id);
	xcb_prefetch_extension_data(c, &xcb_xkb_id);
	if (!XkbQueryExtension(display->x, &opcode, &display->xkb_event, &error, &xkb_major,
			       &xkb_minor))
		display->xkb_event = 0;
	if (!display->has_test)
		log_warning("the X server has no XTEST extension: viewers can only watch");
	if (!display->has_shm)
		log_warning("the X server has no MIT-SHM extension: reading the screen is slow");
}

int display_open(struct display *display, const char *name, const char *xauthority,
		 const struct display_callbacks *callbacks, void *userdata, char *ret_reason,
		 size_t reason_size)
{
	const char *chosen = getenv("XAUTHORITY");

	*display = (struct display){ .callbacks = *callbacks, .userdata = userdata };
	if (xauthority && (!chosen || strcmp(chosen, xauthority) != 0) &&
	    setenv("XAUTHORITY", xauthority, 1) < 0)
		return -errno;
	XSetErrorHandler(on_error);
	XSetIOErrorHandler(on_io_error);
	the_display = IO_ERROR_RETURNS ? NULL : display;
	display->x = io_error_open(name);
	if (!display->x) {
		the_display = NULL;
		open_failure_explain(name, xauthority, ret_reason, reason_size);
		return -ECONNREFUSED;
	}
	display->screen = DefaultScreen(display->x);
	display->root = RootWindow(display->x, display->screen);
	display->width = DisplayWidth(display->x, display->screen);
	display->height = DisplayHeight(display->x, display->screen);
	query_extensions(display);
	if (display->has_test)
		grab_escape_open(&display->escape, name);
	int r = read_format(display);
	if (xcb_connection_has_error(XGetXCBConnection(display->x))) {
		snprintf(ret_reason, reason_size, "The X server at display %s has just ended.",
			 name);
	} else if (r < 0) {
		snprintf(
			ret_reason, reason_size,
			"The X server at display %s has a screen of depth %d, but only true colour "
			"of 8, 16 or 32 bits a pixel is supported: set DefaultDepth 24 in "
			"xorg.conf.",
			name, DefaultDepth(display->x, display->screen));
	} else if (!display->has_damage) {
		snprintf(ret_reason, reason_size,
			 "The X server at display %s has no DAMAGE extension: enable it in "
			 "xorg.conf.",
			 name);
	} else {
		the_display = display;
		return 0;
	}
	display_close(display);
	return -ENOTSUP;
}

void display_close(struct display *display)
{
	if (!display->x)
		return;
	the_display = NULL;
	grab_escape_close(&display->escape);
	XCloseDisplay(display->x);
	display->x = NULL;
}

/* Closing a connection would wait for the X server, unless it has ended. */
void display_give_up(struct display *display)
{
	grab_escape_is_over(&display->escape);
	if (display->escape.x)
		shutdown(ConnectionNumber(display->escape.x), SHUT_RDWR);
	shutdown(display_fd(display), SHUT_RDWR);
}

int display_fd(const struct display *display)
{
	return ConnectionNumber(display->x);
}

bool display_flush(struct display *display)
{
	/* Reads as well: events that came before a reply may still wait inside xcb. */
	XFlush(display->x);
	return XEventsQueued(display->x, QueuedAlready) > 0;
}

void *display_wait_reply(struct display *display, unsigned sequence, enum display_wait may)
{
	xcb_connection_t *c = XGetXCBConnection(display->x);
	xcb_generic_error_t *error = NULL;
	void *reply = NULL;

	xcb_flush(c);
	while (!xcb_poll_for_reply(c, sequence, &reply, &error)) {
		if (display->callbacks.wait)
			display->callbacks.wait(display->userdata, display_fd(display), may);
		else
			poll(&(struct pollfd){ .fd = display_fd(display), .events = POLLIN }, 1,
			     -1);
		/* Reads, and keeps events for display_dispatch(). */
		XEventsQueued(display->x, QueuedAfterReading);
	}
	free(error);
	return reply;
}

void display_sync(struct display *display)
{
	free(display_wait_reply(display,
				xcb_get_input_focus(XGetXCBConnection(display->x)).sequence,
				DISPLAY_WAIT_ONLY));
}

static void handle_resize(struct display *display, XEvent *event)
{
	XRRUpdateConfiguration(event);
	display->callbacks.layout_changed(display->userdata);
	int width = DisplayWidth(display->x, display->screen);
	int height = DisplayHeight(display->x, display->screen);

	if (width == display->width && height == display->height)
		return;
	display->width = width;
	display->height = height;
	display->callbacks.resized(display->userdata);
}

void display_dispatch(struct display *display)
{
	/* Not those that come meanwhile: a program that sends events without end may not win. */
	for (int n = XPending(display->x); n > 0; n--) {
		XEvent event;

		XNextEvent(display->x, &event);
		if (event.type == display->damage_event + XDamageNotify)
			display->callbacks.damaged(display->userdata);
		else if (display->xkb_event && event.type == display->xkb_event)
			display->callbacks.xkb(display->userdata, &event);
		else if (event.type == display->fixes_event + XFixesCursorNotify)
			display->callbacks.cursor_changed(display->userdata);
		else if ((display->has_randr &&
			  (event.type == display->randr_event + RRScreenChangeNotify ||
			   event.type == display->randr_event + RRNotify)) ||
			 (event.type == ConfigureNotify &&
			  event.xconfigure.window == display->root))
			handle_resize(display, &event);
		else
			display->callbacks.other(&event, display->userdata);
	}
}

struct damage_before {
	int type;
	unsigned sequence;
};

static Bool is_damage_before(Display *x, XEvent *event, XPointer userdata)
{
	const struct damage_before *wanted = (const void *)userdata;

	(void)x;
	return event->type == wanted->type &&
	       (int)((unsigned)event->xany.serial - wanted->sequence) < 0;
}

bool display_dispatch_damage(struct display *display, unsigned before)
{
	struct damage_before wanted = { display->damage_event + XDamageNotify, before };
	XEvent event;

	if (!XCheckIfEvent(display->x, &event, is_damage_before, (XPointer)&wanted))
		return false;
	display->callbacks.damaged(display->userdata);
	return true;
}

void display_watch(struct display *display)
{
	Window root;
	int x, y;
	unsigned width, height, border, depth;

	display->damage = XDamageCreate(display->x, display->root, XDamageReportNonEmpty);
	display->region = XFixesCreateRegion(display->x, NULL, 0);
	XFixesSelectCursorInput(display->x, display->root, XFixesDisplayCursorNotifyMask);
	if (display->has_randr)
		XRRSelectInput(display->x, display->root,
			       RRScreenChangeNotifyMask | RRCrtcChangeNotifyMask);
	/* Even the oldest RandR sends a ConfigureNotify to the root window. */
	XSelectInput(display->x, display->root, StructureNotifyMask);

	/* The size may have changed while it was not tracked. */
	if (XGetGeometry(display->x, display->root, &root, &x, &y, &width, &height, &border,
			 &depth)) {
		display->width = (int)width;
		display->height = (int)height;
	}
}

void display_watch_messages(struct display *display, bool on)
{
	if (display->damage)
		XSelectInput(display->x, display->root,
			     StructureNotifyMask | (on ? SubstructureNotifyMask : 0));
}

/* Waits for the first `size` bytes of the reply, so that xcb reads them through its buffer. */
static void wait_for_bytes(int fd, int size)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	int n = 0;

	for (int i = 0; i < 200 && ioctl(fd, FIONREAD, &n) == 0 && n < size; i++)
		nanosleep(&nap, NULL);
}

void display_wipe_buffers(struct display *display)
{
	enum { XLIB_BUFFER = 16384, XCB_BUFFER = 16384, NO_OP = 4, WIDTH = 64 };

	if (xcb_connection_has_error(XGetXCBConnection(display->x)))
		return;
	for (int i = 0; i < XLIB_BUFFER / NO_OP; i++)
		XNoOp(display->x);
	XSync(display->x, False);
	xcb_connection_t *c = XGetXCBConnection(display->x);
	int height = 2 * XCB_BUFFER / (WIDTH * display->bytes_per_pixel);
	xcb_generic_error_t *error = NULL;
	xcb_get_image_cookie_t cookie = xcb_get_image(c, XCB_IMAGE_FORMAT_Z_PIXMAP,
						      (xcb_drawable_t)display->root, 0, 0, WIDTH,
						      (uint16_t)height, ~0U);
	xcb_flush(c);
	wait_for_bytes(xcb_get_file_descriptor(c), XCB_BUFFER);
	free(xcb_get_image_reply(c, cookie, &error));
	free(error); /* the screen is smaller than that */
}

void display_unwatch(struct display *display)
{
	if (!display->x || !display->damage)
		return;
	XDamageDestroy(display->x, display->damage);
	XFixesDestroyRegion(display->x, display->region);
	XFixesSelectCursorInput(display->x, display->root, 0);
	if (display->has_randr)
		XRRSelectInput(display->x, display->root, 0);
	XSelectInput(display->x, display->root, 0);
	display->damage = None;
	display->region = None;
	XSync(display->x, False);
}

size_t display_take_damage(struct display *display, struct rect ret_damage[DISPLAY_DAMAGE_MAX])
{
	struct rect screen = { 0, 0, display->width, display->height };
	struct rect bounds = { 0, 0, 0, 0 };
	size_t n_kept = 0;

	/* Subtract first, then read: what is drawn in between is reported again. */
	XDamageSubtract(display->x, display->damage, None, display->region);
	xcb_xfixes_fetch_region_reply_t *reply = display_wait_reply(
		display,
		xcb_xfixes_fetch_region(XGetXCBConnection(display->x),
					(xcb_xfixes_region_t)display->region)
			.sequence,
		DISPLAY_WAIT_TAKES_INPUT);
	const xcb_rectangle_t *rects = reply ? xcb_xfixes_fetch_region_rectangles(reply) : NULL;
	int n = reply ? xcb_xfixes_fetch_region_rectangles_length(reply) : 0;
	for (int i = 0; i < n; i++) {
		struct rect area = { rects[i].x, rects[i].y, rects[i].width, rects[i].height };

		area = rect_intersect(area, screen);
		if (rect_is_empty(area))
			continue;
		bounds = rect_bounds(bounds, area);
		if (n_kept < DISPLAY_DAMAGE_MAX)
			ret_damage[n_kept] = area;
		n_kept++;
	}
	free(reply);
	if (n_kept > DISPLAY_DAMAGE_MAX) {
		ret_damage[0] = bounds;
		n_kept = 1;
	}
	return n_kept;
}
