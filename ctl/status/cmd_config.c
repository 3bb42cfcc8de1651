/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk config */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "json.h"
#include "settings_json.h"

enum { VALUE_MAX = 2048 };

static const char about[] =
	"Prints every key of gpudesk.conf with its value, and where that is from, as a file that\n"
	"gpudesk can read. The status is 1 if there is an error in the configuration.\n";

static void print_text(const struct config *config)
{
	char value[VALUE_MAX], line[VALUE_MAX + 64];

	for (size_t key = 0; key < config_n_keys; key++) {
		const char *place = config->places[key];

		if (config_format(config, key, value, sizeof(value)) < 0)
			continue;
		snprintf(line, sizeof(line), "%s = %s", config_keys[key].name, value);
		printf("%-38s  # %s\n", line, *place ? place : "default");
	}
}

static json_t *make_json(const char *path, const struct config *config)
{
	json_t *keys = json_object();

	for (size_t key = 0; key < config_n_keys; key++) {
		const char *place = config->places[key];

		json_object_set_new(keys, config_keys[key].name,
				    json_pack("{s:o, s:o}", "value",
					      settings_json_value(config, key), "from",
					      json_text_or_null(place)));
	}
	return json_pack("{s:i, s:o, s:o, s:o}", "schema", 1, "config", json_text(path), "refusal",
			 json_text_or_null(config->refusal), "settings", keys);
}

static int check_file(const char *path)
{
	struct ctl ctl = { .config_path = path, .root = "", .config_given = true };
	struct config config;

	if (access(path, F_OK) < 0)
		return ctl_failed("%s: %s", path, strerror(errno));
	if (ctl_config(&ctl, &config, NULL, NULL) != 0)
		return CTL_FAILED;
	printf("%s is valid.\n", path);
	return CTL_OK;
}

int cmd_config(struct ctl *ctl, int argc, char **argv)
{
	const char *checked = NULL;
	struct config config;
	bool json = false;
	const struct ctl_option options[] = {
		{ "check", "FILE", "only check FILE, before it is put in place",
		  .value = &checked },
		{ "json", NULL, "print JSON", .flag = &json },
		{ 0 },
	};
	int status = ctl_options_status(ctl, argc, argv, about, options);

	if (status >= 0)
		return status;
	if (checked)
		return check_file(checked);
	int r = ctl_config(ctl, &config, NULL, NULL);
	if (!json)
		print_text(&config);
	else if (json_print(make_json(ctl->config_path, &config)) != CTL_OK)
		return CTL_FAILED;
	return r == 0 ? CTL_OK : CTL_FAILED;
}
