/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GDM logs the user in automatically, to an Xorg session. */
#include <stdlib.h>

#include "edit/gdm_edit.h"
#include "facts/machine_file.h"
#include "facts/x_sessions.h"
#include "setup.h"

static void edit(struct setup *setup, const char *path, const char *text, size_t length)
{
	const struct gdm_edit edit = {
		.user = setup->user,
		.has_wayland = x_sessions_gdm_has_wayland(setup->ctl),
		.fallback = x_sessions_gdm_has_fallback(setup->ctl) ? setup->session : NULL,
	};
	char *edited;
	int r = gdm_edit_apply(&edit, text, length, &edited, &length);

	if (r < 0)
		setup_failed(setup, path, r);
	if (r <= 0)
		return;
	if (setup_go(setup, "set %s%s%s%sAutomaticLoginEnable=true and AutomaticLogin=%s in %s",
		     edit.has_wayland ? "WaylandEnable=false, " : "",
		     edit.fallback ? "FallbackSession=" : "", edit.fallback ? edit.fallback : "",
		     edit.fallback ? ", " : "", setup->user, path))
		(void)setup_write(setup, path, edited, length);
	free(edited);
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
}
