/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks absorbing against a plain reference, pixel by pixel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "framebuffer/frame.h"
#include "tests/scraper/random.h"

enum { CHUNK = 64 }; /* bytes: the step of columns */

static const struct format {
	int bytes;
	uint32_t mask;
} formats[] = {
	{ 4, 0x00ffffff }, { 4, 0x3fffffff }, { 4, 0xffffffff }, { 4, 0xffffff00 },
	{ 2, 0xffff },	   { 2, 0x7fff },     { 1, 0xff },	 { 1, 0x3f },
};
enum { N_FORMATS = sizeof(formats) / sizeof(*formats) };

static const int sizes[][2] = {
	{ 1, 1 },   { 3, 5 },	{ 15, 2 },   { 16, 64 },   { 17, 65 }, { 31, 63 },  { 33, 1 },
	{ 63, 64 }, { 64, 64 }, { 65, 129 }, { 127, 130 }, { 250, 3 }, { 321, 70 }, { 1, 200 },
};
enum { N_SIZES = sizeof(sizes) / sizeof(*sizes) };

/* A captured screen, at an address of any alignment. */
struct screen {
	uint8_t *allocated, *pixels;
	size_t stride;
};

static uint32_t load(const uint8_t *from, int bytes)
{
	uint32_t value = 0;

	memcpy(&value, from, (size_t)bytes);
	return value;
}

static struct screen make_screen(struct random *chance, int width, int height, int bytes)
{
	size_t stride = (size_t)width * (size_t)bytes + random_below(chance, 9);
	size_t shift = random_below(chance, 16);
	struct screen screen = { .stride = stride };

	/* Ends with the last pixel, so that a sanitizer sees reads past it. */
	screen.allocated = malloc(shift + stride * (size_t)(height - 1) +
				  (size_t)width * (size_t)bytes);
	screen.pixels = screen.allocated + shift;
	for (int y = 0; y < height; y++)
		random_fill(chance, screen.pixels + (size_t)y * stride,
			    (size_t)width * (size_t)bytes);
	return screen;
}

static const uint8_t *screen_at(const struct screen *screen, int x, int y, int bytes)
{
	return screen->pixels + (size_t)y * screen->stride + (size_t)x * (size_t)bytes;
}

/* The screen's pixel as the frame should have it: with all bits set that are no colour. */
static uint32_t expected_pixel(const struct screen *screen, int x, int y, int bytes, uint32_t mask)
{
	return (load(screen_at(screen, x, y, bytes), bytes) | ~mask) &
	       (uint32_t)(UINT64_MAX >> (64 - 8 * bytes));
}

/* The frame shows the screen within `area`. */
static void check_same(const struct frame *frame, const struct screen *screen, uint32_t mask,
		       struct rect area)
{
	int bytes = frame->bytes_per_pixel;

	for (int y = area.y; y < area.y + area.h; y++)
		for (int x = area.x; x < area.x + area.w; x++)
			assert_int_equal(load(frame_at(frame, x, y), bytes),
					 expected_pixel(screen, x, y, bytes, mask));
}

