/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "server/status_screen.h"

#define SECOND UINT64_C(1000000)

static struct status_screen screen;
static struct tile_map changes;

static struct status_text text_of(const char *headline)
{
	struct status_text text = { .headline = "" };

	snprintf(text.headline, sizeof(text.headline), "%s", headline);
	return text;
}

static void start(uint64_t since)
{
	struct status_text text = text_of("first");

	screen = (struct status_screen){ 0 };
	status_screen_write(&screen, &text, since);
	assert_int_equal(status_screen_show(&screen, since), 0);
	assert_int_equal(tile_map_init(&changes, screen.frame.width, screen.frame.height), 0);
}

static void stop_it(void)
{
	status_screen_hide(&screen);
	tile_map_finish(&changes);
}

static size_t draw(uint64_t now)
{
	tile_map_clear(&changes);
	assert_int_equal(status_screen_draw(&screen, now, &changes), 0);
	return tile_map_area(&changes);
}

static void test_nothing_is_drawn_while_nothing_changes(void **state)
{
	struct status_text text = text_of("first"), other = text_of("second");

	(void)state;
	start(0);
	assert_int_equal(screen.frame.width, STATUS_SCREEN_WIDTH);
	assert_true(status_screen_due(&screen) == UINT64_MAX);
	status_screen_write(&screen, &text, 0);
	assert_true(status_screen_due(&screen) == UINT64_MAX);
	assert_int_equal(draw(500 * SECOND), 0);
	status_screen_write(&screen, &other, 0);
	assert_int_equal(status_screen_due(&screen), 0);
	/* Some of the headline, and no more than that. */
	assert_in_range(draw(500 * SECOND), 1, 400 * 64);
	assert_true(status_screen_due(&screen) == UINT64_MAX);
	stop_it();
}

static void test_the_clock(void **state)
{
	(void)state;
	start(100 * SECOND);
	for (uint64_t second = 1; second < 20; second++) {
		assert_int_equal(status_screen_due(&screen), (100 + second) * SECOND);
		assert_int_equal(draw((100 + second) * SECOND - 1), 0);
		assert_in_range(draw((100 + second) * SECOND), 1, 64 * 64);
	}
	/* It may be drawn late: no second is made up for. */
	draw(200 * SECOND + 5);
	assert_int_equal(status_screen_due(&screen), 201 * SECOND);
	stop_it();
}

static void test_sizes(void **state)
{
	static const struct {
		int width, height, r;
	} cases[] = {
		{ 320, 200, 0 },	{ 319, 200, -EINVAL },	  { 320, 199, -EINVAL },
		{ 7680, 4320, 0 },	{ 4320, 7680, 0 },	  { 7681, 4320, -E2BIG },
		{ 7680, 4321, -E2BIG }, { 65535, 65535, -E2BIG }, { 0, 0, -EINVAL },
	};

	(void)state;
	start(0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		screen.width = screen.height = 1;
		assert_int_equal(status_screen_resize(&screen, cases[i].width, cases[i].height),
				 cases[i].r);
		assert_int_equal(screen.width, cases[i].r ? 1 : cases[i].width);
		assert_int_equal(screen.height, cases[i].r ? 1 : cases[i].height);
	}
	screen.width = 640;
	screen.height = 480;
	assert_int_equal(status_screen_show(&screen, 0), 0);
	assert_int_equal(screen.frame.width, 640);
	assert_int_equal(screen.frame.height, 480);
	/* One that cannot be made leaves the old one. */
	screen.width = 100000;
	assert_int_equal(status_screen_show(&screen, 0), -EINVAL);
	assert_int_equal(screen.frame.width, 640);
	stop_it();
	assert_false(status_screen_is_shown(&screen));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_drawn_while_nothing_changes),
		cmocka_unit_test(test_the_clock),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
