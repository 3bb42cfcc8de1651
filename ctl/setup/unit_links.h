/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What enables a unit: links in /etc/systemd/system. They are made and removed here, one by one and
 * recorded, and not by systemd, so that --undo puts back those that were there, however they were
 * made. systemd is told afterwards (setup->needs_reload).
 */
#ifndef GPUDESK_UNIT_LINKS_H
#define GPUDESK_UNIT_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "setup.h"

#define UNIT_LINKS_DIRECTORY "/etc/systemd/system"

enum { UNIT_LINKS_PATH_MAX = 1024 };

/*
 * The unit's file, that of its template for an instance: the first in the order in which systemd
 * looks. Returns 0 or -ENOENT.
 */
int unit_links_find_file(const struct setup *setup, const char *unit,
			 char ret_path[static UNIT_LINKS_PATH_MAX]);

/* Whether a link to /dev/null (or an empty file) forbids the unit. */
bool unit_links_is_masked(const struct setup *setup, const char *unit);

/* Whether links below *.wants or *.requires name the unit. */
bool unit_links_are_there(const struct setup *setup, const char *unit);

/* Removes all of these. Returns 0 or -errno. */
int unit_links_remove(struct setup *setup, const char *unit);

/*
 * Makes those that WantedBy= and RequiredBy= of the unit's file ask for and that are not there.
 * Returns their number, in a dry run of those that are missing, or -errno.
 */
int unit_links_make(struct setup *setup, const char *unit, bool only_count);

/*
 * The words of all lines "KEY=..." in the text of a unit's [Install] section, each malloc'ed, for
 * machine_file_free_names(). Returns their number or -ENOMEM.
 */
int unit_links_install_words(const char *text, size_t length, const char *key, char ***ret_words);

#endif
