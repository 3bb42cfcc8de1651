/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which changes are sent first, and what is left of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "viewer/guacd_primer.h"

enum { WIDTH = 1100, HEIGHT = 700, TILES = 18 * 11 }; /* 3 x 2 blocks */

struct picture {
	struct frame frame;
	struct tile_map unseen;
	struct rect rects[TILES];
};

static void fill(struct picture *picture, struct rect area, bool flat)
{
	uint32_t pixel = 1;

	for (int y = area.y; y < area.y + area.h; y++)
		for (int x = area.x; x < area.x + area.w; x++) {
			pixel = pixel * 1664525 + 1013904223;
			uint32_t colour = flat ? 0xff123456 : 0xff000000 | pixel >> 8;

			memcpy(picture->frame.pixels + (size_t)y * picture->frame.stride +
				       (size_t)x * 4,
			       &colour, 4);
		}
}

static int set_up(void **state)
{
	static struct picture picture;

	assert_int_equal(frame_init(&picture.frame, WIDTH, HEIGHT, 4, 0xffffff), 0);
	assert_int_equal(tile_map_init(&picture.unseen, WIDTH, HEIGHT), 0);
	assert_true(picture.unseen.columns * picture.unseen.rows == TILES);
	fill(&picture, (struct rect){ 0, 0, WIDTH, HEIGHT }, false);
	*state = &picture;
	return 0;
}

static int tear_down(void **state)
{
	struct picture *picture = *state;

	tile_map_finish(&picture->unseen);
	frame_finish(&picture->frame);
	return 0;
}

static size_t choose(struct picture *picture, int span)
{
	return guacd_primer_rects(&picture->unseen, &picture->frame, span, picture->rects);
}

static void assert_rect(struct rect rect, int x, int y, int w, int h)
{
	assert_int_equal(rect.x, x);
	assert_int_equal(rect.y, y);
	assert_int_equal(rect.w, w);
	assert_int_equal(rect.h, h);
}

static void test_one_in_each_block(void **state)
{
	struct picture *picture = *state;

	assert_int_equal(choose(picture, GUACD_BLOCK), 0);
	tile_map_add(&picture->unseen, (struct rect){ 0, 0, WIDTH, HEIGHT });
	assert_int_equal(choose(picture, GUACD_BLOCK), 6);
	assert_rect(picture->rects[0], 3 * 64, 3 * 64, 64, 32);
	assert_rect(picture->rects[1], 11 * 64, 3 * 64, 64, 32);
	/* At the edge, only what is on the screen. */
	assert_rect(picture->rects[2], 17 * 64, 3 * 64, WIDTH - 17 * 64, 32);
	assert_int_equal(choose(picture, GUACD_BLOCK / 2), 5 * 3);
	assert_int_equal(choose(picture, 1), TILES);
}

static void test_the_nearest_to_the_middle(void **state)
{
	struct picture *picture = *state;

	tile_map_add(&picture->unseen, (struct rect){ 64, 66, 50, 41 });
	assert_int_equal(choose(picture, GUACD_BLOCK), 1);
	assert_rect(picture->rects[0], 64, 66, 50, 20);
	tile_map_add(&picture->unseen, (struct rect){ 5 * 64, 3 * 64, 20, 20 });
	/* The same again and again, as long as something is left of it. */
	for (int y = 0, h = 10; h; y += h, h /= 2) {
		assert_int_equal(choose(picture, GUACD_BLOCK), 1);
		assert_rect(picture->rects[0], 5 * 64, 3 * 64 + y, 20, h);
		guacd_primer_sent(&picture->unseen, picture->rects[0]);
	}
}

/* guacd fills what is of one colour, and joins it with nothing. */
static void test_one_colour(void **state)
{
	struct picture *picture = *state;

	tile_map_add(&picture->unseen, (struct rect){ 0, 0, 512, 512 });
	fill(picture, (struct rect){ 0, 0, 512, 512 }, true);
	assert_int_equal(choose(picture, GUACD_BLOCK), 0);
	/* What counts is what remains. */
	fill(picture, (struct rect){ 0, 0, 64, 32 }, false);
	assert_int_equal(choose(picture, GUACD_BLOCK), 0);
	fill(picture, (struct rect){ 0, 0, 64, 33 }, false);
	assert_int_equal(choose(picture, GUACD_BLOCK), 1);
	assert_rect(picture->rects[0], 0, 0, 64, 32);
}

/* A row cannot be halved. */
static void test_a_single_row(void **state)
{
	struct picture *picture = *state;

	tile_map_add(&picture->unseen, (struct rect){ 0, 10, 512, 1 });
	assert_int_equal(choose(picture, GUACD_BLOCK), 0);
	tile_map_add(&picture->unseen, (struct rect){ 70, 100, 2, 2 });
	assert_int_equal(choose(picture, GUACD_BLOCK), 1);
	assert_rect(picture->rects[0], 70, 100, 2, 1);
}

/* Each tile of a primer changes once more with the rest. */
static void test_the_other_half_is_left(void **state)
{
	struct picture *picture = *state;

	tile_map_add(&picture->unseen, (struct rect){ 5, 6, WIDTH - 10, HEIGHT - 13 });
	for (int span = GUACD_BLOCK; span >= 1; span /= 2) {
		size_t before = tile_map_area(&picture->unseen);
		size_t n_dirty = picture->unseen.n_dirty, sent = 0;
		size_t n = choose(picture, span);

		assert_true(n > 0);
		for (size_t i = 0; i < n; i++) {
			struct rect rect = picture->rects[i];

			sent += rect_area(rect);
			guacd_primer_sent(&picture->unseen, rect);
			struct rect left = tile_map_rect(&picture->unseen, rect.x / 64,
							 rect.y / 64);

			assert_int_equal(left.x, rect.x);
			assert_int_equal(left.w, rect.w);
			assert_int_equal(left.y, rect.y + rect.h);
			assert_in_range(left.h, rect.h, rect.h + 1);
		}
		assert_int_equal(tile_map_area(&picture->unseen), before - sent);
		assert_int_equal(picture->unseen.n_dirty, n_dirty);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_in_each_block, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_nearest_to_the_middle, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_colour, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_single_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_other_half_is_left, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
