/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole updates, as bytes: their number of rectangles, what is in them, and what is unseen then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/wire.h"
#include "tests/scraper/random.h"
#include "viewer/update.h"

enum { WIDTH = 2048, HEIGHT = 1152 };

static const struct rect screen = { 0, 0, WIDTH, HEIGHT };
static struct frame frame;
static struct cursor_state cursor;
static struct screen_layout layout;
static unsigned leds;
static struct rfb_server *server;
static struct rfb_client *client;
static struct update update;
static struct out_queue out;

/* What the last update has. */
static struct {
	unsigned n;
	struct rect areas[64];
	int32_t encodings[64];
	size_t pixels;
} got;

static int set_up(void **state)
{
	const struct pixel_format format = { 32, 24, 0xff0000, 0xff00, 0xff };
	const struct update_source source = {
		.frame = &frame, .cursor = &cursor, .layout = &layout, .leds = &leds
	};
	struct random chance = { 3 };

	(void)state;
	assert_int_equal(frame_init(&frame, WIDTH, HEIGHT, 4, 0xffffff), 0);
	random_fill(&chance, frame.pixels, frame.stride * HEIGHT);
	assert_int_equal(rfb_server_create(&frame, &format, "test", &server), 0);
	assert_int_equal(rfb_client_create(server, &client), 0);
	assert_int_equal(update_init(&update, client, COMPRESSION_AUTO, &source), 0);
	update.link.min_rtt = 50;
	out_queue_init(&out);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	out_queue_finish(&out);
	update_finish(&update);
	rfb_client_destroy(client);
	rfb_server_destroy(server);
	frame_finish(&frame);
	return 0;
}

static void far_away(unsigned known)
{
	update.link = (struct link_speed){ .min_rtt = 40000, .tcp_rate = 2000000 };
	update.encodings.known = known;
	update.encodings.compression = -1;
}

/* The length of what follows a rectangle's header in the queue's own bytes. */
static size_t body_length(int32_t encoding, struct rect area, const uint8_t *bytes, bool borrowed)
{
	switch (encoding) {
	case RFB_RAW:
		return borrowed ? 0 : rect_area(area) * 4;
	case RFB_COPYRECT:
		return 4;
	case RFB_ZLIB:
		return 4 + wire_read_u32(bytes);
	default:
		fail_msg("encoding %d", encoding);
		return 0;
	}
}

/* Composes an update and reads it: raw pixels are borrowed from the frame, all else is copied. */
static void compose(enum update_part part)
{
	size_t at = 4;

	out_queue_finish(&out);
	out_queue_init(&out);
	memset(&got, 0, sizeof(got));
	long pixels = update_compose(&update, &out, -1, part);
	assert_true(pixels >= 0);
	assert_true(out.own_length >= 4);
	unsigned n = wire_read_u16(out.own + 2);
	assert_in_range(n, 0, 64);
	for (; got.n < n; got.n++) {
		const uint8_t *header = out.own + at;
		struct rect area;

		assert_true(at + 12 <= out.own_length);
		area = (struct rect){ wire_read_u16(header), wire_read_u16(header + 2),
				      wire_read_u16(header + 4), wire_read_u16(header + 6) };
		got.areas[got.n] = area;
		got.encodings[got.n] = (int32_t)wire_read_u32(header + 8);
		assert_true(rect_contains(screen, area));
		if (got.encodings[got.n] != RFB_COPYRECT)
			got.pixels += rect_area(area);
		at += 12 + body_length(got.encodings[got.n], area, header + 12, out.n_borrowed > 0);
	}
	assert_int_equal(at, out.own_length);
	assert_int_equal(got.pixels, pixels);
}

static void compose_first(void)
{
	compose(UPDATE_ALL);
	assert_int_equal(got.pixels, WIDTH * HEIGHT);
	assert_false(update_is_due(&update));
}

