/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parser of gpudesk.conf, given any bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "common/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	int n_reports;
};

static void check_report(const char *message, void *userdata)
{
	struct seen *seen = userdata;

	seen->n_reports++;
	require(strlen(message) > 0 && strlen(message) < sizeof(((struct config *)0)->refusal));
	for (; *message; message++)
		require((unsigned char)*message >= 0x20 && *message != 0x7f);
}

/* What was read can be written, and reads the same again. */
static void check_written_form(const struct config *config)
{
	static char text[65536];
	struct config again;
	size_t used = 0;

	for (size_t key = 0; key < config_n_keys; key++) {
		char value[4096];

		require(config_format(config, key, value, sizeof(value)) > 0);
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s = %s\n",
					 config_keys[key].name, value);
	}
	require(config_parse("again", text, used, &again, NULL, NULL) == 0);
	again.is_set = config->is_set;
	memcpy(again.places, config->places, sizeof(again.places));
	memcpy(again.refusal, config->refusal, sizeof(again.refusal));
	require(memcmp(&again, config, sizeof(again)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = { .n_reports = 0 };
	struct config config;
	int r = config_parse("f", (const char *)data, size, &config, check_report, &seen);

	require(r == seen.n_reports);
	require(r > 0 || !config.refusal[0]);
	check_written_form(&config);
	return 0;
}
