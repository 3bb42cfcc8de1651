/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An X client for the tests: draws, captures the screen and reports input. It takes one command a
 * line on stdin, for the display in $DISPLAY, and answers each with one line once the X server has
 * done it: "ok", with words for some, or "error WHY".
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <X11/Xlib.h>
#include <X11/Xutil.h>

enum { WINDOWS = 64, EVENTS_MAX = 4096 };

static struct {
	Display *x;
	Window root;
	Visual *visual;
	int depth;
	GC gc;
	Window windows[WINDOWS]; /* 0 is the one that gets input */
	char events[EVENTS_MAX];
	size_t events_length;
} x;

static void answer(const char *words)
{
	printf("ok%s%s\n", *words ? " " : "", words);
	fflush(stdout);
}

static void answer_error(const char *words)
{
	printf("error %s\n", words);
	fflush(stdout);
}

/* fill X Y WIDTH HEIGHT PIXEL */
static bool do_fill(const char *arguments)
{
	unsigned width, height, pixel;
	int left, top;

	if (sscanf(arguments, "%d %d %u %u %x", &left, &top, &width, &height, &pixel) != 5)
		return false;
	XSetForeground(x.x, x.gc, pixel);
	XFillRectangle(x.x, x.root, x.gc, left, top, width, height);
	return true;
}

/*
 * noise X Y WIDTH HEIGHT SEED: every bit of every pixel is random, even outside of the colours. It
 * is drawn by one request, which no capture can come between.
 */
static bool do_noise(const char *arguments)
{
	unsigned width, height, seed;
	int left, top;

	if (sscanf(arguments, "%d %d %u %u %u", &left, &top, &width, &height, &seed) != 5)
		return false;
	XImage *image = XCreateImage(x.x, x.visual, (unsigned)x.depth, ZPixmap, 0, NULL, width,
				     height, 32, 0);
	size_t size = (size_t)image->bytes_per_line * height;
	uint64_t state = seed * UINT64_C(2654435761) + 1;

	image->data = malloc(size);
	for (size_t i = 0; i < size; i++) {
		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		image->data[i] = (char)(state >> 33);
	}
	Pixmap pixmap = XCreatePixmap(x.x, x.root, width, height, (unsigned)x.depth);

	XPutImage(x.x, pixmap, x.gc, image, 0, 0, 0, 0, width, height);
	XCopyArea(x.x, pixmap, x.root, x.gc, 0, 0, width, height, left, top);
	XFreePixmap(x.x, pixmap);
	XDestroyImage(image);
	return true;
}

/* copy X Y WIDTH HEIGHT TO_X TO_Y */
static bool do_copy(const char *arguments)
{
	unsigned width, height;
	int left, top, to_x, to_y;

	if (sscanf(arguments, "%d %d %u %u %d %d", &left, &top, &width, &height, &to_x, &to_y) != 6)
		return false;
	XCopyArea(x.x, x.root, x.root, x.gc, left, top, width, height, to_x, to_y);
	return true;
}

static Window create_window(int left, int top, unsigned width, unsigned height, unsigned pixel)
{
	XSetWindowAttributes attributes = { .override_redirect = True, .background_pixel = pixel };
	Window window = XCreateWindow(x.x, x.root, left, top, width, height, 0, CopyFromParent,
				      InputOutput, CopyFromParent, CWOverrideRedirect | CWBackPixel,
				      &attributes);

	XMapRaised(x.x, window);
	return window;
}

/* window ID X Y WIDTH HEIGHT PIXEL: opens a window, or moves the one of that ID */
static bool do_window(const char *arguments)
{
	unsigned id, width, height, pixel;
	int left, top;

	if (sscanf(arguments, "%u %d %d %u %u %x", &id, &left, &top, &width, &height, &pixel) !=
		    6 ||
	    id >= WINDOWS)
		return false;
	if (x.windows[id])
		XMoveResizeWindow(x.x, x.windows[id], left, top, width, height);
	else
		x.windows[id] = create_window(left, top, width, height, pixel);
	return true;
}

/* close ID */
static bool do_close(const char *arguments)
{
	unsigned id;

	if (sscanf(arguments, "%u", &id) != 1 || id >= WINDOWS || !x.windows[id])
		return false;
	XDestroyWindow(x.x, x.windows[id]);
	x.windows[id] = None;
	return true;
}

