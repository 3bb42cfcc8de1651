/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "input/scan_code.h"

/* X keycodes from `xkbcomp :0` with the evdev rules. */
static void test_keys(void **state)
{
	static const struct {
		uint32_t scan_code;
		uint8_t keycode;
	} keys[] = {
		{ 0x01, 9 },					 /* ESC */
		{ 0x1e, 38 },					 /* AC01 */
		{ 0x53, 91 },					 /* KPDL */
		{ 0x54, 107 },					 /* PRSC */
		{ 0x56, 94 },					 /* LSGT */
		{ 0x58, 96 },					 /* FK12 */
		{ 0x9d, 105 },					 /* RCTL */
		{ 0xb8, 108 },					 /* RALT */
		{ 0xc6, 127 },					 /* PAUS */
		{ 0xc8, 111 },					 /* UP */
		{ 0xe048, 111 }, { 0xe0c8, 111 }, { 0xdb, 133 }, /* LWIN */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		assert_int_equal(scan_code_to_keycode(keys[i].scan_code), keys[i].keycode);
}

static void test_no_keys(void **state)
{
	(void)state;
	assert_int_equal(scan_code_to_keycode(0), 0);
	assert_int_equal(scan_code_to_keycode(0x80), 0);
	assert_int_equal(scan_code_to_keycode(0x100), 0);
	assert_int_equal(scan_code_to_keycode(0xe148), 0);
	assert_int_equal(scan_code_to_keycode(UINT32_MAX), 0);
	/* All keycodes are valid in X. */
	for (uint32_t code = 0; code < 0x10000; code++) {
		uint8_t keycode = scan_code_to_keycode(code);

		assert_true(!keycode || keycode > 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_no_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
