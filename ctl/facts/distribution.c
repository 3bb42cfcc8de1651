/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "distribution.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/gdm_config.h"
#include "ctl.h"
#include "machine_file.h"

enum { OS_RELEASE_MAX = 16384 };

/* Smart cards, fingerprints and PINs: of RHEL's GDM, and others'. One for all in newer GDMs. */
const char *const distribution_pam_services[] = { "/etc/pam.d/gdm-autologin",
						  "/etc/pam.d/gdm-password",
						  "/etc/pam.d/gdm-fingerprint",
						  "/etc/pam.d/gdm-pin",
						  "/etc/pam.d/gdm-smartcard",
						  "/etc/pam.d/gdm-switchable-auth",
						  NULL };
enum { ALWAYS_THERE = 2 };

bool distribution_pam_is_optional(const char *const *service)
{
	return service >= distribution_pam_services + ALWAYS_THERE;
}

static const struct distribution families[] = {
	[DISTRIBUTION_UNKNOWN] = {
		.family = DISTRIBUTION_UNKNOWN,
		.gdm_config = "/etc/gdm/custom.conf",
		.gdm_package = "gdm",
		.xorg_package = "the X.Org server",
		.install_command = "install",
	},
	[DISTRIBUTION_DEBIAN] = {
		.family = DISTRIBUTION_DEBIAN,
		.gdm_config = "/etc/gdm3/daemon.conf",
		.gdm_package = "gdm3",
		.xorg_package = "xserver-xorg",
		.install_command = "apt-get install",
	},
	[DISTRIBUTION_RHEL] = {
		.family = DISTRIBUTION_RHEL,
		.gdm_config = "/etc/gdm/custom.conf",
		.gdm_package = "gdm",
		.xorg_package = "xorg-x11-server-Xorg",
		.install_command = "dnf install",
	},
};

/* Without its quotation marks; the values that we read need no escapes (os-release(5)). */
static void copy_value(char *to, size_t size, const char *value)
{
	size_t length = strcspn(value, "\r\n");

	if (length >= 2 && strchr("\"'", value[0]) && value[length - 1] == value[0]) {
		value++;
		length -= 2;
	}
	snprintf(to, size, "%.*s", (int)length, value);
}

/* Copies the value of `key` ("ID=") from the last line that has it, if any. */
static void find_value(const char *text, const char *key, char *to, size_t size)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, strlen(key)) == 0)
			copy_value(to, size, line + strlen(key));
	}
}

static enum distribution_family family_of(const char *words)
{
	static const struct {
		const char *id;
		enum distribution_family family;
	} ids[] = {
		{ "debian", DISTRIBUTION_DEBIAN },  { "ubuntu", DISTRIBUTION_DEBIAN },
		{ "rhel", DISTRIBUTION_RHEL },	    { "fedora", DISTRIBUTION_RHEL },
		{ "centos", DISTRIBUTION_RHEL },    { "rocky", DISTRIBUTION_RHEL },
		{ "almalinux", DISTRIBUTION_RHEL },
	};
	char copy[128], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", words);
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
			if (strcmp(word, ids[i].id) == 0)
				return ids[i].family;
	return DISTRIBUTION_UNKNOWN;
}

static const char *find_gdm_config(const struct ctl *ctl, const struct distribution *distribution)
{
	for (const char *const *file = gdm_config_files; *file; file++)
		if (machine_file_exists(ctl, *file))
			return *file;
	if (distribution->family == DISTRIBUTION_DEBIAN && strcmp(distribution->id, "debian") != 0)
		return "/etc/gdm3/custom.conf";
	return distribution->gdm_config;
}

void distribution_read(const struct ctl *ctl, struct distribution *ret_distribution)
{
	char id[32] = "", version[32] = "", name[96] = "", like[96] = "", *text = NULL;

	if (machine_file_read(ctl, "/etc/os-release", OS_RELEASE_MAX, &text, NULL) < 0)
		machine_file_read(ctl, "/usr/lib/os-release", OS_RELEASE_MAX, &text, NULL);
	if (text) {
		find_value(text, "ID=", id, sizeof(id));
		find_value(text, "ID_LIKE=", like, sizeof(like));
		find_value(text, "VERSION_ID=", version, sizeof(version));
		find_value(text, "PRETTY_NAME=", name, sizeof(name));
		free(text);
	}
	enum distribution_family family = family_of(id);
	if (family == DISTRIBUTION_UNKNOWN)
		family = family_of(like);
	*ret_distribution = families[family];
	memcpy(ret_distribution->id, id, sizeof(id));
	memcpy(ret_distribution->version, version, sizeof(version));
	memcpy(ret_distribution->name, name, sizeof(name));
	ret_distribution->gdm_config = find_gdm_config(ctl, ret_distribution);
}

bool distribution_lacks_xorg(const struct distribution *distribution)
{
	return distribution->family == DISTRIBUTION_RHEL &&
	       strcmp(distribution->id, "fedora") != 0 && atoi(distribution->version) >= 10;
}

const char *distribution_x_session_package(const struct distribution *distribution)
{
	int version = atoi(distribution->version);

	if (distribution->family == DISTRIBUTION_RHEL && strcmp(distribution->id, "fedora") != 0)
		return "gnome-session-xsession";
	if (strcmp(distribution->id, "debian") == 0 && version > 0 && version <= 13)
		return version == 13 ? "gnome-session-xsession" : "gnome-session";
	if (strcmp(distribution->id, "ubuntu") == 0 && version <= 24)
		return "ubuntu-session";
	return distribution->family == DISTRIBUTION_DEBIAN ? "xfce4" : "xfce4-session";
}
