/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root with another user's rights to files, and no others, for a while. */
#ifndef GPUDESK_ACTING_AS_H
#define GPUDESK_ACTING_AS_H

#include <stdbool.h>
#include <sys/types.h>

enum { ACTING_GROUPS_MAX = 256 };

struct acting_as {
	bool is_other;
	uid_t uid; /* our own, to come back to */
	gid_t gid;
	int n_groups;
	gid_t groups[ACTING_GROUPS_MAX];
};

/*
 * From here on files are seen, made and changed as that user would (setfsuid(2)), with its groups.
 * Does nothing for a caller who is that user already. Returns 0, -EPERM, or -errno.
 */
int acting_as_begin(struct acting_as *acting, const char *name, uid_t uid, gid_t gid);
void acting_as_end(struct acting_as *acting);

#endif
