/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The links in /etc/systemd/system that enable a unit. Setup makes and removes them itself, and
 * records each, so that --undo restores them however they were made. systemd then has to reload
 * (setup->needs_reload).
 */
#ifndef GPUDESK_UNIT_LINKS_H
#define GPUDESK_UNIT_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "setup.h"

/* Whether a link in *.wants or *.requires enables the unit. */
bool unit_links_exist(const struct setup *setup, const char *unit);

/* Removes all of them. Returns 0 or -errno. */
int unit_links_remove(struct setup *setup, const char *unit);

/*
 * Makes the missing ones that WantedBy= and RequiredBy= in the unit's file ask for. Returns how
 * many it made, or with `only_count` would make; or -errno.
 */
int unit_links_make(struct setup *setup, const char *unit, bool only_count);

/*
 * The words of all "KEY=..." in the [Install] section of a unit file's text, for
 * machine_file_free_names(). Returns how many there are, or -ENOMEM.
 */
int unit_links_install_words(const char *text, size_t length, const char *key, char ***ret_words);

#endif
