/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scrolled text and dragged windows, in made-up pictures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "framebuffer/move_detection.h"

enum { WIDTH = 640, HEIGHT = 480 };

static const struct rect screen = { 0, 0, WIDTH, HEIGHT };
static struct frame before, after;
static uint32_t seed;

static uint32_t random_bits(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static uint32_t *pixel(struct frame *frame, int x, int y)
{
	return (uint32_t *)(void *)frame->pixels + (size_t)y * frame->stride / 4 + x;
}

static int set_up(void **state)
{
	(void)state;
	seed = 1;
	assert_int_equal(frame_init(&before, WIDTH, HEIGHT, 4, 0xffffff), 0);
	assert_int_equal(frame_init(&after, WIDTH, HEIGHT, 4, 0xffffff), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	frame_finish(&before);
	frame_finish(&after);
	return 0;
}

/* Text-like: mostly one colour, with letters. */
static void draw_text(struct frame *frame, struct rect area, uint32_t text)
{
	seed = text;
	for (int y = area.y; y < area.y + area.h; y++)
		for (int x = area.x; x < area.x + area.w; x++)
			*pixel(frame, x, y) = random_bits() % 5 ? 0xfff0f0f0 : 0xff101010;
}

static bool find(struct rect area, struct move *move)
{
	return move_find(&before, frame_at(&after, area.x, area.y), after.stride, area, move);
}

/* The move is true pixel by pixel, and applying it has the effect of CopyRect. */
static void check(struct move move)
{
	struct rect from = move_from(move);

	assert_true(rect_contains(screen, move.to) && rect_contains(screen, from));
	assert_true(move.dx || move.dy);
	for (int y = 0; y < move.to.h; y++)
		for (int x = 0; x < move.to.w; x++)
			assert_int_equal(*pixel(&after, move.to.x + x, move.to.y + y),
					 *pixel(&before, from.x + x, from.y + y));
	move_apply(&before, move);
	for (int y = 0; y < move.to.h; y++)
		assert_memory_equal(frame_at(&before, move.to.x, move.to.y + y),
				    frame_at(&after, move.to.x, move.to.y + y),
				    (size_t)move.to.w * 4);
}

static void test_scroll(void **state)
{
	static const int steps[] = { -18, 18, -1, 1, -150, 150 };
	struct rect window = { 96, 64, 400, 300 };

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		int dy = steps[i];
		struct move move;

		draw_text(&before, window, 7);
		draw_text(&after, window, 99);
		for (int y = 0; y < window.h; y++)
			if (y - dy >= 0 && y - dy < window.h)
				memcpy(pixel(&after, window.x, window.y + y),
				       pixel(&before, window.x, window.y + y - dy),
				       (size_t)window.w * 4);
		assert_true(find(window, &move));
		assert_int_equal(move.dx, 0);
		assert_int_equal(move.dy, dy);
		assert_int_equal(move.to.w, window.w);
		assert_int_equal(move.to.h, window.h - abs(dy));
		check(move);
	}
}

static void test_drag(void **state)
{
	static const int steps[][2] = {
		{ 30, -21 }, { -7, 0 }, { 0, 40 }, { 120, 90 }, { -1, -1 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct rect from = { 200, 150, 240, 160 }, to = from;
		struct move move;

		to.x += steps[i][0];
		to.y += steps[i][1];
		memset(before.pixels, 0xff, before.stride * HEIGHT);
		memset(after.pixels, 0xff, after.stride * HEIGHT);
		draw_text(&before, from, 5);
		draw_text(&after, to, 5);
		assert_true(find(rect_bounds(from, to), &move));
		assert_int_equal(move.dx, steps[i][0]);
		assert_int_equal(move.dy, steps[i][1]);
		assert_true(rect_contains(move.to, to));
		check(move);
	}
}

static void test_nothing_moved(void **state)
{
	struct move move;

	(void)state;
	draw_text(&before, screen, 3);
	draw_text(&after, screen, 3);
	assert_false(find(screen, &move)); /* the same picture */
	draw_text(&after, screen, 4);
	assert_false(find(screen, &move)); /* another one */
	memset(before.pixels, 0xff, before.stride * HEIGHT);
	assert_false(find(screen, &move)); /* from blank */
	memset(after.pixels, 0x20, after.stride * HEIGHT);
	assert_false(find(screen, &move)); /* plain colours: all places are alike */
}

static void test_too_small(void **state)
{
	struct rect area = { 0, 0, 64, 100 };
	struct move move;

	(void)state;
	draw_text(&before, area, 3);
	for (int y = 0; y < 90; y++)
		memcpy(pixel(&after, 0, y), pixel(&before, 0, y + 10), 64 * 4);
	assert_false(find(area, &move));
}

/* Whatever is drawn, a move that is found is true. */
static void test_random_pictures(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 200; round++) {
		struct move move;

		seed = round;
		struct rect a = { (int)(random_bits() % 300), (int)(random_bits() % 200),
				  150 + (int)(random_bits() % 150),
				  100 + (int)(random_bits() % 150) };
		struct rect b = { (int)(random_bits() % 300), (int)(random_bits() % 200), a.w,
				  a.h };
		int wide = 64 + (int)(random_bits() % 300);
		struct rect hole = { b.x + a.w / 3, b.y, wide / 8, a.h / 2 };

		memset(before.pixels, (int)(round & 0x7f), before.stride * HEIGHT);
		for (size_t i = 3; i < before.stride * HEIGHT; i += 4)
			before.pixels[i] = 0xff;
		memcpy(after.pixels, before.pixels, before.stride * HEIGHT);
		draw_text(&before, a, round + 1);
		draw_text(&after, b, round + 1);
		if (round % 3 == 0)
			draw_text(&after, rect_intersect(hole, screen), round + 2);
		if (find(rect_bounds(a, b), &move))
			check(move);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_scroll),	    TEST(test_drag),
		TEST(test_nothing_moved),   TEST(test_too_small),
		TEST(test_random_pictures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
