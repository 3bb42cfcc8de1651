/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks the map against a plain reference: one byte a pixel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "framebuffer/tile_map.h"
#include "tests/scraper/random.h"

static struct rect random_rect(struct random *chance, int width, int height)
{
	return (struct rect){
		.x = (int)random_below(chance, (unsigned)width + 40) - 20,
		.y = (int)random_below(chance, (unsigned)height + 40) - 20,
		.w = (int)random_below(chance, random_below(chance, 2) ? 8 : (unsigned)width),
		.h = (int)random_below(chance, random_below(chance, 2) ? 8 : (unsigned)height),
	};
}

static void mark(uint8_t *pixels, int width, int height, struct rect area)
{
	area = rect_intersect(area, (struct rect){ 0, 0, width, height });
	for (int y = area.y; y < area.y + area.h; y++)
		memset(pixels + y * width + area.x, 1, (size_t)area.w);
}

/* The boxes of the map as pixels. */
static uint8_t *marked(const struct tile_map *map)
{
	uint8_t *pixels = calloc((size_t)map->width, (size_t)map->height);

	for (int row = 0; row < map->rows; row++)
		for (int column = 0; column < map->columns; column++)
			mark(pixels, map->width, map->height, tile_map_rect(map, column, row));
	return pixels;
}

static bool covers(const uint8_t *all, const uint8_t *some, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (some[i] && !all[i])
			return false;
	return true;
}

static size_t count(const uint8_t *pixels, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += pixels[i];
	return sum;
}

/* The rectangles are on the screen, cover all that is marked, and little more. */
static void check_rects(const struct tile_map *map)
{
	size_t n_pixels = (size_t)map->width * (size_t)map->height;
	size_t capacity = (size_t)map->columns * (size_t)map->rows, total = 0;
	struct rect *rects = calloc(capacity + 1, sizeof(*rects)), guard = { -1, -2, -3, -4 };
	uint8_t *boxes = marked(map), *sent = calloc(1, n_pixels);
	struct rect screen = { 0, 0, map->width, map->height };

	rects[capacity] = guard;
	size_t n = tile_map_rects(map, rects);
	assert_in_range(n, 0, capacity);
	assert_memory_equal(&rects[capacity], &guard, sizeof(guard));
	assert_int_equal(n == 0, tile_map_is_empty(map));
	for (size_t i = 0; i < n; i++) {
		assert_false(rect_is_empty(rects[i]));
		assert_true(rect_contains(screen, rects[i]));
		mark(sent, map->width, map->height, rects[i]);
		total += rect_area(rects[i]);
	}
	assert_true(covers(sent, boxes, n_pixels));
	assert_int_equal(count(boxes, n_pixels), tile_map_area(map));
	/* Each joining may add a quarter; repeated joining more, but within a bound. */
	assert_in_range(total, tile_map_area(map), tile_map_area(map) * 2);
	free(rects);
	free(boxes);
	free(sent);
}

static const int sizes[][2] = { { 1, 1 },     { 64, 64 },   { 65, 63 }, { 63, 65 },
				{ 128, 192 }, { 801, 601 }, { 1, 700 }, { 700, 1 } };
enum { N_SIZES = sizeof(sizes) / sizeof(*sizes) };

static void test_random_changes(void **state)
{
	struct random chance = { 1 };

	(void)state;
	for (int round = 0; round < 400; round++) {
		int width = sizes[round % N_SIZES][0], height = sizes[round % N_SIZES][1];
		size_t n_pixels = (size_t)width * (size_t)height;
		uint8_t *changed = calloc(1, n_pixels);
		struct tile_map map;

		assert_int_equal(tile_map_init(&map, width, height), 0);
		assert_true(tile_map_is_empty(&map));
		check_rects(&map);
		for (unsigned n = random_below(&chance, 12); n; n--) {
			struct rect area = random_rect(&chance, width, height);

			tile_map_add(&map, area);
			mark(changed, width, height, area);
		}
		uint8_t *boxes = marked(&map);
		assert_true(covers(boxes, changed, n_pixels));
		assert_int_equal(tile_map_is_empty(&map), count(changed, n_pixels) == 0);
		check_rects(&map);
		tile_map_clear(&map);
		assert_true(tile_map_is_empty(&map));
		assert_int_equal(tile_map_area(&map), 0);
		check_rects(&map);
		tile_map_finish(&map);
		free(boxes);
		free(changed);
	}
}