static bool is_in(struct rect r, int x, int y)
{
	return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

/* The box to report for what differs within `area` in a tile: rows exactly, columns in steps. */
static struct rect expected_box(const struct frame *before, const struct screen *screen,
				uint32_t mask, struct rect area, int column, int row)
{
	int bytes = before->bytes_per_pixel, step = CHUNK / bytes;
	struct rect tile = { column * TILE_SIZE, row * TILE_SIZE, TILE_SIZE, TILE_SIZE };
	struct rect box = { 0, 0, 0, 0 };

	for (int y = tile.y; y < tile.y + tile.h && y < before->height; y++) {
		for (int x = tile.x; x < tile.x + tile.w && x < before->width; x++) {
			if (!is_in(area, x, y) || load(frame_at(before, x, y), bytes) ==
							  expected_pixel(screen, x, y, bytes, mask))
				continue;
			struct rect chunk = { x / step * step, y, step, 1 };

			if (step > TILE_SIZE) /* one byte a pixel: a tile is one step */
				chunk.w = TILE_SIZE;
			box = rect_bounds(box, chunk);
		}
	}
	return rect_intersect(box, (struct rect){ 0, 0, before->width, before->height });
}

static void check_changes(const struct frame *before, const struct screen *screen, uint32_t mask,
			  struct rect area, const struct tile_map *changes)
{
	for (int row = 0; row < changes->rows; row++) {
		for (int column = 0; column < changes->columns; column++) {
			struct rect box = tile_map_rect(changes, column, row);
			struct rect expected = expected_box(before, screen, mask, area, column,
							    row);

			assert_memory_equal(&box, &expected, sizeof(box));
		}
	}
}

static void copy_frame(const struct frame *from, struct frame *to)
{
	*to = *from;
	to->pixels = malloc(from->stride * (size_t)from->height);
	memcpy(to->pixels, from->pixels, from->stride * (size_t)from->height);
}

/* An aligned area, often one at the right or bottom edge. */
static struct rect random_area(struct random *chance, const struct frame *frame)
{
	int x = (int)random_below(chance, (unsigned)frame->width);
	int y = (int)random_below(chance, (unsigned)frame->height);
	bool to_edge = random_below(chance, 2);
	unsigned w = (unsigned)(frame->width - x), h = (unsigned)(frame->height - y);
	struct rect area = { x, y, (int)(to_edge ? w : 1 + random_below(chance, w)),
			     (int)(to_edge ? h : 1 + random_below(chance, h)) };

	return frame_align(frame, area);
}

/* Changes a few pixels of the screen, some only in bits that are no colour. */
static void change_some(struct random *chance, struct screen *screen, const struct frame *frame)
{
	for (unsigned n = random_below(chance, 5); n; n--) {
		unsigned x = random_below(chance, (unsigned)frame->width *
							  (unsigned)frame->bytes_per_pixel);
		unsigned y = random_below(chance, (unsigned)frame->height);

		screen->pixels[y * screen->stride + x] ^= (uint8_t)(1U << random_below(chance, 8));
	}
}

static void check_absorb(struct frame *frame, const struct screen *screen, uint32_t mask,
			 struct rect area)
{
	struct tile_map changes;
	struct frame before;
	const uint8_t *pixels = screen_at(screen, area.x, area.y, frame->bytes_per_pixel);

	copy_frame(frame, &before);
	assert_int_equal(tile_map_init(&changes, frame->width, frame->height), 0);
	frame_absorb(frame, pixels, screen->stride, area, &changes);
	check_same(frame, screen, mask, area);
	check_changes(&before, screen, mask, area, &changes);

	/* The rest is unchanged. */
	for (int y = 0; y < frame->height; y++)
		for (int x = 0; x < frame->width; x++)
			if (!is_in(area, x, y))
				assert_memory_equal(frame_at(frame, x, y), frame_at(&before, x, y),
						    (size_t)frame->bytes_per_pixel);
	/* The second time, nothing differs. */
	tile_map_clear(&changes);
	frame_absorb(frame, pixels, screen->stride, area, &changes);
	assert_true(tile_map_is_empty(&changes));
	tile_map_finish(&changes);
	free(before.pixels);
}

static void run_case(struct random *chance, const struct format *format, int width, int height)
{
	struct screen screen = make_screen(chance, width, height, format->bytes);
	struct rect whole = { 0, 0, width, height };
	struct frame frame;

	assert_int_equal(frame_init(&frame, width, height, format->bytes, format->mask), 0);
	check_absorb(&frame, &screen, format->mask, random_area(chance, &frame));
	check_absorb(&frame, &screen, format->mask, whole);
	for (int i = 0; i < 6; i++) {
		change_some(chance, &screen, &frame);
		check_absorb(&frame, &screen, format->mask, random_area(chance, &frame));
	}
	check_absorb(&frame, &screen, format->mask, whole);
	free(screen.allocated);
	frame_finish(&frame);
}

static void test_absorb(void **state)
{
	struct random chance = { 7 };

	(void)state;
	for (int f = 0; f < N_FORMATS; f++)
		for (int s = 0; s < N_SIZES; s++)
			run_case(&chance, &formats[f], sizes[s][0], sizes[s][1]);
}

static void test_absorb_random_sizes(void **state)
{
	struct random chance = { 8 };

	(void)state;
	for (int i = 0; i < 100; i++)
		run_case(&chance, &formats[random_below(&chance, N_FORMATS)],
			 1 + (int)random_below(&chance, 200), 1 + (int)random_below(&chance, 150));
}

static void test_a_new_frame_is_black(void **state)
{
	(void)state;
	for (int f = 0; f < N_FORMATS; f++) {
		struct frame frame;

		assert_int_equal(frame_init(&frame, 100, 9, formats[f].bytes, formats[f].mask), 0);
		assert_int_equal(frame.stride % CHUNK, 0);
		assert_int_equal((uintptr_t)frame.pixels % CHUNK, 0);
		assert_in_range(frame.stride, 100 * (size_t)formats[f].bytes,
				100 * (size_t)formats[f].bytes + CHUNK - 1);
		for (int x = 0; x < 100; x++)
			assert_int_equal(load(frame_at(&frame, x, 8), formats[f].bytes) &
						 formats[f].mask,
					 0);
		frame_finish(&frame);
		assert_null(frame.pixels);
	}
}

static void test_limits(void **state)
{
	static const struct {
		int width, height, bytes, result;
	} cases[] = {
		{ 1, 1, 4, 0 },	  { 32767, 1, 4, 0 }, { 1, 32767, 1, 0 },   { 0, 1, 4, -22 },
		{ 1, 0, 4, -22 }, { -1, 5, 4, -22 },  { 32768, 1, 4, -22 }, { 1, 32768, 4, -22 },
		{ 1, 1, 0, -22 }, { 1, 1, 3, -22 },   { 1, 1, 8, -22 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct frame frame, untouched;

		memset(&frame, 0x5a, sizeof(frame));
		untouched = frame;
		assert_int_equal(
			frame_init(&frame, cases[i].width, cases[i].height, cases[i].bytes, 255),
			cases[i].result);
		if (cases[i].result < 0)
			assert_memory_equal(&frame, &untouched, sizeof(frame));
		else
			frame_finish(&frame);
	}
}

static void test_align(void **state)
{
	struct random chance = { 9 };

	(void)state;
	for (int i = 0; i < 2000; i++) {
		const struct format *format = &formats[random_below(&chance, N_FORMATS)];
		int width = 1 + (int)random_below(&chance, 300), step = CHUNK / format->bytes;
		struct frame frame = { .width = width,
				       .height = 50,
				       .bytes_per_pixel = format->bytes };
		int x = (int)random_below(&chance, (unsigned)width);
		struct rect area = { x, 3, 1 + (int)random_below(&chance, (unsigned)(width - x)),
				     7 };
		struct rect wide = frame_align(&frame, area);

		assert_true(rect_contains(wide, area));
		assert_true(rect_contains((struct rect){ 0, 0, width, 50 }, wide));
		assert_int_equal(wide.x % step, 0);
		assert_true(wide.x + wide.w == width || (wide.x + wide.w) % step == 0);
		assert_true(wide.w < area.w + 2 * step);
		assert_int_equal(wide.y, area.y);
		assert_int_equal(wide.h, area.h);
	}
}

static void test_row_differs(void **state)
{
	struct random chance = { 10 };
	bool seen[2] = { false, false };

	(void)state;
	for (int i = 0; i < 2000; i++) {
		const struct format *format = &formats[random_below(&chance, N_FORMATS)];
		int width = 1 + (int)random_below(&chance, 70);
		struct rect row = { 0, 2, width, 1 };
		struct frame frame;
		struct tile_map changes;
		struct screen screen = make_screen(&chance, width, 3, format->bytes);
		bool expected = false;

		assert_int_equal(frame_init(&frame, width, 3, format->bytes, format->mask), 0);
		assert_int_equal(tile_map_init(&changes, width, 3), 0);
		frame_absorb(&frame, screen.pixels, screen.stride, (struct rect){ 0, 0, width, 3 },
			     &changes);
		change_some(&chance, &screen, &frame);
		for (int x = 0; x < width; x++)
			expected = expected || load(frame_at(&frame, x, 2), format->bytes) !=
						       expected_pixel(&screen, x, 2, format->bytes,
								      format->mask);
		assert_int_equal(
			frame_row_differs(&frame, screen_at(&screen, 0, 2, format->bytes), row),
			expected);
		seen[expected] = true;
		tile_map_finish(&changes);
		frame_finish(&frame);
		free(screen.allocated);
	}
	assert_true(seen[false] && seen[true]);
}

/* Asks about a frame with `edges` changes of colour in `of` pixels. */
static bool is_picture(int bytes, int width, int height, uint32_t edges, uint32_t of)
{
	struct random chance = { 1 };
	struct frame frame;
	uint32_t colour = 0;

	assert_int_equal(frame_init(&frame, width, height, bytes, 0xffffff), 0);
	for (int y = 0; y < height && bytes == 4; y++)
		for (int x = 0; x < width; x++) {
			if (random_below(&chance, of) < edges)
				colour += 77;
			memcpy(frame.pixels + (size_t)y * frame.stride + (size_t)x * 4, &colour, 4);
		}
	bool answer = frame_is_picture(&frame, (struct rect){ 0, 0, width, height });
	frame_finish(&frame);
	return answer;
}

static void test_pictures(void **state)
{
	(void)state;
	assert_true(is_picture(4, 640, 480, 1, 1));
	assert_true(is_picture(4, 640, 480, 1, 2));
	assert_false(is_picture(4, 640, 480, 1, 5)); /* dense text */
	assert_false(is_picture(4, 640, 480, 0, 1));
	assert_true(is_picture(4, 99, 1, 1, 1));
	assert_false(is_picture(4, 1, 99, 1, 1));
	assert_false(is_picture(2, 640, 480, 1, 1)); /* not 32 bits */
}

static void test_blank(void **state)
{
	(void)state;
	for (int f = 0; f < N_FORMATS; f++) {
		for (int i = 0; i < N_SIZES; i++) {
			int width = sizes[i][0], height = sizes[i][1];
			struct frame frame;

			assert_int_equal(frame_init(&frame, width, height, formats[f].bytes,
						    formats[f].mask),
					 0);
			assert_true(frame_is_blank(&frame));
			memset(frame.pixels, 0x11, frame.stride * (size_t)height);
			assert_true(frame_is_blank(&frame));
			/* What is beyond the last column does not count. */
			if ((size_t)(width * formats[f].bytes) < frame.stride)
				frame.pixels[frame.stride - 1] = 0;
			assert_true(frame_is_blank(&frame));
			uint8_t *last = frame.pixels + frame.stride * (size_t)(height - 1) +
					(width - 1) * formats[f].bytes;
			*last ^= 1;
			assert_int_equal(frame_is_blank(&frame), width * height == 1);
			*last ^= 1;
			*frame.pixels ^= 1;
			assert_int_equal(frame_is_blank(&frame), width * height == 1);
			frame_finish(&frame);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_new_frame_is_black),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_align),
		cmocka_unit_test(test_absorb),
		cmocka_unit_test(test_absorb_random_sizes),
		cmocka_unit_test(test_row_differs),
		cmocka_unit_test(test_pictures),
		cmocka_unit_test(test_blank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
