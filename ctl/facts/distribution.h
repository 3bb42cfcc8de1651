/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which distribution this is, and where it keeps what gpudesk has to do with. */
#ifndef GPUDESK_DISTRIBUTION_H
#define GPUDESK_DISTRIBUTION_H

struct ctl;

enum distribution_family {
	DISTRIBUTION_UNKNOWN,
	DISTRIBUTION_DEBIAN, /* Debian, Ubuntu and their relatives: pam-auth-update */
	DISTRIBUTION_RHEL,   /* RHEL, Rocky, Alma, Fedora: PAM lines in GDM's own files */
};

/*
 * Paths are as they are called on the machine, without the --root in front, and exist whether or
 * not there is a file. Strings are static but for the first three.
 */
struct distribution {
	char id[32];	  /* ID= of os-release(5): "ubuntu"; "" without the file */
	char version[32]; /* VERSION_ID=: "22.04" */
	char name[96];	  /* PRETTY_NAME=, for words */
	enum distribution_family family;
	/*
	 * GDM's configuration: the first of gdm_config_files that exists, else the one that belongs
	 * to this distribution.
	 */
	const char *gdm_config;
	/* The PAM service files of the logins that are recorded, gdm-autologin and gdm-password. */
	const char *pam_services[3]; /* NULL terminated */
	/*
	 * Where the module's line goes: Debian's common-session, which pam-auth-update writes; on
	 * the RHEL family the same as pam_services.
	 */
	const char *pam_files[3];    /* NULL terminated */
	const char *gdm_package;     /* "gdm3" */
	const char *install_command; /* "apt-get install", "dnf install" */
};

/* Reads /etc/os-release (or /usr/lib/os-release). Always fills *ret_distribution. */
void distribution_read(const struct ctl *ctl, struct distribution *ret_distribution);

#endif
