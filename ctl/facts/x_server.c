/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "x_server.h"

#include <stdio.h>
#include <string.h>

#include "machine_file.h"

enum { DEPTH_MAX = 4 };

bool x_server_is_installed(const struct ctl *ctl)
{
	return machine_file_exists(ctl, "/usr/bin/Xorg") || machine_file_exists(ctl, "/usr/bin/X");
}

static bool find_below(const struct ctl *ctl, const char *directory, const char *file, int depth,
		       char ret_path[static X_SERVER_PATH_MAX])
{
	char path[X_SERVER_PATH_MAX], **names = NULL;
	bool is_found;

	if (depth == 0 ||
	    snprintf(path, sizeof(path), "%s/%s", directory, file) >= (int)sizeof(path))
		return false;
	is_found = machine_file_exists(ctl, path);
	if (is_found) {
		memcpy(ret_path, path, sizeof(path));
		return true;
	}
	int n = machine_file_list(ctl, directory, "", &names);
	for (int i = 0; i < n && !is_found; i++)
		if (!strchr(names[i], '.') && /* no module: saves trying it as a directory */
		    snprintf(path, sizeof(path), "%s/%s", directory, names[i]) < (int)sizeof(path))
			is_found = find_below(ctl, path, file, depth - 1, ret_path);
	machine_file_free_names(names, n);
	return is_found;
}

/* `paths` are separated by commas. */
static bool find_in(const struct ctl *ctl, const char *paths, const char *file,
		    char ret_path[static X_SERVER_PATH_MAX])
{
	char copy[X_SERVER_PATH_MAX], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", paths);
	for (char *path = strtok_r(copy, ",", &save); path; path = strtok_r(NULL, ",", &save))
		if (find_below(ctl, path, file, DEPTH_MAX, ret_path))
			return true;
	return false;
}

bool x_server_find_driver(const struct ctl *ctl, const struct xorg_conf *conf, const char *driver,
			  char ret_path[static X_SERVER_PATH_MAX])
{
	/* Debian's and RHEL's; Ubuntu's older ones */
	const char *usual = "/usr/lib/xorg/modules,/usr/lib64/xorg/modules,"
			    "/usr/lib/xorg/extra-modules,"
			    "/usr/lib/x86_64-linux-gnu/xorg/extra-modules";
	char file[64];

	snprintf(file, sizeof(file), "%.32s_drv.so", driver);
	for (size_t i = 0; i < conf->n_sections; i++) {
		const struct xorg_section *section = &conf->sections[i];

		if (!section->module_path[0])
			continue;
		if (xorg_name_equal(section->kind, "OutputClass") &&
		    find_in(ctl, section->module_path, file, ret_path))
			return true;
		if (xorg_name_equal(section->kind, "Files"))
			usual = section->module_path;
	}
	return find_in(ctl, usual, file, ret_path);
}
