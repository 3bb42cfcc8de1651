/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/input_extension_rect.h"
#include "protocol/keyboard_led.h"

#define LISTS(which) (UINT32_C(1) << (which))

static struct input_extension_rect view;
static struct out_queue out;

static int setup(void **state)
{
	(void)state;
	view = (struct input_extension_rect){ 0 };
	out_queue_init(&out);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	out_queue_finish(&out);
	return 0;
}

/* The viewer knows these encodings, and then gets `n` rectangles of `length` bytes. */
static void expect(uint32_t known, unsigned leds, int n, size_t length)
{
	const struct client_encodings encodings = { .known = known };
	size_t before = out.own_length;

	input_extension_rect_encodings(&view, &encodings);
	assert_int_equal(input_extension_rect_has_news(&view, &encodings, leds), n > 0);
	assert_int_equal(input_extension_rect_add(&view, &encodings, leds, &out), n);
	assert_int_equal(out.own_length - before, length);
	assert_false(input_extension_rect_has_news(&view, &encodings, leds));
}

static void test_told_once(void **state)
{
	const uint32_t both = LISTS(CLIENT_ENCODING_QEMU_KEYS) | LISTS(CLIENT_ENCODING_BUTTONS);

	(void)state;
	expect(0, 0, 0, 0);
	expect(both, 0, 2, 24);
	expect(both, KEYBOARD_LED_CAPS, 0, 0);
	/* Listed again, then no longer: events on their way may still come. */
	expect(0, 0, 0, 0);
	assert_true(view.listed.scan_codes && view.listed.buttons);
	expect(both, 0, 0, 0);
}

static void test_leds(void **state)
{
	(void)state;
	expect(0, KEYBOARD_LED_NUM, 0, 0);
	expect(LISTS(CLIENT_ENCODING_VMWARE_LEDS), KEYBOARD_LED_NUM, 1, 16);
	assert_memory_equal(out.own + out.own_length - 8, "WMVh\0\0\0\2", 8);
	expect(LISTS(CLIENT_ENCODING_VMWARE_LEDS), KEYBOARD_LED_NUM, 0, 0);
	expect(LISTS(CLIENT_ENCODING_QEMU_LEDS), KEYBOARD_LED_SCROLL | KEYBOARD_LED_CAPS, 1, 13);
	assert_int_equal(out.own[out.own_length - 1], 5);
	expect(LISTS(CLIENT_ENCODING_LIBVNC_LEDS), KEYBOARD_LED_CAPS | KEYBOARD_LED_NUM, 1, 12);
	assert_memory_equal(out.own + out.own_length - 12, "\0\x82\0\0\0\0\0\0\xff\xfe\0\0", 12);
	expect(LISTS(CLIENT_ENCODING_LIBVNC_LEDS), KEYBOARD_LED_SCROLL, 1, 12);
	assert_memory_equal(out.own + out.own_length - 12, "\1\0\0\0\0\0\0\0\xff\xfe\0\0", 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_told_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leds, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
