/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When an inactive viewer is disconnected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/viewer_timeouts.h"

static void test_never(void **state)
{
	struct viewer_timeouts timeouts = { .init_until = UINT64_MAX,
					    .inactive_timeout = UINT64_MAX,
					    .last_input = 5 };

	(void)state;
	assert_null(viewer_timeouts_expired(&timeouts, UINT64_MAX - 1));
	assert_true(viewer_timeouts_due(&timeouts) == UINT64_MAX);
}

static void test_inactive(void **state)
{
	struct viewer_timeouts timeouts = { .init_until = UINT64_MAX,
					    .inactive_timeout = 100,
					    .last_input = 1000 };

	(void)state;
	assert_true(viewer_timeouts_due(&timeouts) == 1100);
	assert_null(viewer_timeouts_expired(&timeouts, 1099));
	assert_non_null(viewer_timeouts_expired(&timeouts, 1100));
	timeouts.last_input = 1050;
	assert_null(viewer_timeouts_expired(&timeouts, 1149));
}

static void test_stalled(void **state)
{
	struct viewer_timeouts timeouts = { .init_until = UINT64_MAX,
					    .inactive_timeout = UINT64_MAX,
					    .last_progress = 1000 };

	(void)state;
	assert_true(viewer_timeouts_due(&timeouts) == UINT64_MAX);
	timeouts.is_sending = true;
	assert_true(viewer_timeouts_due(&timeouts) == 1000 + VIEWER_TIMEOUTS_STALLED);
	assert_null(viewer_timeouts_expired(&timeouts, 999 + VIEWER_TIMEOUTS_STALLED));
	assert_non_null(viewer_timeouts_expired(&timeouts, 1000 + VIEWER_TIMEOUTS_STALLED));
	/* One byte is enough. */
	timeouts.last_progress = 2000;
	assert_null(viewer_timeouts_expired(&timeouts, 1000 + VIEWER_TIMEOUTS_STALLED));
	timeouts.inactive_timeout = 10;
	timeouts.last_input = 3000;
	assert_true(viewer_timeouts_due(&timeouts) == 3010);
}

static void test_no_client_init(void **state)
{
	struct viewer_timeouts timeouts = { .init_until = 1000, .inactive_timeout = UINT64_MAX };

	(void)state;
	assert_true(viewer_timeouts_due(&timeouts) == 1000);
	assert_null(viewer_timeouts_expired(&timeouts, 999));
	assert_non_null(viewer_timeouts_expired(&timeouts, 1000));
	timeouts.init_until = UINT64_MAX;
	assert_null(viewer_timeouts_expired(&timeouts, 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_inactive),
		cmocka_unit_test(test_stalled),
		cmocka_unit_test(test_no_client_init),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
