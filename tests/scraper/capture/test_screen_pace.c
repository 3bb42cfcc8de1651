/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the screen is captured, by a clock of our own, for sources of every kind; no X. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture/screen.h"
#include "tests/scraper/fake_display.h"

#define SECOND UINT64_C(1000000)
#define START (6 * SECOND)

enum { WIDTH = 1600, HEIGHT = 1200, PARTS_MAX = 12 };

/* Draws frames, each in parts one after the other. */
struct source {
	unsigned rate;		/* frames a second */
	unsigned n_parts, step; /* from one part to the next, µs */
	struct rect parts[PARTS_MAX];
	unsigned frame, part;	  /* the next one */
	uint64_t begin, drawn;	  /* when its first part was due; when the frame was whole */
	unsigned n_seen;	  /* frames that were captured */
	uint8_t seen;		  /* the last */
	unsigned n_torn;	  /* captures that show two frames */
	unsigned n_late;	  /* frames seen more than half a period after they were whole */
	uint64_t latest, latency; /* µs, from whole to seen: the most; the sum */
};

static struct screen screen;
static uint64_t now;

static void on_damaged(void *userdata)
{
	(void)userdata;
	screen_damaged(&screen, now);
}

static void start(unsigned frame_rate)
{
	now = START - SECOND;
	fake_display_start(WIDTH, HEIGHT, on_damaged, NULL);
	screen = (struct screen){ .display = NULL };
	assert_int_equal(screen_start(&screen, &fake.display, frame_rate, now), 0);
	assert_true(screen_capture_due(&screen, now) <= now);
	screen_capture(&screen, now);
	now = START;
}

static void finish(void)
{
	screen_finish(&screen);
	fake_display_stop();
}

static uint64_t next_draw(const struct source *source)
{
	return source->begin + (uint64_t)source->frame * SECOND / source->rate +
	       source->part * source->step;
}

static void draw(struct source *source)
{
	fake_draw(source->parts[source->part], (uint8_t)(source->frame + 1));
	source->part++;
	if (source->part < source->n_parts)
		return;
	source->part = 0;
	source->frame++;
	source->drawn = now;
}

static uint8_t shown(struct rect area)
{
	return *frame_at(&screen.frame, area.x, area.y);
}

/* Whether the source has been drawing for a second: by then it must be known. */
static bool is_known(void)
{
	return now > START + SECOND;
}

/* What a capture has shown of the source's frames. */
static void look(struct source *source)
{
	uint8_t id = shown(source->parts[source->n_parts - 1]);
	uint64_t latency = now - source->drawn;

	for (unsigned i = 0; i < source->n_parts; i++)
		if (shown(source->parts[i]) != id) {
			source->n_torn += is_known();
			return;
		}
	if (id == source->seen || id != (uint8_t)source->frame)
		return;
	source->seen = id;
	source->n_seen++;
	source->latency += latency;
	source->n_late += latency > SECOND / source->rate / 2;
	if (is_known() && latency > source->latest)
		source->latest = latency;
}

/*
 * Runs `n` sources for some seconds, for a viewer that waits again `busy` µs after each capture.
 * Returns the number of captures.
 */
static unsigned run(struct source *sources, size_t n, unsigned seconds, unsigned busy)
{
	uint64_t end = now + seconds * SECOND, ready = now;
	unsigned n_captures = 0;

	for (size_t i = 0; i < n; i++)
		sources[i].begin = now + i * 5000;
	while (now < end) {
		uint64_t due = now >= ready ? screen_capture_due(&screen, now) : ready;
		uint64_t next = due > now ? due : now;

		if (now >= ready && due <= now) {
			screen_capture(&screen, now);
			n_captures++;
			if (!screen.n_too_late) /* or it is sent nothing */
				ready = now + busy;
			for (size_t i = 0; i < n; i++)
				look(&sources[i]);
			continue;
		}
		struct source *first = &sources[0];

		for (size_t i = 1; i < n; i++)
			if (next_draw(&sources[i]) < next_draw(first))
				first = &sources[i];
		if (next_draw(first) > next) {
			now = next;
			continue;
		}
		if (next_draw(first) > now)
			now = next_draw(first);
		draw(first);
		display_dispatch(&fake.display);
	}
	return n_captures;
}

static struct source strips(unsigned rate, unsigned n, unsigned step)
{
	struct source source = { .rate = rate, .n_parts = n, .step = step };

	for (unsigned i = 0; i < n; i++)
		source.parts[i] = (struct rect){ 0, (int)(i * HEIGHT / n), WIDTH, HEIGHT / (int)n };
	return source;
}

