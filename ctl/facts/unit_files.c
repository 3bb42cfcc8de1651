/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl.h"
#include "machine_file.h"

const char *const gdm_units[] = { "gdm.service", "gdm3.service", NULL };

/* In the order of systemd.unit(5). */
static const char *const directories[] = {
	UNIT_FILES_DIRECTORY,	   "/run/systemd/system", "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system", "/lib/systemd/system",
};

/* "foo@bar.socket" becomes "foo@.socket"; any other name stays. */
static void template_of(const char *unit, char ret_name[static UNIT_FILE_PATH_MAX])
{
	const char *at = strchr(unit, '@'), *dot = strrchr(unit, '.');

	if (at && dot > at)
		snprintf(ret_name, UNIT_FILE_PATH_MAX, "%.*s%s", (int)(at + 1 - unit), unit, dot);
	else
		snprintf(ret_name, UNIT_FILE_PATH_MAX, "%s", unit);
}

static int find_by_name(const struct ctl *ctl, const char *name,
			char ret_path[static UNIT_FILE_PATH_MAX])
{
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		char path[UNIT_FILE_PATH_MAX];
		int length = snprintf(path, sizeof(path), "%s/%s", directories[i], name);

		if (length >= (int)sizeof(path) || !machine_file_exists(ctl, path))
			continue;
		memcpy(ret_path, path, sizeof(path));
		return 0;
	}
	return -ENOENT;
}

int unit_file_find(const struct ctl *ctl, const char *unit,
		   char ret_path[static UNIT_FILE_PATH_MAX])
{
	char template[UNIT_FILE_PATH_MAX];

	if (find_by_name(ctl, unit, ret_path) == 0)
		return 0;
	template_of(unit, template);
	return find_by_name(ctl, template, ret_path);
}

bool unit_file_is_masked(const struct ctl *ctl, const char *unit)
{
	char path[UNIT_FILE_PATH_MAX], below[CTL_PATH_MAX], target[UNIT_FILE_PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), UNIT_FILES_DIRECTORY "/%s", unit);
	if (machine_file_read_link(ctl, path, target, sizeof(target)) == 0)
		return strcmp(target, "/dev/null") == 0;
	return stat(ctl_path(ctl, path, below), &st) == 0 && st.st_size == 0;
}

static bool has_link_in(const struct ctl *ctl, const char *suffix, const char *unit)
{
	char **names, path[UNIT_FILE_PATH_MAX], target[UNIT_FILE_PATH_MAX];
	int n = machine_file_list(ctl, UNIT_FILES_DIRECTORY, suffix, &names);
	bool found = false;

	for (int i = 0; i < n && !found; i++) {
		snprintf(path, sizeof(path), UNIT_FILES_DIRECTORY "/%s/%s", names[i], unit);
		found = machine_file_read_link(ctl, path, target, sizeof(target)) == 0;
	}
	if (n >= 0)
		machine_file_free_names(names, n);
	return found;
}

bool unit_file_is_enabled(const struct ctl *ctl, const char *unit)
{
	return has_link_in(ctl, ".wants", unit) || has_link_in(ctl, ".requires", unit);
}

void unit_file_alias(const struct ctl *ctl, const char *path,
		     char ret_unit[static UNIT_FILE_PATH_MAX])
{
	char target[UNIT_FILE_PATH_MAX];

	ret_unit[0] = '\0';
	if (machine_file_read_link(ctl, path, target, sizeof(target)) < 0)
		return;
	const char *slash = strrchr(target, '/');
	snprintf(ret_unit, UNIT_FILE_PATH_MAX, "%s", slash ? slash + 1 : target);
}

const char *unit_file_find_gdm(const struct ctl *ctl)
{
	char path[UNIT_FILE_PATH_MAX];

	for (const char *const *unit = gdm_units; *unit; unit++)
		if (unit_file_find(ctl, *unit, path) == 0)
			return *unit;
	return NULL;
}