static void test_one_rectangle_is_kept_as_it_is(void **state)
{
	struct random chance = { 2 };

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct rect screen = { 0, 0, 801, 601 }, area = random_rect(&chance, 801, 601);
		struct rect expected = rect_intersect(area, screen), rects[13 * 10];
		struct tile_map map;

		assert_int_equal(tile_map_init(&map, 801, 601), 0);
		tile_map_add(&map, area);
		size_t n = tile_map_rects(&map, rects);
		assert_int_equal(n, rect_is_empty(expected) ? 0 : 1);
		if (n)
			assert_memory_equal(&rects[0], &expected, sizeof(expected));
		tile_map_finish(&map);
	}
}

static void test_a_text_cursor_and_a_clock_stay_apart(void **state)
{
	struct tile_map map;
	struct rect rects[40 * 25];

	(void)state;
	assert_int_equal(tile_map_init(&map, 2560, 1600), 0);
	tile_map_add(&map, (struct rect){ 100, 800, 2, 16 });
	tile_map_add(&map, (struct rect){ 2400, 805, 60, 12 });
	assert_int_equal(tile_map_rects(&map, rects), 2);
	assert_int_equal(rect_area(rects[0]) + rect_area(rects[1]), 2 * 16 + 60 * 12);
	tile_map_finish(&map);
}

static void test_maps_are_added(void **state)
{
	struct random chance = { 3 };

	(void)state;
	for (int round = 0; round < 100; round++) {
		struct tile_map a, b;

		assert_int_equal(tile_map_init(&a, 333, 222), 0);
		assert_int_equal(tile_map_init(&b, 333, 222), 0);
		for (int i = 0; i < 4; i++) {
			tile_map_add(&a, random_rect(&chance, 333, 222));
			tile_map_add(&b, random_rect(&chance, 333, 222));
		}
		uint8_t *of_a = marked(&a), *of_b = marked(&b);
		tile_map_add_map(&a, &b);
		uint8_t *sum = marked(&a);
		assert_true(covers(sum, of_a, 333 * 222));
		assert_true(covers(sum, of_b, 333 * 222));
		check_rects(&a);
		free(of_a);
		free(of_b);
		free(sum);
		tile_map_finish(&a);
		tile_map_finish(&b);
	}
}

/* tile_map_forget: whole tiles go, but none with a change outside the area. */
static void test_what_is_within_an_area_is_forgotten(void **state)
{
	struct random chance = { 5 };
	struct rect screen = { 0, 0, 333, 222 };

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct rect area = rect_intersect(random_rect(&chance, 333, 222), screen);
		struct tile_map map, old;

		assert_int_equal(tile_map_init(&map, 333, 222), 0);
		assert_int_equal(tile_map_init(&old, 333, 222), 0);
		for (int i = 0; i < 4; i++)
			tile_map_add(&map, random_rect(&chance, 333, 222));
		tile_map_add_map(&old, &map);
		tile_map_forget(&map, area);
		size_t dirty = 0;
		for (int row = 0; row < map.rows; row++) {
			for (int column = 0; column < map.columns; column++) {
				struct rect was = tile_map_rect(&old, column, row);
				struct rect is = tile_map_rect(&map, column, row);

				if (rect_contains(area, was))
					assert_true(rect_is_empty(is));
				else
					assert_memory_equal(&is, &was, sizeof(is));
				dirty += !rect_is_empty(is);
			}
		}
		assert_int_equal(map.n_dirty, dirty);
		tile_map_finish(&map);
		tile_map_finish(&old);
	}
}

static void test_touching(void **state)
{
	struct random chance = { 6 };
	bool seen[2] = { false, false };

	(void)state;
	for (int round = 0; round < 500; round++) {
		struct rect area = random_rect(&chance, 333, 222);
		uint8_t *inside = calloc(333, 222);
		bool expected = false;
		struct tile_map map;

		assert_int_equal(tile_map_init(&map, 333, 222), 0);
		tile_map_add(&map, random_rect(&chance, 100, 100));
		mark(inside, 333, 222, area);
		uint8_t *boxes = marked(&map);
		for (size_t i = 0; i < 333 * 222; i++)
			expected = expected || (inside[i] && boxes[i]);
		assert_int_equal(tile_map_touches(&map, area), expected);
		seen[expected] = true;
		free(inside);
		free(boxes);
		tile_map_finish(&map);
	}
	assert_true(seen[false] && seen[true]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_changes),
		cmocka_unit_test(test_one_rectangle_is_kept_as_it_is),
		cmocka_unit_test(test_a_text_cursor_and_a_clock_stay_apart),
		cmocka_unit_test(test_maps_are_added),
		cmocka_unit_test(test_what_is_within_an_area_is_forgotten),
		cmocka_unit_test(test_touching),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
