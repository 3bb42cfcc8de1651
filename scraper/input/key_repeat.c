/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "key_repeat.h"

#include <stdlib.h>
#include <string.h>

#include <X11/Xatom.h>
#include <X11/Xlib-xcb.h>
#include <X11/extensions/XTest.h>
#include <xcb/xkb.h>

enum {
	KEYBOARDS_FIRST = 4, /* below is the core keyboard */
	KEYBOARDS_MAX = 40,  /* as many devices as older X servers have */
	UNUSED_KEYCODE = 8,  /* no keyboard has it, since Linux has no key 0 */
};

static const uint8_t no_keys[KEY_REPEAT_BYTES];

static bool is_none(const uint8_t keys[static KEY_REPEAT_BYTES])
{
	return memcmp(keys, no_keys, KEY_REPEAT_BYTES) == 0;
}

static xcb_xkb_get_controls_cookie_t ask(const struct key_repeat *repeat, unsigned keyboard)
{
	return xcb_xkb_get_controls(XGetXCBConnection(repeat->display->x),
				    (xcb_xkb_device_spec_t)keyboard);
}

/* Returns false if there is no such keyboard. */
static bool get(const struct key_repeat *repeat, xcb_xkb_get_controls_cookie_t cookie,
		uint8_t ret_keys[static KEY_REPEAT_BYTES], bool *ret_is_on)
{
	xcb_xkb_get_controls_reply_t *reply = display_wait_reply(repeat->display, cookie.sequence,
								 DISPLAY_WAIT_ONLY);

	if (!reply)
		return false;
	memcpy(ret_keys, reply->perKeyRepeat, KEY_REPEAT_BYTES);
	*ret_is_on = reply->enabledControls & XCB_XKB_BOOL_CTRL_REPEAT_KEYS;
	free(reply);
	return true;
}

static void set(const struct key_repeat *repeat, unsigned keyboard,
		const uint8_t keys[static KEY_REPEAT_BYTES])
{
	XkbControlsRec controls = { 0 };
	XkbDescRec desc = { .device_spec = (unsigned short)keyboard, .ctrls = &controls };

	memcpy(controls.per_key_repeat, keys, KEY_REPEAT_BYTES);
	XkbSetControls(repeat->display->x, XkbPerKeyRepeatMask, &desc);
}

/* Sets the core keyboard, which sets all others too, and these back as they were. */
static void set_core(const struct key_repeat *repeat, const uint8_t keys[static KEY_REPEAT_BYTES])
{
	uint8_t others[KEYBOARDS_MAX][KEY_REPEAT_BYTES];
	xcb_xkb_get_controls_cookie_t cookies[KEYBOARDS_MAX];
	bool exists[KEYBOARDS_MAX], is_on;

	for (unsigned i = KEYBOARDS_FIRST; i < KEYBOARDS_MAX; i++)
		cookies[i] = ask(repeat, i);
	for (unsigned i = KEYBOARDS_FIRST; i < KEYBOARDS_MAX; i++)
		exists[i] = get(repeat, cookies[i], others[i], &is_on);
	set(repeat, XkbUseCoreKbd, keys);
	for (unsigned i = KEYBOARDS_FIRST; i < KEYBOARDS_MAX; i++)
		if (exists[i] && memcmp(others[i], keys, KEY_REPEAT_BYTES) != 0)
			set(repeat, i, others[i]);
}

static void store(struct key_repeat *repeat)
{
	Display *x = repeat->display->x;

	XChangeProperty(x, DefaultRootWindow(x), repeat->property, XA_CARDINAL, 8, PropModeReplace,
			repeat->keys, KEY_REPEAT_BYTES);
}

