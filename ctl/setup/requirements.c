/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "requirements.h"

#include <stdlib.h>

#include "facts/x_server.h"

int requirements_check(const struct setup *setup)
{
	const struct distribution *distribution = &setup->distribution;
	struct x_sessions sessions;

	if (!x_server_is_installed(setup->ctl) && distribution_lacks_xorg(distribution))
		return ctl_failed("nothing was changed: %s has no Xorg server, and gpudesk shows "
				  "X sessions only. What works here is GNOME's own remote desktop "
				  "(RDP: grdctl --system); for gpudesk, use an image with Xorg",
				  distribution->name);
	if (!x_server_is_installed(setup->ctl))
		return ctl_failed("nothing was changed: Xorg is not installed: %s %s, then run "
				  "setup again",
				  distribution->install_command, distribution->xorg_package);
	x_sessions_read(setup->ctl, &sessions);
	if (sessions.n == 0)
		return ctl_failed("nothing was changed: no session for X is installed, so %s has "
				  "no desktop to log in to: %s %s, then run setup again",
				  setup->user, distribution->install_command,
				  distribution_x_session_package(distribution));
	return CTL_OK;
}
