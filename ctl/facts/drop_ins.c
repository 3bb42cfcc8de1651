/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drop_ins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"
#include "machine_file.h"

enum { FOLDER_MAX = UNIT_NAME_MAX + 64, PATH_SIZE = FOLDER_MAX + 256 };

/* A file of the same name in a folder before this one is read in its place. */
static bool is_known(const char *file, char *const *known)
{
	for (; *known; known++) {
		const char *slash = strrchr(*known, '/');

		if (strcmp(slash ? slash + 1 : *known, file) == 0)
			return true;
	}
	return false;
}

static bool has_new(const struct ctl *ctl, const char *folder, char *const *known)
{
	char **names = NULL;
	int n = machine_file_list(ctl, folder, ".conf", &names);
	bool found = false;

	for (int i = 0; i < n; i++)
		found = found || !is_known(names[i], known);
	machine_file_free_names(names, n);
	return found;
}

bool drop_ins_are_new(const struct ctl *ctl, const char *unit, char *const *known)
{
	static const char *const roots[] = { "/etc/systemd/system", "/run/systemd/system" };
	const char *at = strchr(unit, '@'), *suffix = strrchr(unit, '.');
	char folder[FOLDER_MAX];
	bool found = false;

	for (size_t i = 0; i < 2; i++) {
		snprintf(folder, sizeof(folder), "%s/%s.d", roots[i], unit);
		found = found || has_new(ctl, folder, known);
		if (!at || !suffix)
			continue;
		/* "gpudesk-scraper@.service.d" is for all instances. */
		snprintf(folder, sizeof(folder), "%s/%.*s@%s.d", roots[i], (int)(at - unit), unit,
			 suffix);
		found = found || has_new(ctl, folder, known);
	}
	return found;
}

bool drop_ins_are_unread(sd_bus *bus, const struct ctl *ctl, const char *unit)
{
	char *path = NULL, **known = NULL;
	bool found = false;

	if (sd_bus_path_encode(SYSTEMD_PATH "/unit", unit, &path) < 0)
		return false;
	if (sd_bus_get_property_strv(bus, SYSTEMD_SERVICE, path, SYSTEMD_SERVICE ".Unit",
				     "DropInPaths", NULL, &known) >= 0)
		found = drop_ins_are_new(ctl, unit, known ? known : (char *[]){ NULL });
	for (char **one = known; one && *one; one++)
		free(*one);
	free(known);
	free(path);
	return found;
}
