/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "acting_as.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include "common/log.h"

/* setfsuid(2) reports no errors, but a second call with an invalid id returns the current one. */
static int set_ids(uid_t uid, gid_t gid)
{
	setfsgid(gid);
	setfsuid(uid);
	return (uid_t)setfsuid((uid_t)-1) == uid && (gid_t)setfsgid((gid_t)-1) == gid ? 0 : -EPERM;
}

int acting_as_begin(struct acting_as *acting, const char *name, uid_t uid, gid_t gid)
{
	*acting = (struct acting_as){ .uid = geteuid(), .gid = getegid() };
	if (uid == acting->uid)
		return 0;
	acting->n_groups = getgroups(ACTING_GROUPS_MAX, acting->groups);
	if (acting->n_groups < 0)
		return -errno;
	acting->is_other = true;
	if (initgroups(name, gid) < 0) {
		acting->is_other = false;
		return -errno;
	}
	int r = set_ids(uid, gid);
	if (r < 0)
		acting_as_end(acting);
	return r;
}

void acting_as_end(struct acting_as *acting)
{
	if (!acting->is_other)
		return;
	acting->is_other = false;
	if (set_ids(acting->uid, acting->gid) < 0 ||
	    setgroups((size_t)acting->n_groups, acting->groups) < 0) {
		log_error("cannot become root again");
		exit(EXIT_FAILURE);
	}
}
