/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GDM logs the user in automatically, to an Xorg session. */
#include <stdlib.h>

#include "edit/gdm_edit.h"
#include "facts/machine_file.h"
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

	if (setup->distribution.family == DISTRIBUTION_UNKNOWN &&
	    !machine_file_exists(setup->ctl, path)) {
		setup_problem(setup,
			      "cannot tell which file GDM reads here: set WaylandEnable=false, "
			      "AutomaticLoginEnable=true and AutomaticLogin=%s in its [daemon] "
			      "section",
			      setup->user);
		return;
	}
	int r = setup_read(setup, path, &text, &length);
	if (r < 0) {
		setup_failed(setup, path, r);
		return;
	}
	edit(setup, path, text, length);
	free(text);
}
