/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An application with an input method, which reports what was typed into it. It takes one command a
 * line on stdin, and answers each with a line, "ok ..." or "error ...":
 *
 *   press          waits for the next key that is no modifier: KEYSYM STATE TEXT, in hexadecimal
 *   none           "none" if no such key comes for a while, or else the same as press
 *   text N         waits until N characters came since the last time: all of them
 *   events         all events since the last time, in order: k+CODE k-CODE b+N b-N X,Y
 *   symbols        all keysyms of the keymap, in every group and level
 *   state          MODIFIERS LOCKED GROUP, and the keycodes that are down
 *   lock M V G     locks the modifiers V of the mask M, and the group G
 *   sticky         turns Sticky Keys on
 *   own CODE D     presses (D 1) or releases (D 0) a key of the desktop's own keyboard
 *   remaps         how often the keymap changed so far, and how many keys at most at a time;
 *                  -1 if a change named keys that do not exist, which kills programs
 *   grab, ungrab   grabs the X server, releases it
 *   bell           rings the bell
 */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <X11/XKBlib.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XKBgeom.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>

enum { PATIENCE_MS = 10000, QUIET_MS = 300, EVENTS_MAX = 1 << 20, TEXT_MAX = 1 << 16 };

static Display *x;
static Window window;
static XIC input;
static int xkb_event;
static unsigned n_remaps;
static int most_remapped;
static char *events;
static size_t events_length;
static char text[TEXT_MAX];
static size_t text_length;

struct typed {
	KeySym keysym;
	unsigned state;
	char text[64];
	int length;
};

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(events + events_length, EVENTS_MAX - events_length, format, arguments);
	va_end(arguments);
	if (n > 0 && (size_t)n < EVENTS_MAX - events_length)
		events_length += (size_t)n;
}

static void note_remap(const XkbMapNotifyEvent *event)
{
	int first, last;

	n_remaps++;
	XDisplayKeycodes(x, &first, &last);
	if (event->first_key_sym < first || event->first_key_sym + event->num_key_syms - 1 > last)
		most_remapped = -1;
	else if (most_remapped >= 0 && event->num_key_syms > most_remapped)
		most_remapped = event->num_key_syms;
}

/* As toolkits do: what came before it has been read. */
static void answer_ping(XEvent *event)
{
	event->xclient.window = DefaultRootWindow(x);
	XSendEvent(x, event->xclient.window, False,
		   SubstructureNotifyMask | SubstructureRedirectMask, event);
	XFlush(x);
}

/* Handles an event. Returns whether it is a key that is no modifier. */
static bool handle(XEvent *event, struct typed *ret_typed)
{
	struct typed typed = { .state = event->xkey.state };
	const XkbEvent *xkb = (const XkbEvent *)event;

	if (event->type == xkb_event && xkb->any.xkb_type == XkbMapNotify)
		note_remap(&xkb->map);
	else if (event->type == ClientMessage)
		answer_ping(event);
	else if (event->type == MappingNotify)
		XRefreshKeyboardMapping(&event->xmapping);
	else if (event->type == MotionNotify)
		note(" %d,%d", event->xmotion.x_root, event->xmotion.y_root);
	else if (event->type == ButtonPress)
		note(" b+%u", event->xbutton.button);
	else if (event->type == ButtonRelease)
		note(" b-%u", event->xbutton.button);
	else if (event->type == KeyRelease)
		note(" k-%u", event->xkey.keycode);
	if (event->type != KeyPress)
		return false;

	note(" k+%u", event->xkey.keycode);
	XLookupString(&event->xkey, typed.text, 0, &typed.keysym, NULL);
	if (IsModifierKey(typed.keysym))
		return false;
	if (!XFilterEvent(event, None))
		typed.length = Xutf8LookupString(input, &event->xkey, typed.text,
						 sizeof(typed.text), NULL, NULL);
	if (typed.length > 0 && text_length + (size_t)typed.length < TEXT_MAX) {
		memcpy(text + text_length, typed.text, (size_t)typed.length);
		text_length += (size_t)typed.length;
	}
	*ret_typed = typed;
	return true;
}

