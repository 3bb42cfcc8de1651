/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virtualgl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "accounts.h"
#include "ctl.h"
#include "machine_file.h"
#include "x_sessions.h"

enum { MODPROBE_MAX = 65536 };

static bool is_only_for(const struct ctl *ctl, const char *path, gid_t gid)
{
	char below[CTL_PATH_MAX];
	struct stat st;

	return stat(ctl_path(ctl, path, below), &st) == 0 && !S_ISDIR(st.st_mode) &&
	       st.st_gid == gid && (st.st_mode & 006) != 006;
}

/* Writes the first device in `directory`, of those whose names begin so, that is the group's. */
static bool find_device(const struct ctl *ctl, const char *directory, const char *prefix,
			struct virtualgl *virtualgl)
{
	char **names = NULL, path[sizeof(virtualgl->device)];
	int n = machine_file_list(ctl, directory, "", &names);
	bool found = false;

	for (int i = 0; i < n && !found; i++) {
		snprintf(path, sizeof(path), "%s/%.60s", directory, names[i]);
		found = strncmp(names[i], prefix, strlen(prefix)) == 0 &&
			is_only_for(ctl, path, virtualgl->gid);
		if (found)
			memcpy(virtualgl->device, path, sizeof(path));
	}
	machine_file_free_names(names, n);
	return found;
}

static bool is_in_modules(const struct ctl *ctl)
{
	char *text;

	if (machine_file_read(ctl, "/etc/modprobe.d/virtualgl.conf", MODPROBE_MAX, &text, NULL) < 0)
		return false;
	bool found = strstr(text, "NVreg_DeviceFileGID=") != NULL;
	free(text);
	return found;
}

void virtualgl_read(const struct ctl *ctl, struct virtualgl *ret_virtualgl)
{
	*ret_virtualgl = (struct virtualgl){ 0 };
	if (account_find_group(ctl, VIRTUALGL_GROUP, &ret_virtualgl->gid) < 0)
		return;
	ret_virtualgl->is_in_modules = is_in_modules(ctl);
	if (!find_device(ctl, "/dev", "nvidia", ret_virtualgl) &&
	    !find_device(ctl, "/dev/dri", "card", ret_virtualgl))
		(void)find_device(ctl, "/dev/dri", "renderD", ret_virtualgl);
}

const char *virtualgl_gdm_user(const struct ctl *ctl)
{
	static const char *const users[] = { "Debian-gdm", "gdm" };

	if (!x_sessions_gdm_has_wayland(ctl)) /* GDM 50 and later; such a user may be left over */
		return NULL;
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if (account_exists(ctl, users[i]))
			return users[i];
	return NULL;
}
