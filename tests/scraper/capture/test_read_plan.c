/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "capture/read_plan.h"
#include "tests/scraper/random.h"

enum { WIDTH = 640, HEIGHT = 400, MANY = 200 };

static size_t total_area(const struct rect *rects, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += rect_area(rects[i]);
	return sum;
}

static struct rect random_rect(struct random *chance, bool small)
{
	int x = (int)random_below(chance, WIDTH), y = (int)random_below(chance, HEIGHT);

	return (struct rect){ x, y, (int)random_below(chance, small ? 12 : WIDTH - (unsigned)x),
			      (int)random_below(chance, small ? 12 : HEIGHT - (unsigned)y) };
}

/* Whether the rectangles together cover `r`. */
static bool is_covered(const struct rect *rects, size_t n, struct rect r)
{
	for (int y = r.y; y < r.y + r.h; y++) {
		for (int x = r.x; x < r.x + r.w; x++) {
			size_t i = 0;

			while (i < n && !rect_contains(rects[i], (struct rect){ x, y, 1, 1 }))
				i++;
			if (i == n)
				return false;
		}
	}
	return true;
}

static void test_result_covers_all(void **state)
{
	struct random chance = { 1 };

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct rect damage[MANY], before[MANY], bounds = { 0, 0, 0, 0 };
		size_t n = random_below(&chance, round % 2 ? MANY : 12);

		for (size_t i = 0; i < n; i++) {
			damage[i] = random_rect(&chance, i % 4);
			bounds = rect_bounds(bounds, damage[i]);
		}
		memcpy(before, damage, n * sizeof(*damage));
		size_t left = read_plan_join(damage, n);
		assert_in_range(left, 0, READ_PLAN_MAX);
		for (size_t i = 0; i < left; i++) {
			assert_false(rect_is_empty(damage[i]));
			assert_true(rect_contains(bounds, damage[i]));
		}
		for (size_t i = 0; i < n; i++)
			assert_true(is_covered(damage, left, before[i]));
	}
}

static void test_joining_saves_more_than_it_costs(void **state)
{
	struct random chance = { 2 };

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct rect damage[READ_PLAN_MAX];
		size_t n = random_below(&chance, READ_PLAN_MAX + 1);

		for (size_t i = 0; i < n; i++)
			damage[i] = random_rect(&chance, false);
		size_t before = total_area(damage, n);
		size_t left = read_plan_join(damage, n);
		assert_in_range(total_area(damage, left), 0,
				before + (n - left) * READ_REQUEST_COST);
	}
}

static void test_cases(void **state)
{
	struct rect none[1] = { { 0, 0, 0, 0 } };
	struct rect near[2] = { { 10, 10, 20, 20 }, { 40, 10, 20, 20 } };
	struct rect apart[2] = { { 0, 0, 100, 100 }, { 2000, 1000, 100, 100 } };
	struct rect twice[2] = { { 5, 5, 50, 50 }, { 10, 10, 10, 10 } };
	struct rect both = { 10, 10, 50, 20 }, outer = { 5, 5, 50, 50 };

	(void)state;
	assert_int_equal(read_plan_join(none, 0), 0);
	assert_int_equal(read_plan_join(none, 1), 0);
	assert_int_equal(read_plan_join(near, 2), 1);
	assert_memory_equal(&near[0], &both, sizeof(both));
	assert_int_equal(read_plan_join(apart, 2), 2);
	assert_int_equal(read_plan_join(twice, 2), 1);
	assert_memory_equal(&twice[0], &outer, sizeof(outer));
}

/* 16 far apart stay; with a 17th, two are joined. */
static void test_limit(void **state)
{
	(void)state;
	for (size_t n = READ_PLAN_MAX; n <= READ_PLAN_MAX + 1; n++) {
		struct rect damage[READ_PLAN_MAX + 1];

		for (size_t i = 0; i < n; i++)
			damage[i] = (struct rect){ (int)(i % 5) * 6000, (int)(i / 5) * 6000, 200,
						   200 };
		assert_int_equal(read_plan_join(damage, n), READ_PLAN_MAX);
	}
}

static void test_adding(void **state)
{
	struct rect rects[3];
	size_t n = 0;

	(void)state;
	n = read_plan_add(rects, n, 3, (struct rect){ 0, 0, 0, 0 });
	assert_int_equal(n, 0);
	/* The same again, and a part of it. */
	n = read_plan_add(rects, n, 3, (struct rect){ 10, 10, 20, 20 });
	n = read_plan_add(rects, n, 3, (struct rect){ 10, 10, 20, 20 });
	n = read_plan_add(rects, n, 3, (struct rect){ 15, 15, 5, 5 });
	assert_int_equal(n, 1);
	n = read_plan_add(rects, n, 3, (struct rect){ 100, 0, 10, 10 });
	n = read_plan_add(rects, n, 3, (struct rect){ 200, 0, 10, 10 });
	assert_int_equal(n, 3);
	assert_int_equal(read_plan_area(rects, n), 400 + 100 + 100);
	/* One too many: the first grows. */
	n = read_plan_add(rects, n, 3, (struct rect){ 40, 10, 10, 20 });
	assert_int_equal(n, 3);
	assert_int_equal(rects[0].w, 40);
	/* One that has others in it. */
	n = read_plan_add(rects, n, 3, (struct rect){ 90, 0, 200, 50 });
	assert_int_equal(n, 2);
	assert_int_equal(read_plan_area(rects, n), 800 + 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_result_covers_all),
		cmocka_unit_test(test_adding),
		cmocka_unit_test(test_joining_saves_more_than_it_costs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
