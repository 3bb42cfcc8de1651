/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration, read again when its file has changed. */
#ifndef GPUDESK_SETTINGS_H
#define GPUDESK_SETTINGS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "common/config.h"

struct settings {
	const char *path; /* borrowed */
	struct config config;
	bool exists;
	struct stat stamp; /* of the file that was read; what matters is whether it differs */
};

/* Reads the file for the first time. What is wrong in it is logged. */
void settings_init(struct settings *ret_settings, const char *path);

/* Reads the file again if it is another, or has changed. Also sets the log level. */
void settings_refresh(struct settings *settings);

#endif
