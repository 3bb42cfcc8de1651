/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How areas are cut into parts: completely, within the encodings' limits, and never too many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "encode/pixel_encoder.h"
#include "framebuffer/tile_map.h"

#define BIT(which) (UINT32_C(1) << (which))

enum { WIDTH = 7680, HEIGHT = 2160, N_RANDOM = 2000 };

static const struct link_speed far = { .min_rtt = 20000,
				       .tcp_rate = 2500000,
				       .round_rate = 2500000 };
static struct frame frame;
static struct rfb_server *server;
static struct rfb_client *client;
static struct pixel_part *parts;
static uint32_t random_state = 1;

static int random_below(int limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (int)((random_state >> 8) % (uint32_t)limit);
}

static int set_up(void **state)
{
	const struct pixel_format format = { 32, 24, 0xff0000, 0xff00, 0xff };
	struct out_queue out;

	(void)state;
	out_queue_init(&out);
	assert_int_equal(frame_init(&frame, WIDTH, HEIGHT, 4, 0xffffff), 0);
	assert_int_equal(rfb_server_create(&frame, &format, "test", &server), 0);
	assert_int_equal(rfb_client_create(server, &client), 0);
	assert_int_equal(rfb_client_feed(client, (const uint8_t[]){ 1 }, 1, &out), 0);
	out_queue_finish(&out);
	parts = calloc((size_t)(WIDTH / TILE_SIZE) * (HEIGHT / TILE_SIZE + 1), sizeof(*parts));
	assert_non_null(parts);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(parts);
	rfb_client_destroy(client);
	rfb_server_destroy(server);
	frame_finish(&frame);
	return 0;
}

/* Small, large, and narrow ones in both directions. */
static struct rect random_area(void)
{
	int w = 1 + random_below(random_below(2) ? 200 : WIDTH);
	int h = 1 + random_below(random_below(2) ? 200 : HEIGHT);

	return (struct rect){ random_below(WIDTH - w + 1), random_below(HEIGHT - h + 1), w, h };
}

static size_t count_tiles(struct rect area)
{
	int columns = (area.x + area.w - 1) / TILE_SIZE - area.x / TILE_SIZE + 1;
	int rows = (area.y + area.h - 1) / TILE_SIZE - area.y / TILE_SIZE + 1;

	return (size_t)columns * (size_t)rows;
}

/* Together they are as large as the area, all within it, and no two overlap. */
static void assert_cover(struct rect area, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++) {
		assert_false(rect_is_empty(parts[i].area));
		assert_true(rect_contains(area, parts[i].area));
		total += rect_area(parts[i].area);
		for (size_t k = 0; k < i; k++)
			assert_true(rect_is_empty(rect_intersect(parts[i].area, parts[k].area)));
	}
	assert_int_equal(total, rect_area(area));
}

static const struct {
	const char *name;
	struct client_encodings encodings;
	bool picture, moving;
	enum method expected;
	int max_width;
	size_t max_area;
	bool one; /* rectangle a part, as is known before it is encoded */
} cases[] = {
	{ "Raw", { .quality = -1 }, false, false, METHOD_RAW, WIDTH, WIDTH *HEIGHT, true },
	{ "Zlib",
	  { .known = BIT(CLIENT_ENCODING_ZLIB), .quality = -1 },
	  false,
	  false,
	  METHOD_ZLIB_SMALL,
	  WIDTH,
	  WIDTH *ZLIB_COLUMN,
	  true },
	{ "JPEG",
	  { .known = BIT(CLIENT_ENCODING_TIGHT), .quality = 8 },
	  true,
	  true,
	  METHOD_JPEG,
	  JPEG_WIDTH_MAX,
	  JPEG_AREA_MAX,
	  true },
	{ "ZRLE",
	  { .known = BIT(CLIENT_ENCODING_ZRLE), .quality = -1 },
	  false,
	  false,
	  METHOD_ZRLE,
	  WIDTH,
	  WIDTH *TILE_SIZE,
	  false },
};

