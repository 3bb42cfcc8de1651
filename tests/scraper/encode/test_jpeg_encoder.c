/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tight's JPEG rectangles, decoded as in a viewer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "encode/jpeg_encoder.h"

enum { WIDTH = 700, HEIGHT = 500 };

static struct frame frame;
static struct jpeg_encoder encoder;
static struct out_queue out;

static int set_up(void **state)
{
	(void)state;
	assert_int_equal(frame_init(&frame, WIDTH, HEIGHT, 4, 0xffffff), 0);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			((uint32_t *)(void *)(frame.pixels + (size_t)y * frame.stride))[x] =
				(uint32_t)(x * 255 / WIDTH) << 16 |
				(uint32_t)(y * 255 / HEIGHT) << 8 | 60;
	encoder = (struct jpeg_encoder){ 0 };
	out_queue_init(&out);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	frame_finish(&frame);
	jpeg_encoder_finish(&encoder);
	out_queue_finish(&out);
	return 0;
}

/* Decodes one rectangle's data; checks its form. The caller frees. */
static uint32_t *decode(const uint8_t *data, long length, struct rect area)
{
	uint32_t *pixels = calloc(rect_area(area), 4);
	struct jpeg_decompress_struct decoder;
	struct jpeg_error_mgr errors; /* at an error it ends the process, which is right here */
	unsigned long jpeg = data[1] & 0x7f;
	long header = 2;

	assert_int_equal(data[0], 0x90);
	if (data[1] & 0x80) {
		jpeg |= (data[2] & 0x7fUL) << 7;
		header = 3;
		if (data[2] & 0x80) {
			jpeg |= (unsigned long)data[3] << 14;
			header = 4;
		}
	}
	assert_int_equal(jpeg, length - header);
	decoder.err = jpeg_std_error(&errors);
	jpeg_create_decompress(&decoder);
	jpeg_mem_src(&decoder, (unsigned char *)(uintptr_t)data + header, jpeg);
	assert_int_equal(jpeg_read_header(&decoder, TRUE), JPEG_HEADER_OK);
	decoder.out_color_space = JCS_EXT_BGRX;
	assert_true(jpeg_start_decompress(&decoder));
	assert_int_equal(decoder.output_width, area.w);
	assert_int_equal(decoder.output_height, area.h);
	while (decoder.output_scanline < decoder.output_height) {
		JSAMPROW row = (JSAMPROW)(pixels + decoder.output_scanline * (size_t)area.w);

		assert_int_equal(jpeg_read_scanlines(&decoder, &row, 1), 1);
	}
	assert_true(jpeg_finish_decompress(&decoder));
	assert_int_equal(errors.num_warnings, 0);
	jpeg_destroy_decompress(&decoder);
	return pixels;
}

static void check(struct rect area, int quality)
{
	size_t start = out.own_length;
	long length = jpeg_encoder_add(&encoder, &frame, area, quality, &out);

	assert_true(length > 0);
	assert_int_equal(length, out.own_length - start);
	uint32_t *pixels = decode(out.own + start, length, area);
	for (int i = 0; i < (int)rect_area(area); i++) {
		uint32_t was = *(const uint32_t *)(const void *)frame_at(
			&frame, area.x + i % area.w, area.y + i / area.w);

		for (int shift = 0; shift < 24; shift += 8)
			assert_in_range((int)(pixels[i] >> shift & 255) -
						(int)(was >> shift & 255) + 40,
					0, 80);
	}
	free(pixels);
}

static void test_every_quality_and_shape(void **state)
{
	static const struct rect areas[] = {
		{ 0, 0, WIDTH, HEIGHT },
		{ 0, 0, 1, 1 },
		{ 699, 0, 1, 500 },
		{ 33, 17, 129, 63 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(areas) / sizeof(*areas); i++)
		for (int quality = 0; quality <= 9; quality++)
			check(areas[i], quality);
}

static void test_takes(void **state)
{
	struct frame other;

	(void)state;
	assert_true(jpeg_encoder_takes(&frame));
	assert_int_equal(frame_init(&other, 10, 10, 2, 0xffff), 0);
	assert_false(jpeg_encoder_takes(&other));
	frame_finish(&other);
	assert_int_equal(frame_init(&other, 10, 10, 4, 0x3fffffff), 0);
	assert_false(jpeg_encoder_takes(&other));
	frame_finish(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_quality_and_shape, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_takes, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
