/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pixels go into an update, for viewers near and far. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/scraper/random.h"
#include "viewer/update_plan.h"

enum { WIDTH = 1024, HEIGHT = 768 };

static const struct rect screen = { 0, 0, WIDTH, HEIGHT };
static struct frame frame;
static struct rfb_server *server;
static struct rfb_client *client;
static struct client_encodings encodings;
static struct link_speed link_speed;
static struct pixel_encoder encoder;
static struct lossless_refresh refresh;
static struct tile_map unseen;
static struct update_plan plan;
static struct update_plan_sources sources;

/* The right half looks like a photograph, the left is flat. */
static void fill_frame(void)
{
	struct random chance = { 7 };

	for (int y = 0; y < HEIGHT; y++)
		for (int x = WIDTH / 2; x < WIDTH; x++) {
			uint8_t *pixel = frame.pixels + (size_t)y * frame.stride + (size_t)x * 4;

			for (int i = 0; i < 3; i++)
				pixel[i] = (uint8_t)random_next(&chance);
		}
}

static int set_up(void **state)
{
	const struct pixel_format format = { 32, 24, 0xff0000, 0xff00, 0xff };

	(void)state;
	encodings = (struct client_encodings){ .known = 1 << CLIENT_ENCODING_ZLIB |
							1 << CLIENT_ENCODING_TIGHT,
					       .quality = 6,
					       .compression = -1 };
	link_speed = (struct link_speed){ .min_rtt = 50 };
	assert_int_equal(frame_init(&frame, WIDTH, HEIGHT, 4, 0xffffff), 0);
	fill_frame();
	assert_int_equal(rfb_server_create(&frame, &format, "test", &server), 0);
	assert_int_equal(rfb_client_create(server, &client), 0);
	pixel_encoder_init(&encoder, COMPRESSION_AUTO, client, &encodings, &link_speed, &frame,
			   NULL);
	assert_int_equal(lossless_refresh_init(&refresh, WIDTH, HEIGHT, 0), 0);
	assert_int_equal(tile_map_init(&unseen, WIDTH, HEIGHT), 0);
	assert_int_equal(update_plan_resize(&plan, WIDTH, HEIGHT), 0);
	sources = (struct update_plan_sources){
		.frame = &frame,
		.link = &link_speed,
		.encoder = &encoder,
		.refresh = &refresh,
		.refresh_cost = 0.2,
		.unseen = &unseen,
		.visible = screen,
	};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	update_plan_finish(&plan);
	tile_map_finish(&unseen);
	lossless_refresh_finish(&refresh);
	pixel_encoder_finish(&encoder);
	rfb_client_destroy(client);
	rfb_server_destroy(server);
	frame_finish(&frame);
	return 0;
}

static void far_away(void)
{
	link_speed = (struct link_speed){ .min_rtt = 40000, .tcp_rate = 2000000 };
}

/* No pixel twice, and n_pixels is their number. */
static void check_parts(void)
{
	size_t pixels = 0;

	for (size_t i = 0; i < plan.n_parts; i++) {
		pixels += rect_area(plan.parts[i].area);
		for (size_t j = 0; j < i; j++)
			assert_true(rect_is_empty(
				rect_intersect(plan.parts[i].area, plan.parts[j].area)));
	}
	assert_int_equal(pixels, plan.n_pixels);
}

static void make(enum update_part part)
{
	update_plan_make(&plan, &sources, part);
	check_parts();
}

static void test_nothing(void **state)
{
	(void)state;
	make(UPDATE_ALL);
	assert_int_equal(plan.n_parts, 0);
	assert_int_equal(plan.n_pixels, 0);
}

static void test_near_all_is_raw_in_one(void **state)
{
	(void)state;
	tile_map_add(&unseen, screen);
	make(UPDATE_ALL);
	assert_int_equal(plan.n_parts, 1);
	assert_int_equal(plan.n_pixels, WIDTH * HEIGHT);
	assert_int_equal(plan.parts[0].method, METHOD_RAW);
	assert_int_equal(plan.parts[0].padding, PADDING_ONES);
	assert_false(lossless_refresh_is_due(&refresh));
}

static void test_far_text_and_pictures_are_apart(void **state)
{
	size_t pixels[2] = { 0 };

	(void)state;
	far_away();
	tile_map_add(&unseen, screen);
	make(UPDATE_ALL);
	assert_int_equal(plan.n_pixels, WIDTH * HEIGHT);
	for (size_t i = 0; i < plan.n_parts; i++) {
		const struct pixel_part *part = &plan.parts[i];

		pixels[part->picture] += rect_area(part->area);
		assert_int_equal(part->picture, part->area.x >= WIDTH / 2);
		assert_int_not_equal(part->method, METHOD_RAW);
		if (!part->picture)
			assert_false(method_is_lossy(part->method));
	}
	assert_int_equal(pixels[0], WIDTH * HEIGHT / 2);
	assert_int_equal(pixels[1], WIDTH * HEIGHT / 2);
}

