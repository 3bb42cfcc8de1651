/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What status makes of its facts: who is refused and why, and settings that differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/status.h"

static struct status status;
static char *text;

static int set_up(void **state)
{
	(void)state;
	status = (struct status){
		.config_path = "/etc/gpudesk.conf",
		.desktop_stops_in = UINT64_MAX,
		.scraper = SCRAPER_IS_OFF,
		.nvml_error = -ENOENT,
		.units = { { .name = "gpudesk.socket", .load = "loaded", .active = "active" },
			   { .name = "gpudesk-scraper@exouser.socket",
			     .load = "loaded",
			     .active = "active" } },
		.n_units = 2,
	};
	config_init(&status.config);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(text);
	text = NULL;
	return 0;
}

static void print(void)
{
	size_t size;

	free(text);
	FILE *out = open_memstream(&text, &size);
	status_print(&status, 1763800000, out);
	assert_int_equal(fclose(out), 0);
}

static void test_listeners(void **state)
{
	(void)state;
	print();
	assert_null(strstr(text, "Sound"));
	status.config.sound = true;
	print();
	assert_non_null(strstr(text, "\nSound        nobody listens\n"));
	strcpy(status.listeners, "1 listener: 172.17.0.2:40000");
	print();
	assert_non_null(strstr(text, "\nSound        1 listener: 172.17.0.2:40000\n"));
	json_t *json = status_json(&status);
	assert_string_equal(json_string_value(json_object_get(json, "listeners")),
			    "1 listener: 172.17.0.2:40000");
	json_decref(json);
}

static void test_who_is_refused(void **state)
{
	char reason[STATUS_REASON_MAX];

	(void)state;
	assert_false(status_refuses(&status, reason));
	print();
	assert_non_null(strstr(text, "not running; the next viewer starts it\n"));
	assert_null(strstr(text, "refused"));
	strcpy(status.units[1].active, "failed");
	assert_true(status_refuses(&status, reason));
	assert_non_null(strstr(reason, "gpudesk-scraper@exouser.socket is failed"));
	strcpy(status.units[0].load, "not-found");
	strcpy(status.units[0].active, "inactive");
	assert_true(status_refuses(&status, reason));
	assert_non_null(strstr(reason, "gpudesk.socket is not-found"));
	print();
	assert_non_null(strstr(text, "not running; viewers are refused, see below\n"));
	assert_non_null(strstr(text, "\nEvery connection is refused: gpudesk.socket is not-found"));
	strcpy(status.config.refusal, "gpudesk.conf:1: bad");
	assert_true(status_refuses(&status, reason));
	assert_string_equal(reason, "gpudesk.conf:1: bad");
	/* What systemd was not asked about is not known. */
	status.config.refusal[0] = '\0';
	status.n_units = 0;
	assert_false(status_refuses(&status, reason));
}

static void test_settings_that_differ(void **state)
{
	char value[STATUS_VALUE_MAX];

	(void)state;
	config_init(&status.report.config);
	status.report.config.max_viewers = 3;
	status.report.config.allow.n = 0;
	status.report.has_setting = UINT64_MAX;
	assert_false(status_setting_differs(&status, CONFIG_KEY_max_viewers, value));
	status.scraper = SCRAPER_RUNS;
	assert_true(status_setting_differs(&status, CONFIG_KEY_max_viewers, value));
	assert_string_equal(value, "3");
	assert_false(status_setting_differs(&status, CONFIG_KEY_frame_rate, value));
	assert_false(status_setting_differs(&status, CONFIG_KEY_allow, value));
	print();
	assert_non_null(strstr(text, "max_viewers = 8; the running scraper has 3\n"));
	assert_non_null(strstr(text, "gpudesk reload"));
	/* An older scraper does not say. */
	status.report.has_setting = 0;
	assert_false(status_setting_differs(&status, CONFIG_KEY_max_viewers, value));
}

static void test_times_of_records(void **state)
{
	struct session_record record = { .opened = "2026-11-22T11:09:13Z" };

	(void)state;
	assert_int_equal(status_record_time(&record), 1795345753);
	strcpy(record.opened, "2026-11-22T11:09:13");
	assert_int_equal(status_record_time(&record), 0);
	record.opened[0] = '\0';
	assert_int_equal(status_record_time(&record), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_listeners),
		TEST(test_who_is_refused),
		TEST(test_settings_that_differ),
		TEST(test_times_of_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
