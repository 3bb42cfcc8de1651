/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where vglserver_config has given the NVIDIA devices to the group vglusers, GDM's X server and the
 * desktop get at them only as members.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "facts/machine_file.h"
#include "membership.h"
#include "setup.h"

static const char group[] = "vglusers";

/* What vglserver_config tells the driver, which makes the devices. */
static bool is_restricted_by_driver(const struct setup *setup)
{
	char *text;
	size_t length;
	bool found;

	if (setup_read(setup, "/etc/modprobe.d/virtualgl.conf", &text, &length) < 0)
		return false;
	found = strstr(text, "NVreg_DeviceFileGID=") != NULL;
	free(text);
	return found;
}

static bool is_for_group(const struct setup *setup, const char *path, gid_t number)
{
	char here[CTL_PATH_MAX];
	struct stat status;

	return stat(ctl_path(setup->ctl, path, here), &status) == 0 && status.st_gid == number &&
	       !S_ISDIR(status.st_mode) && (status.st_mode & 006) != 006;
}

/* Whether one of the devices in `directory` whose names begin so is the group's alone. */
static bool has_device_for_group(const struct setup *setup, const char *directory,
				 const char *prefix, gid_t number)
{
	char **names, path[128];
	int n = machine_file_list(setup->ctl, directory, "", &names);
	bool found = false;

	if (n < 0)
		return false;
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%.64s", directory, names[i]);
		if (strncmp(names[i], prefix, strlen(prefix)) == 0)
			found = found || is_for_group(setup, path, number);
	}
	machine_file_free_names(names, n);
	return found;
}

static bool is_restricted(const struct setup *setup)
{
	gid_t number;

	if (membership_number(setup, group, &number) < 0)
		return false;
	return is_restricted_by_driver(setup) ||
	       has_device_for_group(setup, "/dev", "nvidia", number) ||
	       has_device_for_group(setup, "/dev/dri", "card", number) ||
	       has_device_for_group(setup, "/dev/dri", "renderD", number);
}

static void join(struct setup *setup, const char *member)
{
	char note[256];
	int r = membership_read(setup, group, member);

	if (r == MEMBERSHIP_WHOLE || r == -ENOENT)
		return;
	if (r < 0) {
		setup_failed(setup, "/etc/gshadow", r);
		return;
	}
	if (!setup_go(setup, "put %s into the group %s, which VirtualGL gave the card to", member,
		      group))
		return;
	snprintf(note, sizeof(note), "%s %s", group, member);
	r = journal_note(setup->journal, JOURNAL_MEMBER, note, "");
	if (r == 0)
		r = membership_write(setup, group, member, true);
	if (r < 0)
		setup_failed(setup, "/etc/group", r);
}

void step_virtualgl(struct setup *setup)
{
	static const char *const gdm_users[] = { "Debian-gdm", "gdm" };
	struct account account;

	if (!is_restricted(setup))
		return;
	for (size_t i = 0; i < sizeof(gdm_users) / sizeof(gdm_users[0]); i++)
		if (setup_find_account(setup, gdm_users[i], &account) == 0)
			join(setup, gdm_users[i]);
	join(setup, setup->user);
}