static void test_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pixel_encoder encoder;

		pixel_encoder_init(&encoder, COMPRESSION_AUTO, client, &cases[i].encodings, &far,
				   &frame, NULL);
		for (int k = 0; k < N_RANDOM; k++) {
			struct rect area = random_area();
			size_t n = pixel_encoder_plan(&encoder, area, cases[i].picture,
						      cases[i].moving, WIDTH * HEIGHT / 4, parts);

			if (n > count_tiles(area))
				fail_msg("%s: %zu parts of %dx%d", cases[i].name, n, area.w,
					 area.h);
			assert_cover(area, n);
			for (size_t p = 0; p < n; p++) {
				assert_int_equal(parts[p].method, cases[i].expected);
				assert_in_range(parts[p].area.w, 1, cases[i].max_width);
				assert_in_range(rect_area(parts[p].area), 1, cases[i].max_area);
				assert_int_equal(pixel_encoder_makes_one(&encoder, &parts[p]),
						 cases[i].one);
			}
		}
		pixel_encoder_finish(&encoder);
	}
}

/* What moves is sent coarse rather than late. */
static void test_jpeg_quality_follows_the_link(void **state)
{
	const struct client_encodings encodings = { .known = BIT(CLIENT_ENCODING_TIGHT),
						    .quality = 9 };
	struct link_speed link = far;
	struct pixel_encoder encoder;
	struct rect area = { 0, 0, 1280, 800 };

	(void)state;
	pixel_encoder_init(&encoder, COMPRESSION_AUTO, client, &encodings, &link, &frame, NULL);
	for (int i = 0; i < 10; i++)
		pixel_encoder_plan(&encoder, area, true, true, rect_area(area), parts);
	assert_in_range(encoder.jpeg_quality, 1, 2);
	link.tcp_rate = link.round_rate = 125 * 1000 * 1000;
	encoder.costs.of[1][METHOD_JPEG].cpu = 0.1; /* or it would be too expensive */
	for (int i = 0; i < 10; i++)
		pixel_encoder_plan(&encoder, area, true, true, rect_area(area), parts);
	assert_int_equal(encoder.jpeg_quality, 9);
	pixel_encoder_finish(&encoder);
}

static const struct client_encodings raw_only = { .quality = -1 };

/* All colours as they are, and one bit of the others zero. */
static void test_padding(void **state)
{
	static const uint8_t expected[] = {
		[PADDING_ONES] = 0xff, [PADDING_ODD] = 0xfe, [PADDING_EVEN] = 0xfd
	};
	const struct rect area = { 3, 5, 70, 9 };
	struct pixel_encoder encoder;

	(void)state;
	pixel_encoder_init(&encoder, COMPRESSION_AUTO, client, &raw_only, &far, &frame, NULL);
	assert_true(pixel_encoder_can_pad(&encoder));
	for (int i = 0; i < 300 * 20; i++)
		*(uint32_t *)(uintptr_t)frame_at(
			&frame, i % 300, i / 300) = 0xff000000 | (uint32_t)random_below(0x1000000);
	for (enum padding padding = PADDING_ODD; padding <= PADDING_EVEN; padding++) {
		struct pixel_part part = { .area = area, .method = METHOD_RAW, .padding = padding };
		struct out_queue out;

		out_queue_init(&out);
		assert_true(pixel_encoder_makes_one(&encoder, &part));
		assert_int_equal(pixel_encoder_add(&encoder, &part, &out), 1);
		assert_int_equal(out.n_borrowed, 0);
		assert_int_equal(out.bytes_left, 12 + 4 * rect_area(area));
		for (int i = 0; i < area.w * area.h; i++) {
			const uint8_t *is = out.own + 12 + 4 * i;
			const uint8_t *was = frame_at(&frame, area.x + i % area.w,
						      area.y + i / area.w);

			assert_memory_equal(is, was, 3);
			assert_int_equal(is[3], expected[padding]);
		}
		out_queue_finish(&out);
	}
}

static void test_which_formats_have_padding(void **state)
{
	static const struct {
		int bytes;
		uint32_t colour;
		bool can;
	} formats[] = {
		{ 4, 0xffffff, true },	  { 4, 0xffffff00, true },  { 4, 0x3fffffff, true },
		{ 4, 0x7fffffff, false }, { 4, 0xffffffff, false }, { 4, 0xfffffffe, false },
		{ 4, 0xbffffffe, false }, { 2, 0xffff, false },	    { 2, 0x7fff, false },
		{ 1, 0x3f, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		struct pixel_encoder encoder;
		struct frame other;

		assert_int_equal(frame_init(&other, 64, 64, formats[i].bytes, formats[i].colour),
				 0);
		pixel_encoder_init(&encoder, COMPRESSION_AUTO, client, &raw_only, &far, &other,
				   NULL);
		assert_int_equal(pixel_encoder_can_pad(&encoder), formats[i].can);
		frame_finish(&other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_jpeg_quality_follows_the_link),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_which_formats_have_padding),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
