/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <X11/XKBlib.h>
#include <X11/Xatom.h>
#include <X11/extensions/XTest.h>

#include "input/key_repeat.h"
#include "input/xkb_map.h"
#include "tests/scraper/x_display.h"

enum { KEY_A = 38, KEY_SHIFT = 50, SERVER_KEYBOARD = 7 /* after XTEST's and the pointer */ };

typedef uint8_t keys_t[KEY_REPEAT_BYTES];

static struct xvfb xvfb;
static struct display display;
static Display *other; /* another program */
static struct key_repeat repeat;
static unsigned keyboard;
static keys_t before;
static const keys_t none;
static const bool nothing_down[256];

static void get(unsigned from, keys_t ret_keys)
{
	XkbDescPtr desc = XkbAllocKeyboard();

	assert_non_null(desc);
	desc->device_spec = (unsigned short)from;
	assert_int_equal(XkbGetControls(other, XkbAllControlsMask, desc), Success);
	memcpy(ret_keys, desc->ctrls->per_key_repeat, sizeof(keys_t));
	XkbFreeKeyboard(desc, 0, True);
}

static void expect(unsigned from, const keys_t keys)
{
	keys_t have;

	XSync(display.x, False);
	get(from, have);
	assert_memory_equal(have, keys, sizeof(keys_t));
}

static void expect_all(const keys_t keys)
{
	expect(XkbUseCoreKbd, keys);
	expect(keyboard, keys);
	expect(SERVER_KEYBOARD, before);
}

static bool has_property(void)
{
	Atom type = None;
	int format;
	unsigned long n, left;
	unsigned char *data = NULL;

	XGetWindowProperty(other, DefaultRootWindow(other),
			   XInternAtom(other, "_GPUDESK_KEY_REPEAT", False), 0, 64, False,
			   XA_CARDINAL, &type, &format, &n, &left, &data);
	if (data)
		XFree(data);
	return type != None;
}

/* What another program has changed meanwhile. */
static void handle_events(void)
{
	XSync(other, False);
	XSync(display.x, False);
	while (XPending(display.x)) {
		XEvent event;

		XNextEvent(display.x, &event);
		if (event.type == display.xkb_event)
			key_repeat_handle_event(&repeat, (XkbEvent *)&event);
	}
}

static int setup(void **state)
{
	(void)state;
	if (x_display_start(&xvfb, &display, "640x480x24", NULL, NULL) < 0)
		return -1;
	other = XOpenDisplay(xvfb.display);
	keyboard = xkb_map_keyboard(display.x);
	if (!other || keyboard == XkbUseCoreKbd)
		return -1;
	get(keyboard, before);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	XCloseDisplay(other);
	x_display_stop(&xvfb, &display);
	return 0;
}

static void test_begin_and_end(void **state)
{
	(void)state;
	expect_all(before);
	key_repeat_begin(&repeat, &display, keyboard);
	expect(keyboard, none);
	/* The server's own keyboard is still the one that was used last. */
	expect(XkbUseCoreKbd, before);
	expect(SERVER_KEYBOARD, before);
	key_repeat_prepare(&repeat, nothing_down);
	expect_all(none);
	assert_true(has_property());
	assert_true(key_repeat_allows(&repeat, KEY_A));
	assert_false(key_repeat_allows(&repeat, KEY_SHIFT));
	key_repeat_end(&repeat);
	expect_all(before);
	assert_false(has_property());
}

/* XTEST's keyboard was used before by somebody else, so X does not copy its settings. */
static void test_used_before(void **state)
{
	(void)state;
	XTestFakeKeyEvent(other, KEY_A, True, CurrentTime);
	XTestFakeKeyEvent(other, KEY_A, False, CurrentTime);
	XSync(other, False);
	key_repeat_begin(&repeat, &display, keyboard);
	expect(XkbUseCoreKbd, before);
	key_repeat_prepare(&repeat, nothing_down);
	expect_all(none);
	key_repeat_end(&repeat);
	expect_all(before);
}

static void test_killed(void **state)
{
	(void)state;
	key_repeat_begin(&repeat, &display, keyboard);
	key_repeat_prepare(&repeat, nothing_down);
	/* The next one. */
	key_repeat_begin(&repeat, &display, keyboard);
	key_repeat_prepare(&repeat, nothing_down);
	expect_all(none);
	assert_true(key_repeat_allows(&repeat, KEY_A));
	key_repeat_end(&repeat);
	expect_all(before);
	assert_false(has_property());
}

static void set_one(unsigned keycode)
{
	XKeyboardControl control = { .key = (int)keycode, .auto_repeat_mode = AutoRepeatModeOn };

	XChangeKeyboardControl(other, KBKey | KBAutoRepeatMode, &control);
}

static void test_others_change_it(void **state)
{
	keys_t expected;

	(void)state;
	key_repeat_begin(&repeat, &display, keyboard);
	key_repeat_prepare(&repeat, nothing_down);
	set_one(KEY_A);
	set_one(KEY_SHIFT);
	handle_events();
	assert_true(repeat.is_stale);
	key_repeat_prepare(&repeat, nothing_down);
	expect(XkbUseCoreKbd, none);
	expect(keyboard, none);
	assert_true(key_repeat_allows(&repeat, KEY_A));
	assert_true(key_repeat_allows(&repeat, KEY_SHIFT));
	XAutoRepeatOff(other);
	handle_events();
	key_repeat_prepare(&repeat, nothing_down);
	assert_false(key_repeat_allows(&repeat, KEY_A));
	XAutoRepeatOn(other);
	handle_events();
	key_repeat_prepare(&repeat, nothing_down);
	assert_true(key_repeat_allows(&repeat, KEY_A));
	key_repeat_end(&repeat);
	memcpy(expected, before, sizeof(keys_t));
	expected[KEY_SHIFT / 8] |= 1 << KEY_SHIFT % 8;
	expect(XkbUseCoreKbd, expected);
	expect(keyboard, expected);
	expect(SERVER_KEYBOARD, expected);
}

static void test_changed_before_the_end(void **state)
{
	(void)state;
	key_repeat_begin(&repeat, &display, keyboard);
	key_repeat_prepare(&repeat, nothing_down);
	set_one(KEY_A);
	XSync(other, False);
	key_repeat_end(&repeat);
	expect_all(before);
}

static void test_without_the_keyboard(void **state)
{
	(void)state;
	key_repeat_begin(&repeat, &display, XkbUseCoreKbd);
	key_repeat_prepare(&repeat, nothing_down);
	assert_false(key_repeat_allows(&repeat, KEY_A));
	expect_all(before);
	key_repeat_end(&repeat);
	expect_all(before);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_begin_and_end),
		TEST(test_used_before),
		TEST(test_killed),
		TEST(test_others_change_it),
		TEST(test_changed_before_the_end),
		TEST(test_without_the_keyboard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