/* Handles the next event if it comes in time. */
static bool next(int timeout_ms, struct typed *ret_typed, bool *ret_is_key)
{
	struct pollfd ready = { .fd = ConnectionNumber(x), .events = POLLIN };
	XEvent event;

	if (!XPending(x) && (poll(&ready, 1, timeout_ms) <= 0 || !XPending(x)))
		return false;
	XNextEvent(x, &event);
	*ret_is_key = handle(&event, ret_typed);
	return true;
}

static void handle_all(void)
{
	struct typed typed;
	bool is_key;

	XSync(x, False);
	while (XPending(x))
		next(0, &typed, &is_key);
}

static void put_hex(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", (unsigned char)bytes[i]);
}

static void do_press(int timeout_ms)
{
	struct typed typed = { 0 };
	bool is_key = false;

	while (!is_key) {
		if (!next(timeout_ms, &typed, &is_key)) {
			puts(timeout_ms == QUIET_MS ? "ok none" : "error no key comes");
			return;
		}
	}
	printf("ok %lx %x ", typed.keysym, typed.state);
	put_hex(typed.text, typed.length > 0 ? (size_t)typed.length : 0);
	puts("");
	/* A dead key must not combine with the next one. */
	if (!typed.length)
		XFree(Xutf8ResetIC(input));
}

static size_t count_characters(void)
{
	size_t n = 0;

	for (size_t i = 0; i < text_length; i++)
		n += (text[i] & 0xc0) != 0x80;
	return n;
}

static void do_text(size_t n)
{
	struct typed typed;
	bool is_key;

	while (count_characters() < n && next(PATIENCE_MS, &typed, &is_key))
		;
	printf("ok ");
	put_hex(text, text_length);
	puts("");
	text_length = 0;
}

static void do_events(void)
{
	handle_all();
	printf("ok%.*s\n", (int)events_length, events);
	events_length = 0;
}

static void do_symbols(void)
{
	XkbDescPtr map = XkbGetMap(x, XkbKeySymsMask | XkbKeyTypesMask, XkbUseCoreKbd);

	printf("ok");
	for (int code = map->min_key_code; code <= map->max_key_code; code++)
		for (int i = 0; i < XkbKeyNumSyms(map, code); i++)
			if (XkbKeySymsPtr(map, code)[i])
				printf(" %lx", XkbKeySymsPtr(map, code)[i]);
	puts("");
	XkbFreeKeyboard(map, 0, True);
}

static void do_sticky(void)
{
	XkbDescPtr keyboard = XkbGetMap(x, 0, XkbUseCoreKbd);

	XkbGetControls(x, XkbAllControlsMask, keyboard);
	keyboard->ctrls->enabled_ctrls |= XkbStickyKeysMask;
	keyboard->ctrls->ax_options |= XkbAX_LatchToLockMask;
	keyboard->ctrls->ax_options &= (unsigned short)~XkbAX_TwoKeysMask;
	XkbSetControls(x, XkbControlsEnabledMask | XkbStickyKeysMask, keyboard);
	XkbFreeKeyboard(keyboard, 0, True);
	XSync(x, False);
	puts("ok");
}

static void do_state(void)
{
	XkbStateRec state;
	char keys[32];

	handle_all();
	XkbGetState(x, XkbUseCoreKbd, &state);
	XQueryKeymap(x, keys);
	printf("ok %x %x %d", state.mods, state.locked_mods, state.group);
	for (int code = 0; code < 256; code++)
		if (keys[code / 8] >> (code % 8) & 1)
			printf(" %d", code);
	puts("");
}

/* The number of the X server's own keyboard: of the first after those that XTEST has. */
static unsigned own_keyboard(void)
{
	for (unsigned id = 6; id < 32; id++) {
		XkbDeviceInfoPtr device = XkbGetDeviceInfo(x, XkbXI_ButtonActionsMask, id, 0, 0);
		bool is_it = device && device->name && strstr(device->name, "keyboard");

		if (device)
			XkbFreeDeviceInfo(device, 0, True);
		if (is_it)
			return id;
	}
	return 0;
}

