/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "member.h"

int member_set(struct setup *setup, const char *group, const char *member, bool is_in)
{
	const char *verb = is_in ? "--add" : "--delete", *root = setup->ctl->root;
	const char *const here[] = { "gpasswd", verb, member, group, NULL };
	const char *const below[] = { "gpasswd", "--root", root, verb, member, group, NULL };

	return setup_run(setup, root[0] ? below : here);
}
