/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Areas that were sent with loss are sent again without, once they rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/lossless_refresh.h"

enum { WIDTH = 640, HEIGHT = 400, TILES = 10 * 7 };

static const struct rect screen = { 0, 0, WIDTH, HEIGHT }, film = { 64, 64, 128, 128 };
static struct lossless_refresh refresh;
static uint64_t now;

static int set_up(void **state)
{
	(void)state;
	now = 1000;
	assert_int_equal(lossless_refresh_init(&refresh, WIDTH, HEIGHT), 0);
	lossless_refresh_turn(&refresh, 0, now);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	lossless_refresh_finish(&refresh);
	return 0;
}

static void pass(uint64_t usec, uint64_t round)
{
	now += usec;
	lossless_refresh_turn(&refresh, round, now);
}

static void test_at_rest(void **state)
{
	(void)state;
	lossless_refresh_sent(&refresh, film, true);
	assert_int_equal(lossless_refresh_turn_due(&refresh), refresh.span_end);
	pass(LOSSLESS_REFRESH_SPAN, 0);
	assert_false(lossless_refresh_is_due(&refresh)); /* sent in the span before */
	pass(LOSSLESS_REFRESH_SPAN - 1, 0);
	assert_false(lossless_refresh_is_due(&refresh));
	pass(1, 0);
	assert_true(lossless_refresh_is_due(&refresh));
	lossless_refresh_take(&refresh, WIDTH * HEIGHT);
	assert_int_equal(tile_map_area(&refresh.taken), rect_area(film));
	assert_false(lossless_refresh_is_due(&refresh));
	assert_int_equal(lossless_refresh_turn_due(&refresh), UINT64_MAX);
}

static void test_a_film_is_never_due(void **state)
{
	(void)state;
	lossless_refresh_sent(&refresh, screen, true);
	for (int i = 0; i < 50; i++) {
		lossless_refresh_sent(&refresh, film, true);
		assert_true(lossless_refresh_is_moving(&refresh, film));
		pass(100000, 0);
	}
	assert_int_equal(tile_map_area(&refresh.due), rect_area(screen) - rect_area(film));
	assert_false(lossless_refresh_is_moving(&refresh, (struct rect){ 320, 0, 320, 400 }));
}

/* On a link that needs a second for an update, an area changing once a second is moving. */
static void test_slow_link(void **state)
{
	enum { ROUND = 1000000 };

	(void)state;
	for (int i = 0; i < 10; i++) {
		lossless_refresh_sent(&refresh, film, true);
		pass(ROUND, ROUND);
		if (i > 1)
			assert_true(lossless_refresh_is_moving(&refresh, film));
	}
	assert_false(lossless_refresh_is_due(&refresh));
	pass(2 * ROUND, ROUND);
	pass(2 * ROUND, ROUND);
	assert_true(lossless_refresh_is_due(&refresh));
}

static void test_sent_without_loss(void **state)
{
	(void)state;
	lossless_refresh_sent(&refresh, film, true);
	lossless_refresh_sent(&refresh, screen, false);
	assert_true(tile_map_is_empty(&refresh.lossy));
	lossless_refresh_sent(&refresh, film, true);
	pass(LOSSLESS_REFRESH_SPAN, 0);
	pass(LOSSLESS_REFRESH_SPAN, 0);
	assert_true(lossless_refresh_is_due(&refresh));
	lossless_refresh_sent(&refresh, screen,
			      false); /* something else was drawn there, and sent */
	assert_false(lossless_refresh_is_due(&refresh));
}

static void test_copies_take_the_loss_along(void **state)
{
	struct rect to = { 384, 128, 128, 128 }, clean = { 0, 320, 64, 64 };

	(void)state;
	lossless_refresh_sent(&refresh, film, true);
	lossless_refresh_copied(&refresh, clean, (struct rect){ 64, 320, 64, 64 });
	assert_int_equal(tile_map_area(&refresh.lossy), rect_area(film));
	lossless_refresh_copied(&refresh, film, to);
	assert_true(tile_map_touches(&refresh.lossy, to));
	pass(LOSSLESS_REFRESH_SPAN, 0);
	pass(LOSSLESS_REFRESH_SPAN, 0);
	struct rect again = { 512, 256, 128, 128 };
	lossless_refresh_copied(&refresh, film, again); /* areas that are due are lossy too */
	assert_true(tile_map_touches(&refresh.lossy, again));
}

static void test_what_scrolls_gets_clean(void **state)
{
	struct rect from = { 0, 18, screen.w, screen.h - 18 }, to = { 0, 0, from.w, from.h };
	struct rect line = { 0, from.h, screen.w, 18 };

	(void)state;
	/* A little lossy area scrolls up and away, followed by lossless lines. */
	lossless_refresh_sent(&refresh, (struct rect){ 70, 100, 20, 18 }, true);
	for (int i = 1; i < 5; i++) {
		lossless_refresh_copied(&refresh, from, to);
		lossless_refresh_sent(&refresh, line, false);
		assert_int_equal(tile_map_area(&refresh.lossy), 20 * 18);
		assert_true(tile_map_touches(&refresh.lossy,
					     (struct rect){ 70, 100 - 18 * i, 20, 18 }));
	}
	for (int i = 0; i < 3; i++)
		lossless_refresh_copied(&refresh, from, to);
	assert_true(tile_map_is_empty(&refresh.lossy));
}

static void test_a_part_at_a_time(void **state)
{
	size_t taken = 0;
	int n = 0;

	(void)state;
	lossless_refresh_sent(&refresh, screen, true);
	pass(LOSSLESS_REFRESH_SPAN, 0);
	pass(LOSSLESS_REFRESH_SPAN, 0);
	for (; lossless_refresh_is_due(&refresh); n++) {
		lossless_refresh_take(&refresh, 3 * TILE_SIZE * TILE_SIZE);
		assert_in_range(tile_map_area(&refresh.taken), 1, 3 * TILE_SIZE * TILE_SIZE);
		taken += tile_map_area(&refresh.taken);
	}
	assert_int_equal(taken, rect_area(screen));
	assert_in_range(n, TILES / 4, TILES / 2);
	/* It goes on, however little is allowed at a time. */
	lossless_refresh_sent(&refresh, film, true);
	pass(LOSSLESS_REFRESH_SPAN, 0);
	pass(LOSSLESS_REFRESH_SPAN, 0);
	lossless_refresh_take(&refresh, 0);
	assert_int_equal(tile_map_area(&refresh.taken), TILE_SIZE * TILE_SIZE);
	lossless_refresh_take(&refresh, 0);
	assert_int_equal(tile_map_area(&refresh.taken), TILE_SIZE * TILE_SIZE);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_at_rest),
		TEST(test_a_film_is_never_due),
		TEST(test_slow_link),
		TEST(test_sent_without_loss),
		TEST(test_copies_take_the_loss_along),
		TEST(test_what_scrolls_gets_clean),
		TEST(test_a_part_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
