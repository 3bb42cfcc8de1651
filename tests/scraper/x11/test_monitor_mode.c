/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "x11/monitor_mode.h"

static void test_names(void **state)
{
	char name[MONITOR_MODE_NAME_MAX], size[] = "1024x768";
	XRRModeInfo ours = { .name = name }, other = { .name = size }, none = { 0 };

	(void)state;
	monitor_mode_name(1434, 817, name);
	assert_string_equal(name, "gpudesk-1434x817");
	assert_true(monitor_mode_is_ours(&ours));
	assert_false(monitor_mode_is_ours(&other));
	assert_false(monitor_mode_is_ours(&none));
	assert_false(monitor_mode_is_ours(NULL));
}

static void test_timings(void **state)
{
	char name[] = "name";

	(void)state;
	for (int width = 320; width <= 7680; width += 368) {
		int height = width * 9 / 16;
		XRRModeInfo mode = monitor_mode_make(width, height, name);

		assert_int_equal(mode.width, width);
		assert_int_equal(mode.height, height);
		assert_true(mode.width < mode.hSyncStart && mode.hSyncStart < mode.hSyncEnd &&
			    mode.hSyncEnd < mode.hTotal);
		assert_true(mode.height < mode.vSyncStart && mode.vSyncStart < mode.vSyncEnd &&
			    mode.vSyncEnd < mode.vTotal);
		assert_true(mode.dotClock <= MONITOR_MODE_CLOCK_MAX * 1000000UL);
		unsigned refresh = monitor_mode_refresh(&mode);
		assert_true(refresh % 1000 == 0 && refresh >= 5000 && refresh <= 60000);
		/* One more would be too fast. */
		assert_true(refresh == 60000 ||
			    mode.dotClock / (refresh / 1000) * (refresh / 1000 + 1) >
				    MONITOR_MODE_CLOCK_MAX * 1000000UL);
		assert_ptr_equal(mode.name, name);
	}
	assert_int_equal(monitor_mode_refresh(&(XRRModeInfo){ 0 }), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_timings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
