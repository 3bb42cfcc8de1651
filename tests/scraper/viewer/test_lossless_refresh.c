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
	assert_int_equal(lossless_refresh_init(&refresh, WIDTH, HEIGHT, 0), 0);
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

static void rest(void)
{
	pass(LOSSLESS_REFRESH_REST, 0);
}

static void test_at_rest(void **state)
{
	(void)state;
	lossless_refresh_sent(&refresh, film, true);
	assert_int_equal(lossless_refresh_turn_due(&refresh), now + LOSSLESS_REFRESH_REST);
	pass(LOSSLESS_REFRESH_REST - 1, 0);
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
	pass(LOSSLESS_REFRESH_MOVING, 0);
	for (int i = 0; i < 50; i++) {
		lossless_refresh_sent(&refresh, film, true);
		assert_true(lossless_refresh_is_moving(&refresh, film));
		pass(100000, 0);
		assert_true(lossless_refresh_is_moving(&refresh, film));
	}
	assert_int_equal(tile_map_area(&refresh.due), rect_area(screen) - rect_area(film));
	lossless_refresh_take(&refresh, WIDTH * HEIGHT);
	pass(0, 0);
	assert_int_equal(lossless_refresh_turn_due(&refresh), now - 100000 + LOSSLESS_REFRESH_REST);
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
	pass(LOSSLESS_REFRESH_MOVING - 1, ROUND);
	assert_false(lossless_refresh_is_due(&refresh));
	pass(1, ROUND);
	assert_true(lossless_refresh_is_due(&refresh));
}

static void test_sent_without_loss(void **state)
{
	(void)state;
	lossless_refresh_sent(&refresh, film, true);
	lossless_refresh_sent(&refresh, screen, false);
	assert_true(tile_map_is_empty(&refresh.lossy));
	lossless_refresh_sent(&refresh, film, true);
	rest();
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
	rest();
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
	rest();
	for (; lossless_refresh_is_due(&refresh); n++) {
		lossless_refresh_take(&refresh, 3 * TILE_SIZE * TILE_SIZE);
		assert_in_range(tile_map_area(&refresh.taken), 1, 3 * TILE_SIZE * TILE_SIZE);
		taken += tile_map_area(&refresh.taken);
	}
	assert_int_equal(taken, rect_area(screen));
	assert_in_range(n, TILES / 4, TILES / 2);
	/* It goes on, however little is allowed at a time. */
	lossless_refresh_sent(&refresh, film, true);
	rest();
	lossless_refresh_take(&refresh, 0);
	assert_int_equal(tile_map_area(&refresh.taken), TILE_SIZE * TILE_SIZE);
	lossless_refresh_take(&refresh, 0);
	assert_int_equal(tile_map_area(&refresh.taken), TILE_SIZE * TILE_SIZE);
}

/* ---- a viewer that encodes again ---- */

/* The viewer reads it 1 ms later. */
static void send(struct rect area)
{
	lossless_refresh_sent_on(&refresh, area);
	pass(1000, 0);
}

/* Sends the area 30 times a second for a while. */
static void move(struct rect area, int n)
{
	for (int i = 0; i < n; i++) {
		pass(i ? 32000 : 0, 0);
		send(area);
	}
}

/* Until the lossy tiles are at rest, and just not yet. */
static void almost_rest(uint64_t round)
{
	uint64_t usec = LOSSLESS_REFRESH_MOVING + round +
			refresh.lossy.n_dirty * LOSSLESS_REFRESH_ENCODING;

	pass((usec > LOSSLESS_REFRESH_REST ? usec : LOSSLESS_REFRESH_REST) - 1, round);
	assert_false(lossless_refresh_is_due(&refresh));
}

static void rest_encoded(void)
{
	almost_rest(0);
	pass(1, 0);
	assert_true(lossless_refresh_is_due(&refresh));
}

static size_t due_pixels(void)
{
	return tile_map_area(&refresh.due);
}

static void test_sent_on_once(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		send(screen);
		pass(LOSSLESS_REFRESH_MOVING, 0);
	}
	assert_int_equal(lossless_refresh_turn_due(&refresh), UINT64_MAX);
	pass(10 * LOSSLESS_REFRESH_REST, 0);
	assert_false(lossless_refresh_is_due(&refresh));
	/* Text that is typed line after line, in another tile each. */
	for (int i = 0; i < 7; i++) {
		send((struct rect){ 5, 64 * i, 9, 16 });
		pass(100000, 0);
	}
	assert_int_equal(lossless_refresh_turn_due(&refresh), UINT64_MAX);
}

static void test_sent_on_in_motion(void **state)
{
	struct rect part = { 70, 70, 30, 50 };

	(void)state;
	send(part);
	pass(LOSSLESS_REFRESH_MOVING - 1, 0);
	send(part);
	assert_int_equal(lossless_refresh_turn_due(&refresh), now - 1000 + LOSSLESS_REFRESH_REST);
	rest_encoded();
	lossless_refresh_take_padded(&refresh, 0);
	assert_int_equal(tile_map_area(&refresh.taken), TILE_SIZE * TILE_SIZE);
	/* It is sent, and never again. */
	send(tile_map_rect(&refresh.taken, 1, 1));
	for (int i = 0; i < 10; i++) {
		pass(100000, 0);
		assert_int_equal(lossless_refresh_turn_due(&refresh), UINT64_MAX);
		assert_false(lossless_refresh_is_due(&refresh));
	}
}

