/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VNC password: it is the user's, so it is only checked. */
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
	if (stat(ctl_path(setup->ctl, path, here), &status) < 0 || status.st_size == 0)
		setup_note(setup,
			   "no password is set in %s, so no viewer can connect: run \"gpudesk "
			   "passwd --user %s\"",
			   path, setup->user);
	else if (!S_ISREG(status.st_mode) ||
		 (status.st_uid != setup->account.uid && status.st_uid != 0) ||
		 (status.st_mode & 066))
		setup_note(setup,
			   "%s must belong to %s and be readable only by its owner, or no viewer "
			   "can connect: see \"gpudesk doctor\"",
			   path, setup->user);
}
