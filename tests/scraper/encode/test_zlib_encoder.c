/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Zlib encoding, decoded with one inflate stream as in a viewer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/wire.h"
#include "encode/zlib_encoder.h"

enum { WIDTH = 301, HEIGHT = 203 };

static struct frame frame;
static struct zlib_encoder encoder;
static struct out_queue out;
static z_stream viewer;

static int set_up(void **state)
{
	uint32_t seed = 1;

	(void)state;
	assert_int_equal(frame_init(&frame, WIDTH, HEIGHT, 4, 0xffffff), 0);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++) {
			seed = seed * 1664525 + 1013904223;
			((uint32_t *)(void *)(frame.pixels + (size_t)y * frame.stride))[x] =
				x < WIDTH / 2 ? 0x123456 : seed >> 8;
		}
	encoder = (struct zlib_encoder){ 0 };
	out_queue_init(&out);
	viewer = (z_stream){ 0 };
	assert_int_equal(inflateInit(&viewer), Z_OK);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	frame_finish(&frame);
	zlib_encoder_finish(&encoder);
	out_queue_finish(&out);
	inflateEnd(&viewer);
	return 0;
}

/* Encodes and decodes `area`; the caller frees. */
static uint32_t *round_trip(struct rect area, bool coarse)
{
	static int level; /* another one each time */

	size_t start = out.own_length, size = rect_area(area) * 4;
	long length = zlib_encoder_add(&encoder, &frame, area, 1 + level++ % 9, coarse, &out);
	const uint8_t *data = out.own + start;
	uint32_t *pixels = malloc(size);

	assert_true(length > 4);
	assert_int_equal(length, out.own_length - start);
	assert_int_equal(wire_read_u32(data), length - 4);
	assert_non_null(pixels);
	viewer.next_in = (Bytef *)(uintptr_t)(data + 4);
	viewer.avail_in = (uInt)length - 4;
	viewer.next_out = (Bytef *)pixels;
	viewer.avail_out = (uInt)size;
	assert_int_equal(inflate(&viewer, Z_SYNC_FLUSH), Z_OK);
	assert_int_equal(viewer.avail_in, 0);
	assert_int_equal(viewer.avail_out, 0);
	return pixels;
}

static uint32_t truth(struct rect area, int i)
{
	uint32_t pixel;

	memcpy(&pixel, frame_at(&frame, area.x + i % area.w, area.y + i / area.w), 4);
	return pixel;
}

static const struct rect areas[] = {
	{ 0, 0, WIDTH, HEIGHT },
	{ 0, 0, 1, 1 },
	{ WIDTH - 1, 0, 1, HEIGHT },
	{ 100, 50, 130, 7 },
};

static void test_exact(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(areas) / sizeof(*areas); k++) {
		uint32_t *pixels = round_trip(areas[k], false);

		for (int i = 0; i < (int)rect_area(areas[k]); i++)
			assert_int_equal(pixels[i], truth(areas[k], i));
		free(pixels);
	}
}

/* The mean of one colour of the 2x2 pixels at x, y, without those beyond the edge. */
static uint32_t mean(int x, int y, int shift)
{
	uint32_t sum = 0;

	for (int i = 0; i < 4; i++) {
		int to_x = x + i % 2 < WIDTH ? x + i % 2 : x,
		    to_y = y + i / 2 < HEIGHT ? y + i / 2 : y;

		sum += truth(areas[0], to_y * WIDTH + to_x) >> shift & 255;
	}
	return sum / 4;
}

/* Flat areas stay exact, the rest is each 2x2 pixels' mean but for 3 bits, and takes fewer bytes.
 */
static void test_coarse(void **state)
{
	(void)state;
	uint32_t *pixels = round_trip(areas[0], true);
	size_t coarse = out.own_length;

	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++) {
			uint32_t is = pixels[y * WIDTH + x];

			if (x < WIDTH / 2)
				assert_int_equal(is, truth(areas[0], y * WIDTH + x));
			for (int shift = 0; shift < 24; shift += 8)
				assert_in_range(mean(x & ~1, y & ~1, shift) - (is >> shift & 255),
						0, 7);
		}
	}
	free(pixels);
	free(round_trip(areas[0], false));
	assert_true(coarse < (out.own_length - coarse) / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_exact, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_coarse, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
