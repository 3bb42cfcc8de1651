/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/text_pace.h"

static const uint64_t start = 1000000;

static void test_burst(void **state)
{
	struct text_pace pace = { 0 };

	(void)state;
	assert_int_equal(text_pace_due(&pace), 0);
	for (int i = 1; i < TEXT_PACE_BURST; i++)
		assert_false(text_pace_sent(&pace, start));
	assert_true(text_pace_sent(&pace, start));
	assert_int_equal(text_pace_due(&pace), start + TEXT_PACE_USEC);
}

static void test_rate(void **state)
{
	struct text_pace pace = { 0 };
	uint64_t now = start;
	int n = 0;

	(void)state;
	while (now < start + 100 * TEXT_PACE_USEC) {
		n++;
		if (text_pace_sent(&pace, now)) {
			now = text_pace_due(&pace);
			text_pace_resume(&pace);
		}
	}
	assert_int_equal(n, 100 + TEXT_PACE_BURST - 1);
}

static void test_rest(void **state)
{
	struct text_pace pace = { 0 };
	uint64_t now = start;

	(void)state;
	while (!text_pace_sent(&pace, now))
		;
	text_pace_resume(&pace);
	now += TEXT_PACE_BURST * TEXT_PACE_USEC;
	for (int i = 1; i < TEXT_PACE_BURST; i++)
		assert_false(text_pace_sent(&pace, now));
	assert_true(text_pace_sent(&pace, now));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
