/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a viewer is told of the desktop's size, byte by byte, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/wire.h"
#include "protocol/desktop_size_rect.h"

#define LISTS(encoding) ((struct client_encodings){ .known = UINT32_C(1) << (encoding) })

static const struct client_encodings none;
static const struct screen_layout layout = {
	.n = 2,
	.screens = { { 0x01020304, { 0, 0, 1024, 768 } }, { 7, { 1024, 168, 800, 600 } } },
};

static struct client_encodings extended, simple;
static struct desktop_size_rect view;
static struct out_queue out;

static int set_up(void **state)
{
	(void)state;
	extended = LISTS(CLIENT_ENCODING_EXTENDED_DESKTOP_SIZE);
	simple = LISTS(CLIENT_ENCODING_DESKTOP_SIZE);
	desktop_size_rect_init(&view, 1824, 768);
	out_queue_init(&out);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	out_queue_finish(&out);
	return 0;
}

static bool is_due(const struct client_encodings *encodings)
{
	return desktop_size_rect_is_due(&view, encodings, 1824, 768);
}

static bool is_alone(const struct client_encodings *encodings)
{
	return desktop_size_rect_is_alone(&view, encodings, 1824, 768);
}

static int add(const struct client_encodings *encodings)
{
	return desktop_size_rect_add(&view, encodings, 1824, 768, &layout, &out);
}

static void test_the_first_time(void **state)
{
	const uint8_t expected[] = {
		0,    0,    0,	  0,	0x07, 0x20, 0x03, 0x00, 0xff, 0xff, 0xfe, 0xcc, /* -308 */
		2,    0,    0,	  0,	1,    2,    3,	  4,	0,    0,    0,	  0,
		0x04, 0x00, 0x03, 0x00, 0,    0,    0,	  0,	0,    0,    0,	  7,
		0x04, 0x00, 0,	  168,	0x03, 0x20, 0x02, 0x58, 0,    0,    0,	  0,
	};

	(void)state;
	assert_false(is_due(&none));
	assert_false(is_due(&simple));
	assert_true(is_due(&extended));
	assert_true(is_alone(&extended));
	assert_int_equal(add(&extended), 1);
	assert_int_equal(out.own_length, sizeof(expected));
	assert_memory_equal(out.own, expected, sizeof(expected));
	assert_false(is_due(&extended));
	assert_int_equal(add(&extended), 0);
}

static void test_another_size(void **state)
{
	const uint8_t expected[] = {
		0, 0, 0, 0, 0x07, 0x20, 0x03, 0x00, 0xff, 0xff, 0xff, 0x21
	}; /* -223 */

	(void)state;
	desktop_size_rect_init(&view, 640, 480);
	desktop_size_rect_changed(&view, SIZE_BY_SERVER);
	assert_false(is_due(&none));
	assert_true(is_alone(&simple));
	assert_int_equal(add(&simple), 1);
	assert_int_equal(out.own_length, sizeof(expected));
	assert_memory_equal(out.own, expected, sizeof(expected));
	assert_int_equal(view.width, 1824);
	assert_false(is_due(&simple));
}

static void test_a_refresh_comes_along_with_the_picture(void **state)
{
	(void)state;
	desktop_size_rect_refresh(&view, &simple);
	assert_false(is_due(&simple));
	add(&extended);
	desktop_size_rect_refresh(&view, &extended);
	assert_true(is_due(&extended));
	assert_false(is_alone(&extended));
}

static void test_answers(void **state)
{
	(void)state;
	add(&extended);
	size_t before = out.own_length;
	view.requested = true;
	/* Whatever is told now would be taken for the answer. */
	desktop_size_rect_refresh(&view, &extended);
	assert_false(is_due(&extended));
	desktop_size_rect_answer(&view, SIZE_NO_RESOURCES);
	assert_true(is_alone(&extended));
	assert_int_equal(add(&extended), 1);
	assert_int_equal(out.own[before + 1], SIZE_BY_THIS_VIEWER);
	assert_int_equal(out.own[before + 3], SIZE_NO_RESOURCES);
	assert_false(view.requested);
	/* The refresh that had to wait. */
	assert_true(is_due(&extended));
	assert_false(is_alone(&extended));
	assert_int_equal(add(&extended), 1);
	assert_false(is_due(&extended));
	view.requested = true;
	desktop_size_rect_changed(&view, SIZE_BY_SERVER);
	before = out.own_length;
	desktop_size_rect_answer(&view, SIZE_DONE);
	assert_int_equal(add(&extended), 1);
	assert_int_equal(out.own[before + 1], SIZE_BY_THIS_VIEWER);
	assert_int_equal(out.own[before + 3], SIZE_DONE);
	assert_false(is_due(&extended));
	/* The next one is none again. */
	before = out.own_length;
	desktop_size_rect_changed(&view, SIZE_BY_OTHER_VIEWER);
	assert_int_equal(add(&extended), 1);
	assert_int_equal(out.own[before + 1], SIZE_BY_OTHER_VIEWER);
	assert_int_equal(out.own[before + 3], SIZE_DONE);
}

/* The rectangle that was appended at `at`. */
static void assert_rect(size_t at, enum size_reason reason, enum size_status status, unsigned width,
			unsigned height, unsigned n_screens)
{
	assert_int_equal(out.own[at + 1], reason);
	assert_int_equal(out.own[at + 3], status);
	assert_int_equal(wire_read_u16(out.own + at + 4), width);
	assert_int_equal(wire_read_u16(out.own + at + 6), height);
	assert_int_equal(out.own[at + 12], n_screens);
	assert_int_equal(out.own_length, at + 16 + 16 * n_screens);
}

/* A viewer that ignores the size in a refusal would otherwise be sent pixels beyond its picture. */
static void test_a_refusal_and_another_size(void **state)
{
	(void)state;
	desktop_size_rect_init(&view, 640, 480);
	view.was_told = view.requested = true;
	desktop_size_rect_changed(&view, SIZE_BY_SERVER);
	desktop_size_rect_answer(&view, SIZE_PROHIBITED);
	desktop_size_rect_changed(&view, SIZE_BY_OTHER_VIEWER);
	assert_true(is_alone(&extended));
	assert_int_equal(add(&extended), 1);
	assert_rect(0, SIZE_BY_THIS_VIEWER, SIZE_PROHIBITED, 640, 480, 1);
	assert_int_equal(view.width, 640);
	assert_true(is_alone(&extended));
	size_t before = out.own_length;
	assert_int_equal(add(&extended), 1);
	assert_rect(before, SIZE_BY_OTHER_VIEWER, SIZE_DONE, 1824, 768, 2);
	assert_false(is_due(&extended));
	/* The next refusal has the layout that was told last. */
	before = out.own_length;
	desktop_size_rect_answer(&view, SIZE_INVALID_LAYOUT);
	assert_int_equal(add(&extended), 1);
	assert_rect(before, SIZE_BY_THIS_VIEWER, SIZE_INVALID_LAYOUT, 1824, 768, 2);
	assert_false(is_due(&extended));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_first_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_another_size, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_refresh_comes_along_with_the_picture, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_refusal_and_another_size, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