/* What a scraper that was killed has stored; nothing if none was. */
static void load(struct key_repeat *repeat)
{
	Display *x = repeat->display->x;
	unsigned char *data = NULL;
	unsigned long n = 0, left;
	Atom type;
	int format = 0;

	XGetWindowProperty(x, DefaultRootWindow(x), repeat->property, 0, KEY_REPEAT_BYTES / 4,
			   False, XA_CARDINAL, &type, &format, &n, &left, &data);
	if (format == 8 && n == KEY_REPEAT_BYTES)
		memcpy(repeat->keys, data, KEY_REPEAT_BYTES);
	if (data)
		XFree(data);
}

/* Sets XTEST's keys not to repeat, and adds those that did to the ones that should. */
static void take(struct key_repeat *repeat)
{
	uint8_t keys[KEY_REPEAT_BYTES];

	repeat->is_stale = false;
	if (!get(repeat, ask(repeat, repeat->keyboard), keys, &repeat->is_on) || is_none(keys))
		return;
	for (unsigned i = 0; i < KEY_REPEAT_BYTES; i++)
		repeat->keys[i] |= keys[i];
	store(repeat);
	set(repeat, repeat->keyboard, no_keys);
	repeat->must_check = true;
}

void key_repeat_begin(struct key_repeat *repeat, struct display *display, unsigned keyboard)
{
	*repeat = (struct key_repeat){ .display = display };
	if (keyboard == XkbUseCoreKbd)
		return;
	repeat->keyboard = keyboard;
	repeat->property = XInternAtom(display->x, "_GPUDESK_KEY_REPEAT", False);
	XkbSelectEvents(display->x, keyboard, XkbControlsNotifyMask, XkbControlsNotifyMask);
	load(repeat);
	take(repeat);
	repeat->must_check = true;
}

void key_repeat_end(struct key_repeat *repeat)
{
	uint8_t keys[KEY_REPEAT_BYTES], core[KEY_REPEAT_BYTES];
	bool is_on;

	if (!repeat->keyboard)
		return;
	XkbSelectEvents(repeat->display->x, repeat->keyboard, XkbControlsNotifyMask, 0);
	bool is_known = get(repeat, ask(repeat, repeat->keyboard), keys, &is_on) &&
			get(repeat, ask(repeat, XkbUseCoreKbd), core, &is_on);
	set(repeat, repeat->keyboard, repeat->keys);
	/* The core keyboard has a copy. */
	if (is_known && memcmp(core, keys, KEY_REPEAT_BYTES) == 0)
		set_core(repeat, repeat->keys);
	XDeleteProperty(repeat->display->x, DefaultRootWindow(repeat->display->x),
			repeat->property);
	XFlush(repeat->display->x);
	repeat->keyboard = 0;
}

void key_repeat_handle_event(struct key_repeat *repeat, const XkbEvent *event)
{
	repeat->is_stale |= event->any.xkb_type == XkbNewKeyboardNotify ||
			    (event->any.xkb_type == XkbControlsNotify &&
			     event->ctrls.device == (int)repeat->keyboard);
}

bool key_repeat_prepare(struct key_repeat *repeat, const bool is_down[static 256])
{
	uint8_t keys[KEY_REPEAT_BYTES];
	bool is_on;

	if (!repeat->keyboard)
		return false;
	if (repeat->is_stale)
		take(repeat);
	if (!repeat->must_check)
		return false;
	repeat->must_check = false;
	/* A release of a key that is not down reaches no program, but the keyboard is used. */
	if (!is_down[UNUSED_KEYCODE])
		XTestFakeKeyEvent(repeat->display->x, UNUSED_KEYCODE, False, CurrentTime);
	/* If it was before, X has not looked at its settings again. */
	if (get(repeat, ask(repeat, XkbUseCoreKbd), keys, &is_on) && !is_none(keys))
		set_core(repeat, no_keys);
	return true;
}

bool key_repeat_allows(const struct key_repeat *repeat, uint8_t keycode)
{
	return repeat->keyboard && keycode && repeat->is_on &&
	       repeat->keys[keycode / 8] >> keycode % 8 & 1;
}