/* cursor SHAPE: of cursorfont.h */
static bool do_cursor(const char *arguments)
{
	Cursor cursor = XCreateFontCursor(x.x, (unsigned)atoi(arguments));

	XDefineCursor(x.x, x.root, cursor);
	XFreeCursor(x.x, cursor);
	return true;
}

static bool write_image(const XImage *image, FILE *file)
{
	size_t bytes = (size_t)image->width * (size_t)image->bits_per_pixel / 8;

	fprintf(file, "%d %d %d %lx %lx %lx\n", image->width, image->height,
		image->bits_per_pixel / 8, x.visual->red_mask, x.visual->green_mask,
		x.visual->blue_mask);
	for (int row = 0; row < image->height; row++)
		fwrite(image->data + (size_t)row * (size_t)image->bytes_per_line, 1, bytes, file);
	return !ferror(file);
}

/*
 * image FILE: what is on the screen, without the pointer, as a line "WIDTH HEIGHT BYTES_PER_PIXEL
 * RED_MASK GREEN_MASK BLUE_MASK" and the pixels as they are, rows without padding
 */
static bool do_image(const char *path)
{
	XWindowAttributes now;

	XGrabServer(x.x); /* or the size might change in between */
	XGetWindowAttributes(x.x, x.root, &now);
	XImage *image = XGetImage(x.x, x.root, 0, 0, (unsigned)now.width, (unsigned)now.height,
				  AllPlanes, ZPixmap);
	XUngrabServer(x.x);
	XFlush(x.x);
	FILE *file = fopen(path, "we");
	bool well = image && file && write_image(image, file);

	if (file && fclose(file))
		well = false;
	if (image)
		XDestroyImage(image);
	return well;
}

/* listen: opens a window that gets the keys */
static bool do_listen(const char *arguments)
{
	(void)arguments;
	if (!x.windows[0])
		x.windows[0] = create_window(0, 0, 200, 100, 0);
	XSelectInput(x.x, x.windows[0],
		     KeyPressMask | KeyReleaseMask | ButtonPressMask | ButtonReleaseMask);
	XSync(x.x, False);
	XSetInputFocus(x.x, x.windows[0], RevertToPointerRoot, CurrentTime);
	return true;
}

static void note_event(XEvent *event)
{
	char word[64] = "";

	if (event->type == KeyPress || event->type == KeyRelease) {
		const char *name = XKeysymToString(XLookupKeysym(&event->xkey, 0));

		snprintf(word, sizeof(word), "%c%s ", event->type == KeyPress ? '+' : '-',
			 name ? name : "?");
	} else if (event->type == ButtonPress || event->type == ButtonRelease) {
		snprintf(word, sizeof(word), "%cbutton%u@%d,%d ",
			 event->type == ButtonPress ? '+' : '-', event->xbutton.button,
			 event->xbutton.x_root, event->xbutton.y_root);
	}
	if (x.events_length + strlen(word) < sizeof(x.events)) {
		strcpy(x.events + x.events_length, word);
		x.events_length += strlen(word);
	}
}

/* events: "+a -a +button1@X,Y" since the last time, or since "listen" */
static bool do_events(const char *arguments)
{
	(void)arguments;
	XSync(x.x, False);
	while (XPending(x.x)) {
		XEvent event;

		XNextEvent(x.x, &event);
		note_event(&event);
	}
	return true;
}

/* held: the pointer's position and buttons, and the keysyms of the keys that are down */
static bool do_held(void)
{
	char keys[32];
	unsigned mask;
	Window window;
	int left, top, ignored;

	XQueryKeymap(x.x, keys);
	XQueryPointer(x.x, x.root, &window, &window, &left, &top, &ignored, &ignored, &mask);
	printf("ok %d,%d buttons=%x", left, top, mask >> 8 & 31);
	for (unsigned code = 8; code < 256; code++) {
		if (!(keys[code / 8] >> code % 8 & 1))
			continue;
		KeySym *keysyms;
		int n;

		keysyms = XGetKeyboardMapping(x.x, (KeyCode)code, 1, &n);
		printf(" %s",
		       keysyms && XKeysymToString(*keysyms) ? XKeysymToString(*keysyms) : "?");
		XFree(keysyms);
	}
	putchar('\n');
	fflush(stdout);
	return true;
}