static void test_only_what_the_viewer_has(void **state)
{
	(void)state;
	sources.visible = (struct rect){ 0, 0, 100, 90 };
	tile_map_add(&unseen, screen);
	make(UPDATE_ALL);
	assert_int_equal(plan.n_pixels, 100 * 90);
	tile_map_clear(&unseen);
	tile_map_add(&unseen, (struct rect){ 200, 200, 10, 10 });
	make(UPDATE_ALL);
	assert_int_equal(plan.n_parts, 0);
}

static void test_pointer(void **state)
{
	(void)state;
	sources.pointer = (struct rect){ 500, 500, 16, 16 };
	tile_map_add(&unseen, (struct rect){ 10, 10, 10, 10 });
	make(UPDATE_ALL);
	assert_false(plan.touches_pointer);
	tile_map_add(&unseen, (struct rect){ 510, 510, 10, 10 });
	make(UPDATE_ALL);
	assert_true(plan.touches_pointer);
}

static void test_a_probe_has_no_pixels(void **state)
{
	(void)state;
	tile_map_add(&unseen, screen);
	make(UPDATE_PROBE);
	assert_int_equal(plan.part, UPDATE_PROBE);
	assert_int_equal(plan.n_parts, 0);
}

static void test_a_primer_is_a_part_of_each_block(void **state)
{
	(void)state;
	tile_map_add(&unseen, (struct rect){ WIDTH / 2, 0, WIDTH / 2, HEIGHT });
	make(UPDATE_PRIMER);
	assert_int_equal(plan.part, UPDATE_PRIMER);
	assert_in_range(plan.n_parts, 2, 2 * 3);
	assert_in_range(plan.n_pixels, 1, 6 * TILE_SIZE * TILE_SIZE / 2);
	/* Nothing to make one of: all of it at once. */
	tile_map_clear(&unseen);
	tile_map_add(&unseen, (struct rect){ 0, 0, WIDTH / 2, HEIGHT });
	make(UPDATE_PRIMER);
	assert_int_equal(plan.part, UPDATE_ALL);
	assert_int_equal(plan.n_pixels, WIDTH / 2 * HEIGHT);
}

/* guacd has sent `area` on with loss, and it has come to rest. */
static void rest_after_motion(struct rect area)
{
	for (uint64_t now = 1000000; now <= 1300000; now += 100000) {
		lossless_refresh_turn(&refresh, 0, now);
		lossless_refresh_sent_on(&refresh, area);
	}
	lossless_refresh_turn(&refresh, 0, 1400000);
	lossless_refresh_turn(&refresh, 0, 9000000);
}

static void test_guacd_gets_it_again_when_there_is_nothing_else(void **state)
{
	const struct rect film = { 512, 0, 256, 256 };
	size_t refreshed = 0;

	(void)state;
	sources.encodes_again = true;
	rest_after_motion(film);
	assert_true(lossless_refresh_is_due(&refresh));
	tile_map_add(&unseen, (struct rect){ 0, 0, 10, 10 });
	make(UPDATE_ALL);
	assert_int_equal(plan.n_pixels, 100);
	assert_int_equal(plan.n_drawn, plan.n_parts);
	tile_map_clear(&unseen);
	for (int i = 0; i < 100 && lossless_refresh_is_due(&refresh); i++) {
		make(UPDATE_ALL);
		assert_int_equal(plan.n_drawn, 0);
		for (size_t k = 0; k < plan.n_parts; k++)
			assert_int_not_equal(plan.parts[k].padding, PADDING_ONES);
		assert_in_range(plan.n_pixels, 1, 64 * TILE_SIZE * TILE_SIZE);
		refreshed += plan.n_pixels;
	}
	assert_false(lossless_refresh_is_due(&refresh));
	assert_true(refreshed >= rect_area(film));
	make(UPDATE_ALL);
	assert_int_equal(plan.n_parts, 0);
}

/* Of what a far viewer was sent with loss, a little goes beside other pixels, without loss. */
static void test_far_refresh(void **state)
{
	(void)state;
	far_away();
	lossless_refresh_turn(&refresh, 0, 1000);
	lossless_refresh_sent(&refresh, screen, true);
	lossless_refresh_turn(&refresh, 0, 5000000);
	tile_map_add(&unseen, (struct rect){ 0, 0, 64, 64 });
	make(UPDATE_ALL);
	assert_true(plan.n_parts > plan.n_drawn);
	assert_true(plan.n_pixels < WIDTH * HEIGHT);
	for (size_t i = plan.n_drawn; i < plan.n_parts; i++)
		assert_false(method_is_lossy(plan.parts[i].method));
}

#define TEST_CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_CASE(test_nothing),
		TEST_CASE(test_near_all_is_raw_in_one),
		TEST_CASE(test_far_text_and_pictures_are_apart),
		TEST_CASE(test_only_what_the_viewer_has),
		TEST_CASE(test_pointer),
		TEST_CASE(test_a_probe_has_no_pixels),
		TEST_CASE(test_a_primer_is_a_part_of_each_block),
		TEST_CASE(test_guacd_gets_it_again_when_there_is_nothing_else),
		TEST_CASE(test_far_refresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
