/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "framebuffer/cursor_image.h"

static const struct pixel_format true_colour = { 32, 24, 0xff0000, 0xff00, 0xff };
static const struct pixel_format high_colour = { 16, 16, 0xf800, 0x7e0, 0x1f };
static const struct pixel_format low_colour = { 8, 8, 0xe0, 0x1c, 0x03 };

static struct cursor_image shape;

static int finish(void **state)
{
	(void)state;
	cursor_image_finish(&shape);
	return 0;
}

static void make(int width, int height, int hot_x, int hot_y, const uint32_t *argb)
{
	cursor_image_finish(&shape);
	assert_int_equal(cursor_image_init(&shape, width, height, hot_x, hot_y, argb), 0);
}

static void test_small_image_is_kept(void **state)
{
	const uint32_t argb[6] = { 1 << 24, 2 << 24, 3 << 24, 4 << 24, 5 << 24, 6 << 24 };

	(void)state;
	make(3, 2, 2, 1, argb);
	assert_int_equal(shape.width, 3);
	assert_int_equal(shape.height, 2);
	assert_int_equal(shape.hot_x, 2);
	assert_int_equal(shape.hot_y, 1);
	assert_memory_equal(shape.argb, argb, sizeof(argb));
	assert_false(cursor_image_is_hidden(&shape));
}

static void test_hot_spots_outside(void **state)
{
	const uint32_t argb[4] = { 0xff000000, 0xff000000, 0xff000000, 0xff000000 };

	(void)state;
	make(2, 2, 9, -3, argb);
	assert_int_equal(shape.hot_x, 1);
	assert_int_equal(shape.hot_y, 0);
}

static void test_transparent_is_hidden(void **state)
{
	const uint32_t argb[4] = { 0, 0x00ffffff, 0, 0 };
	uint64_t id;

	(void)state;
	make(2, 2, 1, 1, argb);
	assert_true(cursor_image_is_hidden(&shape));
	assert_int_equal(shape.width, 1);
	assert_int_equal(shape.height, 1);
	assert_true(rect_is_empty(cursor_image_area(&shape, 5, 5)));
	id = shape.id;
	make(0, 0, 7, 7, NULL);
	assert_true(cursor_image_is_hidden(&shape));
	assert_true(shape.id == id);
}

static void test_ids(void **state)
{
	const uint32_t one[2] = { 0xff000000, 0xffffffff }, two[2] = { 0xff000000, 0xfffffffe };
	uint64_t id;

	(void)state;
	make(2, 1, 0, 0, one);
	id = shape.id;
	assert_true(id != 0);
	make(2, 1, 0, 0, one);
	assert_true(shape.id == id);
	make(2, 1, 0, 0, two);
	assert_true(shape.id != id);
	make(2, 1, 1, 0, one);
	assert_true(shape.id != id);
	make(1, 2, 0, 0, one);
	assert_true(shape.id != id);
}

static void test_large_ones_shrink(void **state)
{
	uint32_t *argb = calloc(300 * 1000, sizeof(*argb));

	(void)state;
	/* Stripes of opaque red and nothing: each pixel becomes half transparent. */
	for (size_t i = 0; i < 300 * 1000; i++)
		argb[i] = i % 1000 % 2 ? 0xffff0000 : 0;
	make(1000, 300, 500, 299, argb);
	assert_int_equal(shape.width, CURSOR_SIDE_MAX);
	assert_int_equal(shape.height, 38);
	assert_int_equal(shape.hot_x, 64);
	assert_int_equal(shape.hot_y, 37);
	for (int i = 0; i < shape.width * shape.height; i++) {
		unsigned alpha = shape.argb[i] >> 24, red = shape.argb[i] >> 16 & 255;

		assert_in_range(alpha, 100, 150);
		assert_int_equal(alpha, red);
		assert_int_equal(shape.argb[i] & 0xffff, 0);
	}
	/* So thin that it would vanish. */
	make(1, 300000, 0, 5, argb);
	assert_int_equal(shape.width, 1);
	assert_int_equal(shape.height, CURSOR_SIDE_MAX);
	free(argb);
}

static void test_mask_without_the_shadow(void **state)
{
	/* Solid, antialiased edge, shadow. */
	const uint32_t argb[10] = { 0xff000000, 0xa0000000, 0x50000000, 0x30000000, 0,
				    0x7f000000, 0x80000000, 0xff000000, 0xff000000, 0xff000000 };
	uint8_t mask[2];

	(void)state;
	make(10, 1, 0, 0, argb);
	cursor_image_mask(&shape, mask);
	assert_int_equal(mask[0], 0xc0 | 0x03);
	assert_int_equal(mask[1], 0xc0);
}

static void test_mask_of_something_faint(void **state)
{
	const uint32_t argb[4] = { 0x60000000, 0x10000000, 0x40000000, 0x2f000000 };
	uint8_t mask[1];

	(void)state;
	make(4, 1, 0, 0, argb);
	cursor_image_mask(&shape, mask);
	assert_int_equal(mask[0], 0xa0);
}

