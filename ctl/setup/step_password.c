/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VNC password, which is the user's: it is looked at, never made. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "setup.h"

void step_password(struct setup *setup)
{
	const char *file = setup->config.password_file;
	char path[CTL_PATH_MAX], here[CTL_PATH_MAX];
	struct stat status;

	if (strncmp(file, "~/", 2) == 0)
		snprintf(path, sizeof(path), "%s%s", setup->account.home, file + 1);
	else
		snprintf(path, sizeof(path), "%s", file);
	snprintf(here, sizeof(here), "%s%s", setup->ctl->root, path);
	if (stat(here, &status) < 0 || status.st_size == 0)
		setup_note(setup,
			   "there is no password in %s, and nobody gets in without: "
			   "gpudesk passwd --user %s",
			   path, setup->user);
	else if (!S_ISREG(status.st_mode) ||
		 (status.st_uid != setup->account.uid && status.st_uid != 0) ||
		 (status.st_mode & 066))
		setup_note(setup,
			   "%s must be a file of %s's that nobody else can read, or nobody gets "
			   "in: gpudesk passwd --user %s",
			   path, setup->user, setup->user);
}
