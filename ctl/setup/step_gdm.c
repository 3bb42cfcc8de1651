/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GDM logs the user in when it starts, into an Xorg session. */
#include <stdlib.h>

#include "edit/gdm_edit.h"
#include "setup.h"

static void edit(struct setup *setup, const char *path, const char *text, size_t length)
{
	char *edited;
	int r = gdm_edit_apply(text, length, setup->user, &edited, &length);

	if (r == 0)
		return;
	if (r > 0) {
		if (setup_go(setup,
			     "set WaylandEnable=false, AutomaticLoginEnable=true and "
			     "AutomaticLogin=%s in %s",
			     setup->user, path))
			r = journal_write_file(setup->journal, path, edited, length, 0644);
		free(edited);
	}
	if (r < 0)
		setup_failed(setup, path, r);
}

void step_gdm(struct setup *setup)
{
	const char *path = setup->distribution.gdm_config;
	char *text;
	size_t length;
	int r;

	if (setup->distribution.family == DISTRIBUTION_UNKNOWN && !setup_exists(setup, path)) {
		setup_problem(setup,
			      "which file GDM reads here is not known: set WaylandEnable=false, "
			      "AutomaticLoginEnable=true and AutomaticLogin=%s in its [daemon] "
			      "section",
			      setup->user);
		return;
	}
	r = setup_read(setup, path, &text, &length);
	if (r < 0) {
		setup_failed(setup, path, r);
		return;
	}
	edit(setup, path, text, length);
	free(text);
}
