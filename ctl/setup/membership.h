/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The members of groups in /etc/group and /etc/gshadow. */
#ifndef GPUDESK_MEMBERSHIP_H
#define GPUDESK_MEMBERSHIP_H

#include "setup.h"

/* HALF: in one file only, as a change was interrupted. */
enum membership { MEMBERSHIP_NONE, MEMBERSHIP_HALF, MEMBERSHIP_WHOLE };

/* Returns enum membership; -ENOENT if /etc/group has no such group; or -errno. */
int membership_read(const struct setup *setup, const char *group, const char *member);

/*
 * Adds or removes the member, under the lock of useradd(8). The caller records it in the journal.
 * Returns 0, -EBUSY if another program holds that lock, or -errno.
 */
int membership_write(const struct setup *setup, const char *group, const char *member, bool is_in);

/* Removes the temporary files of a change that was interrupted. */
void membership_tidy(const struct setup *setup);

#endif