/* warp SCREEN X Y: puts the pointer there */
static bool do_warp(const char *arguments)
{
	int screen, left, top;

	if (sscanf(arguments, "%d %d %d", &screen, &left, &top) != 3 || screen >= ScreenCount(x.x))
		return false;
	XWarpPointer(x.x, None, RootWindow(x.x, screen), 0, 0, 0, 0, left, top);
	return true;
}

/* confine: keeps the pointer within the window that gets the keys, after "listen" */
static bool do_confine(const char *arguments)
{
	(void)arguments;
	return XGrabPointer(x.x, x.windows[0], False, ButtonPressMask | ButtonReleaseMask,
			    GrabModeAsync, GrabModeAsync, x.windows[0], None,
			    CurrentTime) == GrabSuccess;
}

/* grab: no other program is served; ungrab */
static bool do_grab(const char *arguments)
{
	(void)arguments;
	XGrabServer(x.x);
	return true;
}

static bool do_ungrab(const char *arguments)
{
	(void)arguments;
	XUngrabServer(x.x);
	return true;
}

/* An X error fails the command that caused it, and this program goes on. */
static char x_error[128];

static int on_error(Display *display, XErrorEvent *error)
{
	XGetErrorText(display, error->error_code, x_error, sizeof(x_error));
	return 0;
}

/* owner SELECTION: answers with its owner's window, "0" for none */
static void do_owner(const char *selection)
{
	char words[32];

	snprintf(words, sizeof(words), "%lx",
		 XGetSelectionOwner(x.x, XInternAtom(x.x, selection, False)));
	answer(words);
}

static bool obey(const char *command, const char *arguments)
{
	static const struct {
		const char *name;
		bool (*run)(const char *arguments);
	} commands[] = {
		{ "fill", do_fill },	 { "noise", do_noise },	    { "copy", do_copy },
		{ "close", do_close },	 { "window", do_window },   { "cursor", do_cursor },
		{ "image", do_image },	 { "listen", do_listen },   { "events", do_events },
		{ "warp", do_warp },	 { "confine", do_confine }, { "grab", do_grab },
		{ "ungrab", do_ungrab },
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(command, commands[i].name) == 0)
			return commands[i].run(arguments);
	return false;
}

static void obey_line(char *line)
{
	line[strcspn(line, "\n")] = '\0';
	char *arguments = line + strcspn(line, " ");
	if (*arguments)
		*arguments++ = '\0';
	if (strcmp(line, "held") == 0) {
		do_held();
		return;
	}
	if (strcmp(line, "owner") == 0) {
		do_owner(arguments);
		return;
	}
	x_error[0] = '\0';
	bool well = obey(line, arguments);
	XSync(x.x, False);
	if (!well || *x_error)
		answer_error(*x_error ? x_error : line);
	else
		answer(strcmp(line, "events") == 0 ? x.events : "");
	if (strcmp(line, "events") == 0)
		x.events[x.events_length = 0] = '\0';
}

int main(void)
{
	char line[512];

	XSetErrorHandler(on_error);
	x.x = XOpenDisplay(NULL);
	if (!x.x) {
		answer_error("no display");
		return EXIT_FAILURE;
	}
	x.root = DefaultRootWindow(x.x);
	x.visual = DefaultVisual(x.x, DefaultScreen(x.x));
	x.depth = DefaultDepth(x.x, DefaultScreen(x.x));
	XGCValues values = { .subwindow_mode = IncludeInferiors, .graphics_exposures = False };
	x.gc = XCreateGC(x.x, x.root, GCSubwindowMode | GCGraphicsExposures, &values);
	printf("ok %d %d %d\n", DisplayWidth(x.x, DefaultScreen(x.x)),
	       DisplayHeight(x.x, DefaultScreen(x.x)), x.depth);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin))
		obey_line(line);
	XFreeGC(x.x, x.gc);
	XCloseDisplay(x.x);
	return EXIT_SUCCESS;
}
