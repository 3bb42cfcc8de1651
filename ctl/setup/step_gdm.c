/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GDM logs the user in automatically, to an Xorg session. */
#include <stdlib.h>

#include "edit/gdm_edit.h"
#include "facts/machine_file.h"
#include "facts/x_server.h"
#include "setup.h"

static void edit(struct setup *setup, const char *path, const char *text, size_t length)
{
	bool has_wayland = x_sessions_gdm_has_wayland(setup->ctl);
	char *edited;
	int r = gdm_edit_apply(text, length, setup->user, has_wayland, &edited, &length);

	if (r < 0)
		setup_failed(setup, path, r);
	if (r <= 0)
		return;
	if (setup_go(setup, "set %sAutomaticLoginEnable=true and AutomaticLogin=%s in %s",
		     has_wayland ? "WaylandEnable=false, " : "", setup->user, path))
		(void)setup_write(setup, path, edited, length);
	free(edited);
}

/* GDM 50 has no WaylandEnable: the user's choice of a session decides. */
static void check_session(struct setup *setup)
{
	char command[X_SESSIONS_CHOOSE_MAX];
	struct x_sessions sessions;

	if (x_sessions_gdm_has_wayland(setup->ctl) ||
	    !x_sessions_may_be_wayland(setup->ctl, setup->user))
		return;
	x_sessions_read(setup->ctl, &sessions);
	setup_problem(
		setup,
		"this GDM has no WaylandEnable, so %s may get a Wayland session, which "
		"gpudesk cannot show: choose one for X, such as %s, at the login screen once, "
		"or: %s",
		setup->user, sessions.first,
		x_sessions_choose(setup->account.uid, sessions.first, command));
}

void step_gdm(struct setup *setup)
{
	const char *path = setup->distribution.gdm_config;
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
	char *text = setup_read(setup, path, &length);
	if (!text)
		return;
	edit(setup, path, text, length);
	free(text);
	check_session(setup);
}