/* All that comes into a block in motion, before or after, and what lies between. */
static void test_sent_on_into_a_block_in_motion(void **state)
{
	struct rect first = { 0, 0, 10, 10 }, later = { 300, 10, 10, 10 };
	struct rect elsewhere = { 512, 0, 10, 10 };

	(void)state;
	send(first);
	send(elsewhere);
	pass(50000, 0);
	move((struct rect){ 130, 130, 10, 10 }, 2);
	send(later);
	rest_encoded();
	assert_int_equal(due_pixels(), 5 * 3 * TILE_SIZE * TILE_SIZE);
	assert_false(tile_map_touches(&refresh.due, elsewhere));
	/* A cursor that blinks there does not hold it up. */
	send(later);
	assert_int_equal(due_pixels(), (5 * 3 - 1) * TILE_SIZE * TILE_SIZE);
}

/* What goes on next to it makes the rest lossy again: it waits for the whole block. */
static void test_sent_on_beside_a_film(void **state)
{
	struct rect left = { 0, 0, 128, 128 }, right = { 128, 0, 64, 128 };

	(void)state;
	move((struct rect){ 0, 0, 192, 128 }, 3);
	move(right, 60);
	assert_false(lossless_refresh_is_due(&refresh));
	rest_encoded();
	assert_true(tile_map_touches(&refresh.due, left));
	assert_true(tile_map_touches(&refresh.due, right));
}

/* Each time with bits that differ from those before, in every pixel of the tile. */
static void test_padding(void **state)
{
	enum { ONES, ODD, EVEN };
	int padding[TILE_SIZE] = { 0 }; /* of one row of the tile */

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct rect change = { 7 * i % TILE_SIZE, 3, 1 + 5 * i % 9, 2 };

		move(change, 2);
		for (int x = change.x; x < change.x + change.w; x++)
			padding[x] = ONES;
		rest_encoded();
		bool odd = lossless_refresh_take_padded(&refresh, 1 << 20);
		assert_int_equal(tile_map_area(&refresh.taken), TILE_SIZE * TILE_SIZE);
		for (int x = 0; x < TILE_SIZE; x++) {
			assert_int_not_equal(padding[x], odd ? ODD : EVEN);
			padding[x] = odd ? ODD : EVEN;
		}
		lossless_refresh_sent_on(&refresh, tile_map_rect(&refresh.taken, 0, 0));
		pass(LOSSLESS_REFRESH_MOVING, 0);
	}
}

static void test_one_padding_at_a_time(void **state)
{
	struct rect a = { 0, 0, 64, 64 }, b = { 0, 0, 192, 64 };
	size_t taken = 0;
	int n = 0;

	(void)state;
	move(a, 2);
	rest_encoded();
	lossless_refresh_take_padded(&refresh, 0);
	pass(LOSSLESS_REFRESH_MOVING, 0);
	move(b, 2);
	rest_encoded();
	for (; lossless_refresh_is_due(&refresh); n++) {
		lossless_refresh_take_padded(&refresh, 10 * TILE_SIZE * TILE_SIZE);
		taken += tile_map_area(&refresh.taken);
	}
	assert_int_equal(taken, rect_area(b));
	assert_int_equal(n, 2);
}

static void test_padded_parts(void **state)
{
	size_t taken = 0;

	(void)state;
	move(screen, 2);
	rest_encoded();
	for (; lossless_refresh_is_due(&refresh);) {
		lossless_refresh_take_padded(&refresh, 3 * TILE_SIZE * TILE_SIZE);
		assert_in_range(tile_map_area(&refresh.taken), 1, 3 * TILE_SIZE * TILE_SIZE);
		taken += tile_map_area(&refresh.taken);
	}
	assert_int_equal(taken, rect_area(screen));
	assert_int_equal(lossless_refresh_turn_due(&refresh), UINT64_MAX);
}

/* guacd keeps its cells' times when the size changes. */
static void test_another_size(void **state)
{
	(void)state;
	send(screen);
	assert_int_equal(refresh.newest, now);
	lossless_refresh_finish(&refresh);
	assert_int_equal(lossless_refresh_init(&refresh, 128, 128, refresh.newest), 0);
	pass(100000, 0);
	send((struct rect){ 0, 0, 128, 128 });
	rest_encoded();
	assert_int_equal(due_pixels(), 128 * 128);
}

/* A viewer that was stopped encodes only then what it was sent before. */
static void test_sent_on_and_read_late(void **state)
{
	(void)state;
	move(film, 2);
	lossless_refresh_sent_on(&refresh, film);
	pass(10 * LOSSLESS_REFRESH_REST, 0);
	assert_false(lossless_refresh_is_due(&refresh));
	rest_encoded();
	assert_int_equal(due_pixels(), rect_area(film));
	/* What is drawn soon after it has read is in motion for it, too. */
	lossless_refresh_take_padded(&refresh, WIDTH * HEIGHT);
	lossless_refresh_sent_on(&refresh, film);
	pass(10 * LOSSLESS_REFRESH_REST, 0);
	send(film);
	rest_encoded();
	assert_int_equal(due_pixels(), rect_area(film));
}

/* Where updates take long, guacd plans them late. */
static void test_sent_on_slowly(void **state)
{
	enum { ROUND = 600000 };

	(void)state;
	move(film, 2);
	almost_rest(ROUND);
	pass(1, ROUND);
	assert_true(lossless_refresh_is_due(&refresh));
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
		TEST(test_sent_on_once),
		TEST(test_sent_on_in_motion),
		TEST(test_sent_on_into_a_block_in_motion),
		TEST(test_sent_on_beside_a_film),
		TEST(test_padding),
		TEST(test_one_padding_at_a_time),
		TEST(test_padded_parts),
		TEST(test_another_size),
		TEST(test_sent_on_slowly),
		TEST(test_sent_on_and_read_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
