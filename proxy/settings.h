/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration, read again when its file or a drop-in has changed. */
#ifndef GPUDESK_SETTINGS_H
#define GPUDESK_SETTINGS_H

#include <stdint.h>

#include "common/config.h"

enum { SETTINGS_PATH_MAX = sizeof(GPUDESK_RUNDIR "/scraper/.sock") + CONFIG_USER_MAX };

struct settings {
	const char *path;    /* borrowed */
	const char *sockets; /* the directory of the scrapers' sockets; NULL: not looked into */
	struct config config;
	uint64_t stamp; /* changes with the file and its drop-ins */
};

/* Reads the file for the first time. Logs what is wrong in it. */
void settings_init(struct settings *ret_settings, const char *path);

/* Reads the files again if one has changed, was replaced, came or went. Also sets the log level. */
void settings_refresh(struct settings *settings);

/* The socket of the configured user's scraper. */
void settings_get_scraper_path(const struct settings *settings,
			       char ret_path[static SETTINGS_PATH_MAX]);

/*
 * Whether there is no socket for the configured user, but one for another, whose name is in
 * ret_other: then waiting for it is in vain. While the machine starts, there may be none yet.
 */
bool settings_is_wrong_user(const struct settings *settings,
			    char ret_other[static CONFIG_USER_MAX]);

#endif
