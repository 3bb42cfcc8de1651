/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The members of groups, changed by gpasswd(1). */
#ifndef GPUDESK_MEMBER_H
#define GPUDESK_MEMBER_H

#include "setup.h"

/* Adds or removes the member, and says if that fails; does not record it. Returns 0 or -errno. */
int member_set(struct setup *setup, const char *group, const char *member, bool is_in);

#endif
