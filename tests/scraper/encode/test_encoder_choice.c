/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a rectangle is encoded: a table of viewers, links and contents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "encode/encoder_choice.h"

#define BIT(which) (UINT32_C(1) << (which))

enum { MBIT = 1000 * 1000 / 8 }; /* bytes/s */

/* guacd: "zrle ultra copyrect hextile zlib corre rre raw" */
static const struct client_encodings guacd = {
	.known = BIT(CLIENT_ENCODING_RAW) | BIT(CLIENT_ENCODING_COPYRECT) |
		 BIT(CLIENT_ENCODING_HEXTILE) | BIT(CLIENT_ENCODING_ZLIB) |
		 BIT(CLIENT_ENCODING_ZRLE),
	.quality = -1,
	.compression = 3,
};
static const struct client_encodings tiger = {
	.known = BIT(CLIENT_ENCODING_RAW) | BIT(CLIENT_ENCODING_TIGHT) | BIT(CLIENT_ENCODING_ZRLE) |
		 BIT(CLIENT_ENCODING_HEXTILE),
	.quality = 8,
	.compression = 2,
};
static const struct client_encodings lossless_tight = {
	.known = BIT(CLIENT_ENCODING_TIGHT),
	.quality = -1,
	.compression = -1,
};
static const struct client_encodings bare = { .quality = -1, .compression = -1 };

static const struct {
	const char *what;
	struct choice choice;
	enum method expected;
} cases[] = {
	{ "guacd on this machine",
	  { .encodings = &guacd, .native = true, .local = true, .rate = 1600 * MBIT },
	  METHOD_RAW },
	{ "guacd on this machine, a film",
	  { .encodings = &guacd,
	    .native = true,
	    .local = true,
	    .rate = 1600 * MBIT,
	    .picture = true,
	    .moving = true },
	  METHOD_RAW },
	{ "a local viewer with another pixel format",
	  { .encodings = &tiger, .local = true, .rate = 1600 * MBIT },
	  METHOD_RAW },
	{ "Tight, 20 Mbit/s, text",
	  { .encodings = &tiger, .native = true, .rate = 20 * MBIT },
	  METHOD_ZRLE },
	{ "Tight, 1 Gbit/s, text",
	  { .encodings = &tiger, .native = true, .rate = 1000 * MBIT },
	  METHOD_TIGHT },
	{ "Tight, 20 Mbit/s, a film",
	  { .encodings = &tiger,
	    .native = true,
	    .rate = 20 * MBIT,
	    .picture = true,
	    .moving = true },
	  METHOD_JPEG },
	{ "Tight, 20 Mbit/s, one character in motion: not worth any loss",
	  { .encodings = &tiger,
	    .native = true,
	    .rate = 20 * MBIT,
	    .picture = true,
	    .moving = true,
	    .pixels = 240 },
	  METHOD_ZRLE },
	{ "Tight, 20 Mbit/s, a large photograph: a first sight at once, the rest after it",
	  { .encodings = &tiger,
	    .native = true,
	    .rate = 20 * MBIT,
	    .picture = true,
	    .pixels = 7680 * 4320 },
	  METHOD_JPEG },
	{ "Tight, 20 Mbit/s, a large screen of text: no loss, which would not be faster",
	  { .encodings = &tiger, .native = true, .rate = 20 * MBIT, .pixels = 7680 * 4320 },
	  METHOD_ZRLE },
	{ "Tight without a quality, a film: no loss that was not asked for",
	  { .encodings = &lossless_tight,
	    .native = true,
	    .rate = 20 * MBIT,
	    .picture = true,
	    .moving = true },
	  METHOD_TIGHT },
	{ "guacd's list over 5 Mbit/s, a film",
	  { .encodings = &guacd,
	    .native = true,
	    .rate = 5 * MBIT,
	    .picture = true,
	    .moving = true },
	  METHOD_ZLIB_COARSE_SMALL },
	{ "guacd's list over 100 Mbit/s, a film: less effort for more bytes",
	  { .encodings = &guacd,
	    .native = true,
	    .rate = 100 * MBIT,
	    .picture = true,
	    .moving = true },
	  METHOD_ZLIB_COARSE },
	{ "guacd's list over 1 Gbit/s, text: fast before small",
	  { .encodings = &guacd, .native = true, .rate = 1000 * MBIT },
	  METHOD_ZLIB },
	{ "guacd's list over 40 kbit/s, text: never ZRLE where Zlib goes, however small",
	  { .encodings = &guacd, .native = true, .rate = 40 * 1000 / 8, .pixels = 240 },
	  METHOD_ZLIB_SMALL },
	{ "compression = best, guacd's list",
	  { .mode = COMPRESSION_BEST, .encodings = &guacd, .native = true, .rate = 1600 * MBIT },
	  METHOD_ZLIB_SMALL },
	{ "guacd's list with 16-bit pixels: our own Zlib knows the frame's format only",
	  { .encodings = &guacd, .rate = 20 * MBIT, .picture = true, .moving = true },
	  METHOD_ZRLE },
	{ "nothing but raw",
	  { .encodings = &bare, .native = true, .rate = 5 * MBIT, .picture = true, .moving = true },
	  METHOD_RAW },
	{ "compression = none",
	  { .mode = COMPRESSION_NONE, .encodings = &tiger, .native = true, .rate = 5 * MBIT },
	  METHOD_RAW },
	{ "compression = best is the smallest without loss, also nearby",
	  { .mode = COMPRESSION_BEST,
	    .encodings = &tiger,
	    .native = true,
	    .local = true,
	    .rate = 1600 * MBIT,
	    .picture = true,
	    .moving = true },
	  METHOD_ZRLE },
	{ "compression = fast compresses, also nearby, as cheaply as can be",
	  { .mode = COMPRESSION_FAST,
	    .encodings = &tiger,
	    .native = true,
	    .local = true,
	    .rate = 1600 * MBIT },
	  METHOD_HEXTILE },
};