static void test_pixels(void **state)
{
	/* The second is half-transparent green, the third has more colour than alpha. */
	const uint32_t argb[3] = { 0xffff8000, 0x80008000, 0x10ff0000 };
	const uint32_t wide[3] = { 0xff8000, 0x00ff00, 0xff0000 };
	const uint16_t high[3] = { 0xfc00, 0x07e0, 0xf800 };
	const uint8_t low[3] = { 0xf0, 0x1c, 0xe0 };
	uint32_t pixels[3];

	(void)state;
	make(3, 1, 0, 0, argb);
	cursor_image_pixels(&shape, &true_colour, (uint8_t *)pixels);
	assert_memory_equal(pixels, wide, sizeof(wide));
	cursor_image_pixels(&shape, &high_colour, (uint8_t *)pixels);
	assert_memory_equal(pixels, high, sizeof(high));
	cursor_image_pixels(&shape, &low_colour, (uint8_t *)pixels);
	assert_memory_equal(pixels, low, sizeof(low));
}

static void test_bitmap(void **state)
{
	const uint32_t argb[9] = { 0xff000000, 0xffffffff, 0xff202020, 0xffe0e0e0, 0,
				   0xff000000, 0xffffffff, 0xffffffff, 0xff101010 };
	uint8_t bits[2], first[3], second[3];

	(void)state;
	make(9, 1, 0, 0, argb);
	cursor_image_bitmap(&shape, bits, first, second);
	assert_int_equal(bits[0], 0x80 | 0x20 | 0x04);
	assert_int_equal(bits[1], 0x80);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(first[i], 0x0c);
		assert_in_range(second[i], 0xf0, 0xff);
	}
}

static void test_bitmap_of_one_colour(void **state)
{
	const uint32_t argb[2] = { 0xff3366cc, 0xff3366cc };
	uint8_t bits[1], first[3], second[3];

	(void)state;
	make(2, 1, 0, 0, argb);
	cursor_image_bitmap(&shape, bits, first, second);
	assert_int_equal(bits[0], 0xc0);
	assert_memory_equal(first, ((uint8_t[]){ 0x33, 0x66, 0xcc }), 3);
}

static void test_painting(void **state)
{
	const uint32_t argb[4] = { 0xffff0000, 0x80800000, 0, 0xff0000ff };
	uint32_t pixels[4 * 3];

	(void)state;
	make(2, 2, 1, 1, argb);
	for (int i = 0; i < 12; i++)
		pixels[i] = 0x0000ff00;
	/* The pixels show the screen from 10, 20 on; the pointer begins at 11, 20. */
	cursor_image_paint(&shape, 12, 21, &true_colour, (struct rect){ 10, 20, 4, 3 },
			   (uint8_t *)pixels, 16);
	assert_int_equal(pixels[0], 0x00ff00);
	assert_int_equal(pixels[1], 0xff0000);
	assert_int_equal(pixels[2], 0x807f00);
	assert_int_equal(pixels[3], 0x00ff00);
	assert_int_equal(pixels[5], 0x00ff00);
	assert_int_equal(pixels[6], 0x0000ff);
	for (int i = 7; i < 12; i++)
		assert_int_equal(pixels[i], 0x00ff00);
}

static void test_painting_at_the_edge(void **state)
{
	const uint32_t argb[4] = { 0xffff0000, 0xff00ff00, 0xff0000ff, 0xffffffff };
	uint16_t pixels[4] = { 0 };
	uint8_t bytes[4] = { 0 };

	(void)state;
	make(2, 2, 1, 1, argb);
	cursor_image_paint(&shape, 0, 0, &high_colour, (struct rect){ 0, 0, 2, 2 },
			   (uint8_t *)pixels, 4);
	assert_int_equal(pixels[0], 0xffff);
	assert_int_equal(pixels[1] | pixels[2] | pixels[3], 0);
	cursor_image_paint(&shape, 2, 2, &low_colour, (struct rect){ 0, 0, 2, 2 }, bytes, 2);
	assert_int_equal(bytes[3], 0xe0);
	assert_int_equal(bytes[0] | bytes[1] | bytes[2], 0);
	cursor_image_paint(&shape, 500, -70, &low_colour, (struct rect){ 0, 0, 2, 2 }, bytes, 2);
	assert_int_equal(bytes[0] | bytes[1] | bytes[2], 0);
}

static void test_arrow(void **state)
{
	(void)state;
	cursor_image_finish(&shape);
	assert_int_equal(cursor_image_init_arrow(&shape), 0);
	assert_int_equal(shape.hot_x | shape.hot_y, 0);
	assert_int_equal(shape.argb[0], 0xffffffff);
	assert_int_equal(shape.argb[1], 0);
	assert_int_equal(shape.argb[2 * shape.width + 1], 0xff000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_image_is_kept),
		cmocka_unit_test(test_hot_spots_outside),
		cmocka_unit_test(test_transparent_is_hidden),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_large_ones_shrink),
		cmocka_unit_test(test_mask_without_the_shadow),
		cmocka_unit_test(test_mask_of_something_faint),
		cmocka_unit_test(test_pixels),
		cmocka_unit_test(test_bitmap),
		cmocka_unit_test(test_bitmap_of_one_colour),
		cmocka_unit_test(test_painting),
		cmocka_unit_test(test_painting_at_the_edge),
		cmocka_unit_test(test_arrow),
	};

	return cmocka_run_group_tests(tests, NULL, finish);
}
