/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings that the running scraper has, and those that its file has by now. */
#ifndef GPUDESK_CURRENT_CONFIG_H
#define GPUDESK_CURRENT_CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include "common/config.h"

/* Whether the file at `path` gives other settings than *config. Logs nothing. */
bool current_config_is_outdated(const char *path, const struct config *config);

/*
 * Reads the file at `path` again, logs what is wrong in it, and takes its settings but those that
 * are shared by the viewers that are connected: frame_rate and the clipboard's.
 */
void current_config_reread(const char *path, struct config *config);

/* Writes the lines setting.KEY of control_protocol.h. */
void current_config_report(const struct config *config, FILE *answer);

#endif