static void test_cases(void **state)
{
	struct method_costs costs;

	(void)state;
	method_costs_init(&costs);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct choice choice = cases[i].choice;

		if (!choice.pixels)
			choice.pixels = 1600 * 1000;
		enum method got = choose_method(&choice, &costs);

		if (got != cases[i].expected)
			fail_msg("%s: method %d, not %d", cases[i].what, (int)got,
				 (int)cases[i].expected);
	}
}

static void test_measured_costs_decide(void **state)
{
	struct choice choice = { .encodings = &tiger, .native = true, .rate = 20 * MBIT };
	struct method_costs costs;

	(void)state;
	method_costs_init(&costs);
	assert_int_equal(choose_method(&choice, &costs), METHOD_ZRLE);
	for (int i = 0; i < 50; i++) /* ZRLE turns out to be expensive for what this viewer shows */
		method_costs_learn(&costs, METHOD_ZRLE, false, 1000 * 1000, 200 * 1000 * 1000,
				   600 * 1000);
	assert_int_equal(choose_method(&choice, &costs), METHOD_TIGHT);
}

static void test_levels_learn_from_each_other(void **state)
{
	struct choice choice = { .encodings = &guacd, .native = true, .rate = 20 * MBIT };
	struct method_costs costs;

	(void)state;
	method_costs_init(&costs);
	enum method first = choose_method(&choice, &costs);
	/* Ten times as hard as most, on a machine a third as fast: the levels' ratio is the same.
	 */
	for (int i = 0; i < 50; i++)
		method_costs_learn(&costs, METHOD_ZLIB, false, 1000 * 1000, 21 * 1000 * 1000,
				   300 * 1000);
	assert_true(costs.of[0][METHOD_ZLIB_SMALL].cpu > 60);
	assert_true(costs.of[0][METHOD_ZLIB_SMALL].bytes > 0.17);
	assert_int_equal(choose_method(&choice, &costs), first);
	assert_true(costs.of[1][METHOD_ZLIB].cpu < 21);
}

static void test_small_samples_weigh_little(void **state)
{
	struct method_costs costs, before;

	(void)state;
	method_costs_init(&costs);
	before = costs;
	method_costs_learn(&costs, METHOD_TIGHT, true, 0, 1, 1);
	assert_memory_equal(&costs, &before, sizeof(costs));
	method_costs_learn(&costs, METHOD_TIGHT, true, 64, 64 * 1000, 64 * 100);
	assert_true(costs.of[1][METHOD_TIGHT].cpu < before.of[1][METHOD_TIGHT].cpu + 1);
	method_costs_learn(&costs, METHOD_TIGHT, true, 1000 * 1000, 1000 * 1000 * 1000,
			   1000 * 1000);
	assert_true(costs.of[1][METHOD_TIGHT].cpu > 200);
	assert_memory_equal(&costs.of[0], &before.of[0], sizeof(costs.of[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_measured_costs_decide),
		cmocka_unit_test(test_levels_learn_from_each_other),
		cmocka_unit_test(test_small_samples_weigh_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
