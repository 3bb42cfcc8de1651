/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	uint8_t bytes[4];
	uint32_t number;
} numbers[] = {
	{ { 0, 0, 0, 0 }, 0 },
	{ { 1, 2, 3, 4 }, 0x01020304 },
	{ { 0x7f, 0xff, 0xff, 0xff }, INT32_MAX },
	{ { 0x80, 0, 0x80, 0 }, 0x80008000 },
	{ { 0xff, 0xff, 0xff, 0xff }, UINT32_MAX },
};
enum { N_NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };

static void test_32_bits(void **state)
{
	uint8_t bytes[6];

	(void)state;
	for (size_t i = 0; i < N_NUMBERS; i++) {
		bytes[0] = bytes[5] = 0xa5;
		wire_write_u32(bytes + 1, numbers[i].number);
		assert_memory_equal(bytes + 1, numbers[i].bytes, 4);
		assert_int_equal(wire_read_u32(bytes + 1), numbers[i].number);
		assert_int_equal(bytes[0], 0xa5);
		assert_int_equal(bytes[5], 0xa5);
	}
}

static void test_16_bits(void **state)
{
	uint8_t bytes[4];

	(void)state;
	for (size_t i = 0; i < N_NUMBERS; i++) {
		bytes[0] = bytes[3] = 0xa5;
		wire_write_u16(bytes + 1, numbers[i].number);
		assert_memory_equal(bytes + 1, numbers[i].bytes + 2, 2);
		assert_int_equal(wire_read_u16(bytes + 1), numbers[i].number & 0xffff);
		assert_int_equal(bytes[0], 0xa5);
		assert_int_equal(bytes[3], 0xa5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_32_bits),
		cmocka_unit_test(test_16_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
