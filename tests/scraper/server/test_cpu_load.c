/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Huge updates are paced only while the machine is busy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "server/cpu_load.h"

static void test_parse(void **state)
{
	uint64_t idle, total;

	(void)state;
	assert_int_equal(cpu_load_parse("cpu  10 20 30 400 50 6 7 8 9 9\n", &idle, &total), 0);
	assert_int_equal(idle, 450);
	assert_int_equal(total, 10 + 20 + 30 + 400 + 50 + 6 + 7 + 8);
	assert_int_equal(cpu_load_parse("cpu  10 20 30 400", &idle, &total), -EINVAL);
	assert_int_equal(cpu_load_parse("intr 1 2 3 4 5 6 7 8", &idle, &total), -EINVAL);
	assert_int_equal(cpu_load_parse("", &idle, &total), -EINVAL);
	assert_int_equal(idle, 450);
}

/* Another reading, 200 ms and 40 ticks later; `percent` of them were idle. */
static void pass(struct cpu_load *load, unsigned percent)
{
	cpu_load_update(load, load->idle + percent, load->total + 100,
			load->read_at + CPU_LOAD_INTERVAL);
}

static void test_busy_and_free_again_within_a_second(void **state)
{
	enum { FULL_SCREEN = 2560 * 1600, SECOND = 1000 * 1000 };
	struct cpu_load load = { 0 };

	(void)state;
	cpu_load_update(&load, 1000, 2000, 1);
	assert_int_equal(cpu_load_gap(&load, FULL_SCREEN), 0);
	pass(&load, 90);
	assert_int_equal(load.gap, 0);
	uint64_t start = load.read_at;
	while (load.read_at < start + SECOND)
		pass(&load, 0);
	/* 10 to 24 frames a second */
	assert_in_range(cpu_load_gap(&load, FULL_SCREEN), SECOND / 24, SECOND / 10);
	assert_int_equal(load.gap, CPU_LOAD_GAP_MOST);
	start = load.read_at;
	while (load.read_at < start + SECOND)
		pass(&load, 60);
	assert_int_equal(cpu_load_gap(&load, FULL_SCREEN), 0);
}

static void test_between_busy_and_free_it_stays(void **state)
{
	struct cpu_load load = { .read_at = 1, .total = 100 };

	(void)state;
	pass(&load, CPU_LOAD_BUSY + 1);
	assert_int_equal(load.gap, 0);
	pass(&load, CPU_LOAD_BUSY);
	assert_int_equal(load.gap, CPU_LOAD_GAP_LEAST);
	pass(&load, CPU_LOAD_FREE - 1);
	assert_int_equal(load.gap, CPU_LOAD_GAP_LEAST);
	pass(&load, CPU_LOAD_FREE);
	assert_int_equal(load.gap, 0);
}

static void test_no_time_has_passed(void **state)
{
	struct cpu_load load = { .read_at = 1, .total = 100, .gap = CPU_LOAD_GAP_LEAST };

	(void)state;
	cpu_load_update(&load, load.idle, load.total, 2);
	assert_int_equal(load.gap, CPU_LOAD_GAP_LEAST);
}

static void test_the_real_file(void **state)
{
	struct cpu_load load = { 0 };

	(void)state;
	cpu_load_read(&load, 5);
	assert_int_equal(load.read_at, 5);
	assert_true(load.total > 0 && load.idle <= load.total);
	uint64_t total = load.total;
	load.total = 1;
	cpu_load_read(&load, 5 + CPU_LOAD_INTERVAL - 1); /* too soon: not read */
	assert_int_equal(load.total, 1);
	cpu_load_read(&load, 5 + CPU_LOAD_INTERVAL);
	assert_true(load.total >= total);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_busy_and_free_again_within_a_second),
		cmocka_unit_test(test_between_busy_and_free_it_stays),
		cmocka_unit_test(test_no_time_has_passed),
		cmocka_unit_test(test_the_real_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
