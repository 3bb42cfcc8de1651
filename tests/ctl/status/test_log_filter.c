/* SPDX-License-Identifier: GPL-2.0-or-later */
/* journalctl's arguments: matches of different fields must be joined by "+", or all must hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "status/log_filter.h"

static struct log_filter filter;

static bool has(const char *argument)
{
	for (const char *const *at = filter.arguments; *at; at++)
		if (strcmp(*at, argument) == 0)
			return true;
	return false;
}

static void test_matches(void **state)
{
	const char *field = NULL;
	size_t length = 0;

	(void)state;
	log_filter_make("exouser", false, &filter);
	assert_string_equal(filter.arguments[0], "journalctl");
	for (const char *const *at = filter.arguments + 1; *at; at++) {
		if (strncmp(*at, "--", 2) == 0)
			continue;
		if (strcmp(*at, "+") == 0) {
			assert_non_null(field);
			assert_non_null(at[1]);
			field = NULL;
			continue;
		}
		assert_non_null(strchr(*at, '='));
		if (field)
			assert_memory_equal(*at, field, length + 1);
		field = *at;
		length = strcspn(field, "=");
	}
	assert_non_null(field);
}

static void test_what_is_shown(void **state)
{
	(void)state;
	log_filter_make("exouser", true, &filter);
	assert_true(has("--boot") && has("--follow"));
	assert_true(has("_SYSTEMD_UNIT=gpudesk.service"));
	assert_true(has("UNIT=gpudesk.socket"));
	assert_true(has("_SYSTEMD_UNIT=gpudesk-scraper@exouser.service"));
	assert_true(has("UNIT=gpudesk-desktop-stop@exouser.service"));
	assert_true(has("SYSLOG_IDENTIFIER=gdm-autologin]"));
	log_filter_make("exouser", false, &filter);
	assert_false(has("--follow"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_what_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
