/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "x11/resize_choice.h"

static const struct resize_mode modes[] = {
	{ 1920, 1080, 60000 }, { 2560, 1600, 60000 }, { 1280, 1024, 60000 }, { 1280, 1024, 75000 },
	{ 1024, 768, 60000 },  { 1280, 720, 50000 },  { 640, 480, 60000 },
};

static struct resize_abilities with_modes(void)
{
	return (struct resize_abilities){
		.modes = modes,
		.n_modes = sizeof(modes) / sizeof(*modes),
		.width = 1920,
		.height = 1080,
		.n_monitors = 1,
		.min_width = 8,
		.min_height = 8,
		.max_width = 32767,
		.max_height = 32767,
	};
}

static struct resize_plan decide(struct resize_abilities can, int width, int height)
{
	return resize_choose((struct size_request){ width, height, 1 }, &can);
}

static void assert_plan(struct resize_plan plan, enum resize_action action, int width, int height)
{
	assert_int_equal(plan.status, SIZE_DONE);
	assert_int_equal(plan.action, action);
	assert_int_equal(plan.width, width);
	assert_int_equal(plan.height, height);
}

static void test_invalid_requests(void **state)
{
	static const struct size_request invalid[] = {
		{ 0, 0, 1 },	 { 0, 600, 1 },	  { 800, 0, 1 },
		{ 800, 600, 0 }, { 800, 600, 2 }, { 800, 600, 255 },
	};
	struct resize_abilities can = with_modes();

	(void)state;
	for (size_t i = 0; i < sizeof(invalid) / sizeof(*invalid); i++) {
		struct resize_plan plan = resize_choose(invalid[i], &can);

		assert_int_equal(plan.status, SIZE_INVALID_LAYOUT);
		assert_int_equal(plan.action, RESIZE_NOTHING);
	}
}

static void test_too_large(void **state)
{
	struct resize_abilities can = with_modes();

	(void)state;
	can.takes_modes = true;
	assert_int_equal(decide(can, 65535, 65535).status, SIZE_NO_RESOURCES);
	assert_int_equal(decide(can, 7681, 4320).status, SIZE_NO_RESOURCES);
	assert_int_equal(decide(can, 7680, 4321).status, SIZE_NO_RESOURCES);
	assert_int_equal(decide(can, 4321, 7680).status, SIZE_NO_RESOURCES);
	assert_plan(decide(can, 7680, 4320), RESIZE_NEW_MODE, 7680, 4320);
	assert_plan(decide(can, 4320, 7680), RESIZE_NEW_MODE, 4320, 7680);
}

static void test_prohibited(void **state)
{
	struct resize_abilities can = with_modes();

	(void)state;
	can.is_prohibited = true;
	assert_int_equal(decide(can, 1280, 720).status, SIZE_PROHIBITED);
}

static void test_existing_modes(void **state)
{
	struct resize_abilities can = with_modes();
	struct resize_plan plan;

	(void)state;
	plan = decide(can, 1280, 1024);
	assert_plan(plan, RESIZE_USE_MODE, 1280, 1024);
	assert_int_equal(plan.mode, 3); /* the one with the higher rate */
	assert_plan(decide(can, 1920, 1080), RESIZE_NOTHING, 1920, 1080);
	/* The largest that fits, so that all of it is seen. */
	assert_plan(decide(can, 1434, 817), RESIZE_USE_MODE, 1280, 720);
	assert_plan(decide(can, 1919, 1079), RESIZE_USE_MODE, 1280, 1024);
	assert_plan(decide(can, 2559, 1600), RESIZE_NOTHING, 1920, 1080);
	assert_plan(decide(can, 7000, 4000), RESIZE_USE_MODE, 2560, 1600);
	assert_plan(decide(can, 600, 400), RESIZE_USE_MODE, 640, 480);
	can.n_modes = 0;
	assert_int_equal(decide(can, 600, 400).status, SIZE_PROHIBITED);
}

static void test_new_modes(void **state)
{
	struct resize_abilities can = with_modes();

	(void)state;
	can.takes_modes = true;
	assert_plan(decide(can, 1434, 817), RESIZE_NEW_MODE, 1434, 817);
	assert_plan(decide(can, 1024, 768), RESIZE_USE_MODE, 1024, 768);
	assert_plan(decide(can, 1, 1), RESIZE_NEW_MODE, 320, 200);
	can.max_width = 1366;
	can.max_height = 768;
	assert_plan(decide(can, 1434, 817), RESIZE_NEW_MODE, 1366, 768);
	can.width = 1366;
	can.height = 768;
	assert_plan(decide(can, 1434, 817), RESIZE_NOTHING, 1366, 768);
	can.n_modes = 0;
	assert_plan(decide(can, 1000, 700), RESIZE_NEW_MODE, 1000, 700);
}

static void test_no_monitor(void **state)
{
	struct resize_abilities can = with_modes();

	(void)state;
	can.n_monitors = 0;
	can.n_modes = 0;
	assert_plan(decide(can, 1434, 817), RESIZE_SCREEN, 1434, 817);
	assert_plan(decide(can, 1920, 1080), RESIZE_NOTHING, 1920, 1080);
}

static void test_several_monitors(void **state)
{
	struct resize_abilities can = with_modes();

	(void)state;
	can.n_monitors = 2;
	assert_int_equal(decide(can, 1280, 1024).status, SIZE_PROHIBITED);
	can.takes_modes = true;
	assert_plan(decide(can, 1280, 1024), RESIZE_SHARE, 1280, 1024);
	assert_plan(decide(can, 1920, 1080), RESIZE_NOTHING, 1920, 1080);
}

static void test_shares(void **state)
{
	const struct rect left = { 0, 0, 1024, 768 }, right = { 1024, 168, 800, 600 };

	(void)state;
	for (int width = 320; width < 4000; width += 7) {
		struct rect a = resize_share(left, 1824, 768, width, 517);
		struct rect b = resize_share(right, 1824, 768, width, 517);

		assert_int_equal(a.x, 0);
		assert_int_equal(a.y, 0);
		assert_int_equal(a.h, 517);
		assert_int_equal(b.x, a.w);
		assert_int_equal(b.x + b.w, width);
		assert_int_equal(b.y + b.h, 517);
		assert_true(a.w > b.w && b.w > 0);
	}
	struct rect same = resize_share(right, 1824, 768, 1824, 768);

	assert_memory_equal(&same, &right, sizeof(same));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_invalid_requests), cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_prohibited),	 cmocka_unit_test(test_existing_modes),
		cmocka_unit_test(test_new_modes),	 cmocka_unit_test(test_no_monitor),
		cmocka_unit_test(test_several_monitors), cmocka_unit_test(test_shares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
