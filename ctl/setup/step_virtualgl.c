/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * If vglserver_config has given the NVIDIA devices to the group vglusers, GDM's X server and the
 * desktop can use them only as its members. GDM 49 and later have no user that could be one.
 */
#include <stdio.h>

#include "facts/virtualgl.h"
#include "setup.h"

int step_virtualgl_set(struct setup *setup, const char *group, const char *member, bool is_in)
{
	const char *verb = is_in ? "--add" : "--delete", *root = setup->ctl->root;
	const char *const here[] = { "gpasswd", verb, member, group, NULL };
	const char *const below[] = { "gpasswd", "--root", root, verb, member, group, NULL };

	return setup_run(setup, root[0] ? below : here);
}

static void join(struct setup *setup, const char *member, gid_t group)
{
	char group_and_member[256];

	if (account_is_in_group(setup->ctl, member, group) ||
	    !setup_go(setup,
		      "add %s to the group " VIRTUALGL_GROUP ", which VirtualGL gave the card to",
		      member))
		return;
	snprintf(group_and_member, sizeof(group_and_member), VIRTUALGL_GROUP " %s", member);
	if (setup_record(setup, JOURNAL_MEMBER, group_and_member, ""))
		(void)step_virtualgl_set(setup, VIRTUALGL_GROUP, member, true);
}

void step_virtualgl(struct setup *setup)
{
	const char *gdm = virtualgl_gdm_user(setup->ctl);
	struct virtualgl virtualgl;
	gid_t group;

	virtualgl_read(setup->ctl, &virtualgl);
	if (!virtualgl.device[0] && !virtualgl.is_in_modules)
		return;
	if (account_find_group(setup->ctl, VIRTUALGL_GROUP, &group) < 0)
		return;
	if (gdm)
		join(setup, gdm, group);
	join(setup, setup->user, group);
}
