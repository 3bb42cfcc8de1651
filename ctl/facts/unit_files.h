/* SPDX-License-Identifier: GPL-2.0-or-later */
/* systemd's unit files and aliases, read below --root and without asking systemd. */
#ifndef GPUDESK_UNIT_FILES_H
#define GPUDESK_UNIT_FILES_H

#include <stdbool.h>

struct ctl;

/* Where the administrator's units and links are. */
#define UNIT_FILES_DIRECTORY "/etc/systemd/system"

enum { UNIT_FILE_PATH_MAX = 1024 };

/*
 * The unit's file, or that of its template for an instance: the first one in systemd's search
 * order. Returns 0 or -ENOENT.
 */
int unit_file_find(const struct ctl *ctl, const char *unit,
		   char ret_path[static UNIT_FILE_PATH_MAX]);

/* Whether the unit is masked: by a link to /dev/null, or by an empty file. */
bool unit_file_is_masked(const struct ctl *ctl, const char *unit);

/* Whether a link in a *.wants or *.requires directory of the administrator's enables the unit. */
bool unit_file_is_enabled(const struct ctl *ctl, const char *unit);

/* Writes the name of the unit that the link at `path` points to, "" if there is no link. */
void unit_file_alias(const struct ctl *ctl, const char *path,
		     char ret_unit[static UNIT_FILE_PATH_MAX]);

/* GDM's unit that is installed, one of gdm_units; NULL if none is. */
const char *unit_file_find_gdm(const struct ctl *ctl);

/* The names that distributions give GDM's unit. Ends with NULL. */
extern const char *const gdm_units[];

#endif
