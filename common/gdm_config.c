/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gdm_config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config_table.h"
#include "whole_file.h"

const char *const gdm_config_files[] = {
	"/etc/gdm3/daemon.conf", /* Debian */
	"/etc/gdm3/custom.conf", /* Ubuntu */
	"/etc/gdm/custom.conf",	 /* Fedora and its relatives */
	NULL,
};

static const char blanks[] = " \t\r";

/* As in GDM: "true" and "false" in any case, "1" and "0". */
static bool is_on(const char *value)
{
	return strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0;
}

static bool is_off(const char *value)
{
	return strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0;
}

/* A key of [daemon]. */
static void take(struct gdm_settings *settings, const char *key, const char *value)
{
	if (strcmp(key, "AutomaticLoginEnable") == 0)
		settings->autologin_enabled = is_on(value);
	else if (strcmp(key, "AutomaticLogin") == 0)
		snprintf(settings->autologin_user, sizeof(settings->autologin_user), "%s", value);
	else if (strcmp(key, "WaylandEnable") == 0)
		settings->wayland_off = is_off(value);
	else if (strcmp(key, "XorgEnable") == 0)
		settings->xorg_off = is_off(value);
	else if (strcmp(key, "FallbackSession") == 0)
		snprintf(settings->fallback_session, sizeof(settings->fallback_session), "%s",
			 value);
	else if (strcmp(key, "TimedLoginEnable") == 0)
		settings->timed_enabled = is_on(value);
	else if (strcmp(key, "TimedLogin") == 0)
		snprintf(settings->timed_user, sizeof(settings->timed_user), "%s", value);
}

void gdm_config_parse(char *text, struct gdm_settings *ret_settings)
{
	struct gdm_settings settings = { 0 };
	bool in_daemon = false;
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *key = config_trim(line, blanks), *value;

		if (key[0] == '[')
			in_daemon = strcmp(key, "[daemon]") == 0;
		value = strchr(key, '=');
		if (!in_daemon || key[0] == '#' || !value)
			continue;
		*value++ = '\0';
		take(&settings, config_trim(key, blanks), config_trim(value, blanks));
	}
	*ret_settings = settings;
}

bool gdm_settings_log_in(const struct gdm_settings *settings, const char *user)
{
	return settings->autologin_enabled && strcmp(settings->autologin_user, user) == 0;
}

int gdm_config_load(const char *path, struct gdm_settings *ret_settings)
{
	char *text = NULL;
	int r;

	r = whole_file_read(path, GDM_CONFIG_MAX, &text, NULL);
	if (r < 0)
		return r;
	gdm_config_parse(text, ret_settings);
	free(text);
	return 0;
}

int gdm_config_read(const char *const files[], const char *user, bool *ret_logs_in,
		    const char **ret_path)
{
	struct gdm_settings settings = { 0 };

	for (; *files; files++) {
		int r = gdm_config_load(*files, &settings);

		if (r == -ENOENT)
			continue;
		if (r < 0)
			return r;
		*ret_logs_in = gdm_settings_log_in(&settings, user);
		*ret_path = *files;
		return 0;
	}
	return -ENOENT;
}