static void do_own(unsigned keycode, bool down)
{
	XDevice keyboard = { .device_id = own_keyboard() };

	if (!keyboard.device_id) {
		puts("error no keyboard of its own");
		return;
	}
	XTestFakeDeviceKeyEvent(x, &keyboard, keycode, down, NULL, 0, CurrentTime);
	XSync(x, False);
	puts("ok");
}

static void do_line(const char *line)
{
	unsigned a, b, c;

	if (strncmp(line, "press", 5) == 0) {
		do_press(PATIENCE_MS);
	} else if (strncmp(line, "none", 4) == 0) {
		do_press(QUIET_MS);
	} else if (sscanf(line, "text %u", &a) == 1) {
		do_text(a);
	} else if (strncmp(line, "events", 6) == 0) {
		do_events();
	} else if (strncmp(line, "symbols", 7) == 0) {
		do_symbols();
	} else if (strncmp(line, "state", 5) == 0) {
		do_state();
	} else if (sscanf(line, "lock %x %x %u", &a, &b, &c) == 3) {
		XkbLockModifiers(x, XkbUseCoreKbd, a, b);
		XkbLockGroup(x, XkbUseCoreKbd, c);
		XSync(x, False);
		puts("ok");
	} else if (strncmp(line, "sticky", 6) == 0) {
		do_sticky();
	} else if (sscanf(line, "own %u %u", &a, &b) == 2) {
		do_own(a, b);
	} else if (strncmp(line, "remaps", 6) == 0) {
		handle_all();
		printf("ok %u %d\n", n_remaps, most_remapped);
	} else if (strncmp(line, "grab", 4) == 0) {
		XGrabServer(x);
		XSync(x, False);
		puts("ok");
	} else if (strncmp(line, "ungrab", 6) == 0) {
		XUngrabServer(x);
		XSync(x, False);
		puts("ok");
	} else if (strncmp(line, "bell", 4) == 0) {
		XBell(x, 0);
		XSync(x, False);
		puts("ok");
	} else {
		puts("error unknown command");
	}
}

static int open_window(void)
{
	int opcode, error, major = XkbMajorVersion, minor = XkbMinorVersion;
	XSetWindowAttributes attributes = {
		.override_redirect = True,
		.event_mask = KeyPressMask | KeyReleaseMask | ButtonPressMask | ButtonReleaseMask |
			      PointerMotionMask | ExposureMask,
	};
	XEvent event;
	XIM method;

	x = XOpenDisplay(NULL);
	if (!x || !XkbQueryExtension(x, &opcode, &xkb_event, &error, &major, &minor))
		return -ENOENT;
	XkbSelectEvents(x, XkbUseCoreKbd, XkbMapNotifyMask, XkbMapNotifyMask);
	window = XCreateWindow(
		x, DefaultRootWindow(x), 0, 0, (unsigned)DisplayWidth(x, DefaultScreen(x)),
		(unsigned)DisplayHeight(x, DefaultScreen(x)), 0, CopyFromParent, InputOutput,
		CopyFromParent, CWOverrideRedirect | CWEventMask, &attributes);
	Atom protocol = XInternAtom(x, "_NET_WM_PING", False);
	XSetWMProtocols(x, window, &protocol, 1);
	XMapRaised(x, window);
	XWindowEvent(x, window, ExposureMask, &event);
	XSetInputFocus(x, window, RevertToParent, CurrentTime);
	XSetLocaleModifiers("");
	method = XOpenIM(x, NULL, NULL, NULL);
	if (!method)
		return -ENOTSUP;
	input = XCreateIC(method, XNInputStyle, XIMPreeditNothing | XIMStatusNothing,
			  XNClientWindow, window, XNFocusWindow, window, NULL);
	return input ? 0 : -ENOTSUP;
}

int main(void)
{
	char line[256];
	int r;

	setlocale(LC_ALL, "");
	events = malloc(EVENTS_MAX);
	r = events ? open_window() : -ENOMEM;
	if (r < 0) {
		printf("error %s\n", strerror(-r));
		return 1;
	}
	events[0] = '\0';
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	puts("ok");
	while (fgets(line, sizeof(line), stdin))
		do_line(line);
	XCloseDisplay(x);
	free(events);
	return 0;
}