static void test_all_then_what_changed(void **state)
{
	const struct rect change = { 100, 70, 5, 3 };

	(void)state;
	assert_true(update_is_due(&update));
	compose_first();
	assert_int_equal(got.n, 1);
	tile_map_add(&update.unseen, change);
	assert_true(update_is_due(&update));
	compose(UPDATE_ALL);
	assert_int_equal(got.n, 1);
	assert_memory_equal(&got.areas[0], &change, sizeof(change));
	assert_int_equal(got.encodings[0], RFB_RAW);
	assert_int_equal(out_queue_total(&out), 4 + 12 + 5 * 3 * 4);
	assert_false(update_is_due(&update));
}

static void test_an_update_of_nothing(void **state)
{
	(void)state;
	compose_first();
	compose(UPDATE_ALL);
	assert_int_equal(got.n, 0);
	assert_int_equal(out_queue_total(&out), 4);
}

static void test_compressed_for_a_far_viewer(void **state)
{
	(void)state;
	far_away(1 << CLIENT_ENCODING_ZLIB);
	compose_first();
	for (unsigned i = 0; i < got.n; i++)
		assert_int_equal(got.encodings[i], RFB_ZLIB);
}

static void test_moves(void **state)
{
	const struct move move = { .to = { 0, 100, 400, 300 }, .dy = -50 };

	(void)state;
	far_away(1 << CLIENT_ENCODING_ZLIB | 1 << CLIENT_ENCODING_COPYRECT);
	compose_first();
	update_moved(&update, move, true);
	assert_true(update_is_due(&update));
	compose(UPDATE_ALL);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.encodings[0], RFB_COPYRECT);
	assert_int_equal(got.pixels, 0);
	assert_int_equal(wire_read_u16(out.own + 4 + 12 + 2), move_from(move).y);

	/* It does not have what it would copy; or the frame changes again before the update. */
	tile_map_add(&update.unseen, (struct rect){ 10, move_from(move).y, 5, 5 });
	update_moved(&update, move, true);
	assert_true(rect_is_empty(update.move.to));
	compose(UPDATE_ALL);
	update_moved(&update, move, false);
	assert_true(rect_is_empty(update.move.to));
	compose(UPDATE_ALL);
	assert_int_equal(got.pixels, rect_area(move.to));
}

static void test_no_moves_near(void **state)
{
	(void)state;
	update.encodings.known = 1 << CLIENT_ENCODING_COPYRECT;
	compose_first();
	assert_false(update_wants_moves(&update));
	update_moved(&update, (struct move){ .to = { 0, 100, 40, 30 }, .dy = -50 }, true);
	compose(UPDATE_ALL);
	assert_int_equal(got.encodings[0], RFB_RAW);
}

static void test_a_primer_and_the_rest(void **state)
{
	size_t primed;

	(void)state;
	update.encodings.known = 1 << CLIENT_ENCODING_SUPPORTED_MESSAGES;
	compose(UPDATE_PROBE);
	assert_int_equal(got.n, 0);
	assert_int_equal(tile_map_area(&update.unseen), WIDTH * HEIGHT);
	compose(UPDATE_PRIMER);
	assert_int_equal(update.plan.part, UPDATE_PRIMER);
	primed = got.pixels;
	assert_in_range(primed, 1, WIDTH * HEIGHT / 16);
	/* Half of each of its tiles is still to come, and all others are. */
	assert_int_equal(tile_map_area(&update.unseen), WIDTH * HEIGHT - primed);
	compose(UPDATE_ALL);
	/* Few rectangles cover a little more than what is unseen. */
	assert_in_range(got.pixels, WIDTH * HEIGHT - primed, WIDTH * HEIGHT);
	assert_true(tile_map_is_empty(&update.unseen));
}

static void test_another_size(void **state)
{
	(void)state;
	compose_first();
	assert_int_equal(update_resize(&update), 0);
	assert_int_equal(tile_map_area(&update.unseen), WIDTH * HEIGHT);
	compose_first();
}

#define TEST_CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_CASE(test_all_then_what_changed),
		TEST_CASE(test_an_update_of_nothing),
		TEST_CASE(test_compressed_for_a_far_viewer),
		TEST_CASE(test_moves),
		TEST_CASE(test_no_moves_near),
		TEST_CASE(test_a_primer_and_the_rest),
		TEST_CASE(test_another_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
