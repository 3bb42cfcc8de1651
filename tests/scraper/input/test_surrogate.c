/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "input/surrogate.h"

enum {
	EMOJI = 0x0101f600,
	HIGH = 0x0100d83d,
	LOW = 0x0100de00,
	LAST = 0x0110ffff,
};

static struct surrogate surrogate;

static int set_up(void **state)
{
	(void)state;
	surrogate = (struct surrogate){ 0 };
	return 0;
}

/* The keysym that a press or release goes on with, or 0. */
static uint32_t join(uint32_t keysym, bool down)
{
	return surrogate_join(&surrogate, &keysym, down) ? keysym : 0;
}

static void test_a_pair(void **state)
{
	(void)state;
	assert_int_equal(join(HIGH, true), 0);
	assert_int_equal(join(HIGH, false), 0);
	assert_int_equal(join(LOW, true), EMOJI);
	assert_int_equal(join(LOW, false), EMOJI);
	/* Or with the releases at the end. */
	assert_int_equal(join(HIGH, true), 0);
	assert_int_equal(join(LOW, true), EMOJI);
	assert_int_equal(join(HIGH, false), 0);
	assert_int_equal(join(LOW, false), EMOJI);
}

static void test_first_and_last(void **state)
{
	(void)state;
	join(0x0100d800, true);
	assert_int_equal(join(0x0100dc00, true), 0x01010000);
	join(0x0100dbff, true);
	assert_int_equal(join(0x0100dfff, true), LAST);
}

/* As guacamole-common-js 1.5 sends it: the character, and half of it once more. */
static void test_a_half_beside_the_character(void **state)
{
	(void)state;
	assert_int_equal(join(EMOJI, true), EMOJI);
	assert_int_equal(join(EMOJI, false), EMOJI);
	assert_int_equal(join(LOW, true), 0);
	assert_int_equal(join(LOW, false), 0);
}

static void test_halves_that_do_not_fit(void **state)
{
	(void)state;
	assert_int_equal(join(HIGH, true), 0);
	assert_int_equal(join('a', true), 'a'); /* something else in between */
	assert_int_equal(join(LOW, true), 0);
	assert_int_equal(join(LOW, false), 0);
	assert_int_equal(join(HIGH, true), 0);
	assert_int_equal(join(HIGH, true), 0);
	assert_int_equal(join(LOW, true), EMOJI);
	assert_int_equal(join(LOW, true), 0); /* a repeat has no first half */
	assert_int_equal(join(LOW, false), 0);
}

static void test_neighbours(void **state)
{
	(void)state;
	assert_int_equal(join(0x0100d7ff, true), 0x0100d7ff);
	assert_int_equal(join(0x0100e000, true), 0x0100e000);
	assert_int_equal(join(0, true), 0);
	assert_int_equal(join(UINT32_MAX, true), UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_pair, set_up),
		cmocka_unit_test_setup(test_first_and_last, set_up),
		cmocka_unit_test_setup(test_a_half_beside_the_character, set_up),
		cmocka_unit_test_setup(test_halves_that_do_not_fit, set_up),
		cmocka_unit_test_setup(test_neighbours, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
