/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "framebuffer/status_picture.h"
#include "framebuffer/text.h"

#define INK UINT32_C(0xff123456)

static struct frame frame;

static void start(int width, int height)
{
	assert_int_equal(frame_init(&frame, width, height, 4, 0xffffff), 0);
}

static uint32_t pixel(int x, int y)
{
	uint32_t value;

	memcpy(&value, frame_at(&frame, x, y), sizeof(value));
	return value;
}

/* Pixels of that colour in an area. */
static unsigned count(struct rect area, uint32_t colour)
{
	unsigned n = 0;

	for (int y = area.y; y < area.y + area.h; y++)
		for (int x = area.x; x < area.x + area.w; x++)
			n += pixel(x, y) == colour;
	return n;
}

static const struct rect everything = { 0, 0, 320, 200 };

static void test_a_letter(void **state)
{
	(void)state;
	start(320, 200);
	text_draw(&frame, 40, 60, 1, INK, "l", 1);
	/* A serif, a stem two pixels wide, and a foot. */
	assert_in_range(count((struct rect){ 40, 60, TEXT_WIDTH, TEXT_HEIGHT }, INK), 24, 44);
	assert_int_equal(count(everything, INK),
			 count((struct rect){ 40, 60, TEXT_WIDTH, TEXT_HEIGHT }, INK));
	frame_finish(&frame);
}

static void test_scale(void **state)
{
	(void)state;
	start(320, 200);
	text_draw(&frame, 0, 0, 1, INK, "Ab1", 3);
	unsigned n = count(everything, INK);

	text_fill(&frame, everything, 0);
	text_draw(&frame, 10, 10, 3, INK, "Ab1", 3);
	assert_int_equal(count(everything, INK), 9 * n);
	frame_finish(&frame);
}

/* One '?' for each character outside of ASCII, and for control characters. */
static void test_other_characters(void **state)
{
	static const char *const texts[] = { "\xc3\xa9", "\xe2\x80\xa6", "\x01", "\x7f", "\xff" };
	uint32_t wanted[TEXT_WIDTH * TEXT_HEIGHT];

	(void)state;
	start(320, 200);
	text_draw(&frame, 0, 0, 1, INK, "?", 1);
	for (int i = 0; i < TEXT_WIDTH * TEXT_HEIGHT; i++)
		wanted[i] = pixel(i % TEXT_WIDTH, i / TEXT_WIDTH);
	unsigned n = count(everything, INK);

	for (size_t t = 0; t < sizeof(texts) / sizeof(*texts); t++) {
		text_fill(&frame, everything, 0);
		text_draw(&frame, 0, 0, 1, INK, texts[t], strlen(texts[t]));
		assert_int_equal(count(everything, INK), n);
		for (int i = 0; i < TEXT_WIDTH * TEXT_HEIGHT; i++)
			assert_int_equal(pixel(i % TEXT_WIDTH, i / TEXT_WIDTH) == INK,
					 wanted[i] == INK);
	}
	frame_finish(&frame);
}

/* The sanitizers and valgrind find what is written outside of the frame. */
static void test_the_frame_is_the_limit(void **state)
{
	(void)state;
	start(33, 21);
	for (int y = -25; y < 40; y += 5)
		for (int x = -15; x < 50; x += 5)
			text_draw(&frame, x, y, 2, INK, "Wg", 2);
	text_fill(&frame, (struct rect){ -100, -100, 1000, 1000 }, INK);
	assert_int_equal(count((struct rect){ 0, 0, 33, 21 }, INK), 33 * 21);
	frame_finish(&frame);
}

static void test_the_picture_in_all_sizes(void **state)
{
	static const int sizes[][2] = { { 1, 1 },     { 11, 500 },   { 320, 200 },
					{ 640, 480 }, { 1280, 800 }, { 2560, 1600 } };
	struct status_text text = { .headline = "Starting exouser's desktop...",
				    .steps = "[x] display manager\n[.] login\n" };

	(void)state;
	memset(text.reason, 'w', sizeof(text.reason) - 1);
	snprintf(text.advice, sizeof(text.advice), "Ask somebody.");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		start(sizes[i][0], sizes[i][1]);
		status_picture_draw(&frame, &text, 4000000000);
		/* Padding bits are set everywhere, and the corner is the background. */
		for (int y = 0; y < frame.height; y++)
			for (int x = 0; x < frame.width; x++)
				assert_int_equal(pixel(x, y) >> 24, 0xff);
		assert_int_equal(pixel(0, 0), 0xff202830);
		frame_finish(&frame);
	}
}

/* The rows that have something else than the background. */
static int count_text_rows(void)
{
	int n = 0;

	for (int y = 0; y < frame.height; y++)
		n += count((struct rect){ 0, y, frame.width, 1 }, 0xff202830) !=
		     (unsigned)frame.width;
	return n;
}

static void test_long_lines_are_wrapped(void **state)
{
	struct status_text text = { .headline = "" };

	(void)state;
	start(1280, 800);
	snprintf(text.reason, sizeof(text.reason), "mmm");
	status_picture_draw(&frame, &text, 0);
	int one = count_text_rows();

	for (int i = 0; i < 60; i++)
		memcpy(text.reason + strlen(text.reason), " mmm", 5);
	status_picture_draw(&frame, &text, 0);
	/* 243 characters, about 106 a line: three lines. */
	assert_int_equal(count_text_rows(), 3 * one);
	/* Nothing is written into the margin. */
	assert_int_equal(count((struct rect){ 1280 - 1280 / 12, 0, 1280 / 12, 800 }, 0xff202830),
			 1280 / 12 * 800);
	frame_finish(&frame);
}

static void test_the_clock(void **state)
{
	struct status_text text = { .headline = "" };

	(void)state;
	start(640, 480);
	status_picture_draw(&frame, &text, 0);
	assert_int_equal(count_text_rows(), 0);
	status_picture_draw(&frame, &text, 1);
	assert_in_range(count_text_rows(), 8, TEXT_HEIGHT);
	frame_finish(&frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_letter),
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_other_characters),
		cmocka_unit_test(test_the_frame_is_the_limit),
		cmocka_unit_test(test_the_picture_in_all_sizes),
		cmocka_unit_test(test_long_lines_are_wrapped),
		cmocka_unit_test(test_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