/* In the lower part of the screen. */
static struct source lower_strips(void)
{
	struct source source = strips(60, 4, 1500);

	for (int i = 0; i < 4; i++)
		source.parts[i] = (struct rect){ 0, 200 + 250 * i, WIDTH, 250 };
	return source;
}

static struct source small(unsigned rate)
{
	return (struct source){ .rate = rate, .n_parts = 1, .parts = { { 320, 160, 64, 32 } } };
}

static void test_strips(void **state)
{
	static const struct {
		unsigned rate, n, step;
	} cases[] = { { 30, 2, 1200 },	{ 30, 2, 3000 }, { 60, 4, 1500 }, { 60, 4, 800 },
		      { 60, 7, 1500 },	{ 24, 5, 1300 }, { 60, 3, 3900 }, { 60, 2, 6000 },
		      { 30, 2, 11000 }, { 24, 3, 11800 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		start(60);
		struct source source = strips(cases[i].rate, cases[i].n, cases[i].step);
		unsigned n = run(&source, 1, 10, 1000);
		assert_int_equal(source.n_torn, 0);
		assert_in_range(source.n_seen, 10 * cases[i].rate - 5, 10 * cases[i].rate);
		assert_in_range(n, source.n_seen, source.n_seen + 8);
		assert_int_equal(source.latest, 0);
		finish();
	}
}

/* A viewer that is ready again only now and then, at any time in a frame. */
static void test_strips_and_a_slow_viewer(void **state)
{
	(void)state;
	for (unsigned busy = 16667; busy < 60000; busy += 3700) {
		start(60);
		struct source source = strips(60, 4, 1500);
		unsigned n = run(&source, 1, 10, busy);
		assert_int_equal(source.n_torn, 0);
		/* All that it takes, apart from the wait for the end of a frame. */
		assert_in_range(n, 10 * SECOND / (busy + 16667), 10 * SECOND / busy);
		assert_in_range(source.latest, 0, 16667 + 4000);
		finish();
	}
}

static struct source *drawing;
static unsigned n_races;

/* Draws the first part of the next frame early, after X was asked what had been drawn. */
static void race(void)
{
	bool is_whole = drawing->part == 0 && drawing->frame &&
			drawing->seen != (uint8_t)drawing->frame;

	if (!is_known() || !is_whole || fake.n_reads % 3)
		return;
	n_races++;
	drawing->begin -= next_draw(drawing) - now;
	draw(drawing);
}

/* The next frame begins between the fetch of the damage and the read. */
static void test_strips_drawn_before_a_read(void **state)
{
	(void)state;
	for (unsigned busy = 1000; busy < 16000; busy += 3700) {
		start(60);
		struct source source = strips(60, 4, 1500);
		drawing = &source;
		n_races = 0;
		fake.before_read = race;
		run(&source, 1, 10, busy);
		assert_in_range(n_races, 50, 1000);
		assert_int_equal(source.n_torn, 0);
		assert_in_range(source.n_seen, 300, 900);
		finish();
	}
}

/* Something else that is drawn before every read keeps no picture back. */
static void draw_beside(void)
{
	fake_draw((struct rect){ 320, 32, 64, 32 }, (uint8_t)fake.n_reads);
}

static void test_other_drawing_before_each_read(void **state)
{
	(void)state;
	start(60);
	struct source source = lower_strips();
	fake.before_read = draw_beside;
	run(&source, 1, 10, 500);
	assert_in_range(fake.n_reads, 4 * 590, 5 * 600 + 100); /* four of each, one beside it */
	assert_int_equal(source.n_torn, 0);
	assert_in_range(source.n_seen, 590, 600);
	assert_in_range(source.latest, 0, 500);
	finish();
}

/* More frames than may be captured: whole ones all the same. */
static void test_strips_without_end(void **state)
{
	(void)state;
	for (unsigned rate = 70; rate <= 250; rate += 30) {
		start(60);
		struct source source = strips(rate, 3, 1000);
		unsigned n = run(&source, 1, 10, 500);

		assert_int_equal(source.n_torn, 0);
		assert_in_range(n, 10 * 45, 10 * 61 + 8);
		finish();
	}
}

static void test_typing_beside_strips(void **state)
{
	struct source sources[2] = { lower_strips(), small(15) };

	(void)state;
	start(60);
	run(sources, 2, 10, 500);
	assert_int_equal(sources[0].n_torn, 0);
	assert_in_range(sources[0].n_seen, 580, 600);
	assert_in_range(sources[1].n_seen, 149, 150);
	/* At once, or after the capture that was just being made. */
	assert_in_range(sources[1].latest, 0, 500);
	finish();
}

/* At or just below the rate, in one part or two, at one place or at two: never a frame late. */
static void test_a_source_of_that_rate(void **state)
{
	static const unsigned rates[] = { 1, 30, 60, 240 };
	static const struct rect places[][2] = {
		{ { 320, 160, 64, 32 }, { 320, 192, 64, 32 } },
		{ { 320, 160, 400, 300 }, { 880, 160, 400, 300 } },
		{ { 0, 0, 1600, 600 }, { 480, 640, 800, 500 } },
	};

	(void)state;
	for (size_t r = 0; r < sizeof(rates) / sizeof(*rates); r++)
		for (size_t p = 0; p < 3; p++)
			for (unsigned below = 0; below < 2; below++) {
				unsigned rate = rates[r] == 1 ? 1 : rates[r] - below;
				struct source source = { .rate = rate,
							 .n_parts = 2,
							 .step = SECOND / rates[r] / 20 };

				source.step = source.step < 2000 ? source.step : 2000;
				memcpy(source.parts, places[p], sizeof(places[p]));
				start(rates[r]);
				unsigned n = run(&source, 1, 10, 100);

				assert_in_range(source.n_late, 0, 1);
				assert_in_range(source.latest, 0, SECOND / rates[r] / 4);

				assert_in_range(source.n_seen, 10 * rate - 5, 10 * rate);
				assert_in_range(n, source.n_seen, 10 * rates[r] * 103 / 100 + 8);
				finish();
			}
}

/* A window that is dragged, and small changes beside it, ten a second. */
static void test_small_changes_beside_a_drag(void **state)
{
	struct source sources[2];

	(void)state;
	start(60);
	sources[0] = (struct source){ .rate = 60,
				      .n_parts = 1,
				      .parts = { { 400, 300, 800, 600 } } };
	sources[1] = small(10);
	unsigned n = run(sources, 2, 10, 200);
	assert_in_range(n, 690, 700);
	assert_int_equal(sources[0].n_late, 0);
	assert_int_equal(sources[1].n_late, 0);
	assert_in_range(sources[0].latest, 0, 200);
	assert_in_range(sources[1].latest, 0, 200);
	finish();
}

/* However often something is drawn, captures and round trips keep to the rate. */
static void test_many_draws(void **state)
{
	static const unsigned rates[] = { 1, 60, 240 };
	static const struct rect places[] = { { 320, 160, 96, 64 }, { 320, 160, 800, 600 } };

	(void)state;
	for (size_t r = 0; r < sizeof(rates) / sizeof(*rates); r++)
		for (size_t p = 0; p < 2; p++) {
			start(rates[r]);
			struct source source = { .rate = 2000, .n_parts = 1 };

			source.parts[0] = places[p];
			unsigned n = run(&source, 1, 10, 100);

			assert_in_range(n, 10 * rates[r], 10 * rates[r] * 103 / 100 + 4);
			assert_in_range(fake.n_fetches, n, n * 5 + 2500);
			assert_int_equal(fake.n_reads, n + 1);
			finish();
		}
}

/* Each failed capture is made again, at the rate, until one succeeds; then all of it is right. */
static void test_failed_captures(void **state)
{
	struct source source = small(1);
	unsigned n;

	(void)state;
	start(60);
	fake.fails = 20;
	n = run(&source, 1, 1, 100);
	assert_int_equal(n, 21);
	assert_int_equal(fake.fails, 0);
	assert_int_equal(source.n_seen, 1);
	assert_int_equal(screen_next_due(&screen), UINT64_MAX);
	finish();
}

static void test_nothing_is_drawn(void **state)
{
	(void)state;
	start(60);
	for (int i = 0; i < 100; i++, now += 1000) {
		assert_int_equal(screen_capture_due(&screen, now), UINT64_MAX);
		assert_int_equal(screen_next_due(&screen), UINT64_MAX);
	}
	assert_int_equal(fake.n_fetches, 0);
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strips),
		cmocka_unit_test(test_strips_and_a_slow_viewer),
		cmocka_unit_test(test_strips_drawn_before_a_read),
		cmocka_unit_test(test_other_drawing_before_each_read),
		cmocka_unit_test(test_strips_without_end),
		cmocka_unit_test(test_typing_beside_strips),
		cmocka_unit_test(test_a_source_of_that_rate),
		cmocka_unit_test(test_small_changes_beside_a_drag),
		cmocka_unit_test(test_many_draws),
		cmocka_unit_test(test_failed_captures),
		cmocka_unit_test(test_nothing_is_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
