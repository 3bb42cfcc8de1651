/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "current_config.h"

#include <string.h>

#include "common/log.h"

enum { VALUE_MAX = 2048 };

static void report(const char *message, void *userdata)
{
	(void)userdata;
	log_warning("%s", message);
}

static bool is_same_value(const struct config *a, const struct config *b, size_t key)
{
	char of_a[VALUE_MAX], of_b[VALUE_MAX];

	return config_format(a, key, of_a, sizeof(of_a)) >= 0 &&
	       config_format(b, key, of_b, sizeof(of_b)) >= 0 && strcmp(of_a, of_b) == 0;
}

bool current_config_is_outdated(const char *path, const struct config *config)
{
	struct config now;

	(void)config_load(path, &now, NULL, NULL);
	for (size_t key = 0; key < config_n_keys; key++)
		if (!is_same_value(&now, config, key))
			return true;
	return strcmp(now.refusal, config->refusal) != 0;
}

void current_config_reread(const char *path, struct config *config)
{
	const struct config before = *config;

	log_info("reading %s again", path);
	(void)config_load(path, config, report, NULL);
	config->frame_rate = before.frame_rate;
	config->clipboard = before.clipboard;
	config->primary = before.primary;
	config->clipboard_limit = before.clipboard_limit;
	log_set_level((enum log_level)config->log_level);
}

void current_config_report(const struct config *config, FILE *answer)
{
	char value[VALUE_MAX];

	for (size_t key = 0; key < config_n_keys; key++)
		if (config_format(config, key, value, sizeof(value)) >= 0)
			fprintf(answer, "setting.%s=%s\n", config_keys[key].name, value);
}
