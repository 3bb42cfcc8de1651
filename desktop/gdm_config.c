/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gdm_config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const gdm_config_files[] = {
	"/etc/gdm3/daemon.conf", /* Debian */
	"/etc/gdm3/custom.conf", /* Ubuntu */
	"/etc/gdm/custom.conf",	 /* Fedora and its relatives */
	NULL,
};

static const char blanks[] = " \t\r";

/* Cuts the blanks off both ends. */
static char *trim(char *text)
{
	size_t length;

	text += strspn(text, blanks);
	length = strlen(text);
	while (length > 0 && strchr(blanks, text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

/* GDM takes "true" in any case, and "1". */
static bool is_on(const char *value)
{
	return strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0;
}

bool gdm_config_logs_in(char *text, const char *user)
{
	bool in_daemon = false, enabled = false, is_user = false;
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *key = trim(line), *value;

		if (key[0] == '[')
			in_daemon = strcmp(key, "[daemon]") == 0;
		value = strchr(key, '=');
		if (!in_daemon || key[0] == '#' || !value)
			continue;
		*value++ = '\0';
		key = trim(key);
		value = trim(value);
		if (strcmp(key, "AutomaticLoginEnable") == 0)
			enabled = is_on(value);
		else if (strcmp(key, "AutomaticLogin") == 0)
			is_user = strcmp(value, user) == 0;
	}
	return enabled && is_user;
}

/* Returns a malloc'ed text, or NULL with errno set. */
static char *read_text(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t length;
	int saved;

	if (!file)
		return NULL;
	text = malloc(GDM_CONFIG_MAX + 1);
	if (text) {
		length = fread(text, 1, GDM_CONFIG_MAX + 1, file);
		if (ferror(file) || length > GDM_CONFIG_MAX) {
			saved = ferror(file) ? EIO : E2BIG;
			free(text);
			text = NULL;
			errno = saved;
		} else {
			text[length] = '\0';
		}
	}
	saved = errno;
	fclose(file);
	errno = saved;
	return text;
}

int gdm_config_read(const char *const files[], const char *user, bool *ret_logs_in,
		    const char **ret_path)
{
	for (; *files; files++) {
		char *text = read_text(*files);

		if (!text && errno == ENOENT)
			continue;
		if (!text)
			return -errno;
		*ret_logs_in = gdm_config_logs_in(text, user);
		*ret_path = *files;
		free(text);
		return 0;
	}
	return -ENOENT;
}
