/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which distribution this is, and where it keeps the files that gpudesk needs. */
#ifndef GPUDESK_DISTRIBUTION_H
#define GPUDESK_DISTRIBUTION_H

#include <stdbool.h>

struct ctl;

enum distribution_family {
	DISTRIBUTION_UNKNOWN,
	DISTRIBUTION_DEBIAN, /* Debian, Ubuntu and their relatives: pam-auth-update */
	DISTRIBUTION_RHEL,   /* RHEL, Rocky, Alma, Fedora: PAM lines in GDM's own files */
};

/* Paths do not include --root, and the files need not exist. Pointers are to static memory. */
struct distribution {
	char id[32];	  /* ID= of os-release(5): "ubuntu"; "" if there is no such file */
	char version[32]; /* VERSION_ID=: "22.04" */
	char name[96];	  /* PRETTY_NAME=, for messages */
	enum distribution_family family;
	/* GDM's configuration: the first of gdm_config_files that exists, else the usual one. */
	const char *gdm_config;
	const char *gdm_package;     /* "gdm3" */
	const char *xorg_package;    /* "xserver-xorg" */
	const char *install_command; /* "apt-get install", "dnf install" */
};

/* The PAM services of GDM's whose logins are recorded: paths below /etc/pam.d. NULL terminated. */
extern const char *const distribution_pam_services[];

/* Whether a GDM may lack that service of the list, or its way to log in be off. */
bool distribution_pam_is_optional(const char *const *service);

/* Reads /etc/os-release or /usr/lib/os-release. Always fills *ret_distribution. */
void distribution_read(const struct ctl *ctl, struct distribution *ret_distribution);

/* RHEL 10 and its relatives have no Xorg server at all. */
bool distribution_lacks_xorg(const struct distribution *distribution);

/* A package with a session for X: GNOME's where it still has one. */
const char *distribution_x_session_package(const struct distribution *distribution);

#endif
