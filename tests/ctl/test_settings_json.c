/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings as JSON: numbers are numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "settings_json.h"

static struct config config;

static void check(size_t key, const char *expected)
{
	json_t *value = settings_json_value(&config, key);
	char *text = json_dumps(value, JSON_ENCODE_ANY);

	json_decref(value);
	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void test_values(void **state)
{
	(void)state;
	config_init(&config);
	check(CONFIG_KEY_user, "\"exouser\"");
	check(CONFIG_KEY_idle_timeout, "600");
	check(CONFIG_KEY_desktop_timeout, "null");
	config.idle_timeout = 1500000;
	check(CONFIG_KEY_idle_timeout, "1.5");
	config.idle_timeout = 0;
	check(CONFIG_KEY_idle_timeout, "0");
	check(CONFIG_KEY_allow, "\"127.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16\"");
	check(CONFIG_KEY_max_viewers, "8");
	check(CONFIG_KEY_view_only, "false");
	check(CONFIG_KEY_resize, "true");
	check(CONFIG_KEY_clipboard_limit, "262144");
	check(CONFIG_KEY_clipboard, "\"both\"");
	check(CONFIG_KEY_compression, "\"auto\"");
	check(CONFIG_KEY_log_level, "\"info\"");
	check(CONFIG_KEYS_MAX, "null");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_values) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
