/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk disconnect */
#include "control_client.h"
#include "ctl.h"

static const char about[] =
	"Lets all viewers go, also those that wait for the desktop. The scraper stays, and a "
	"viewer\n"
	"that connects again is let in as before. For root and the desktop's user.\n";

int cmd_disconnect(struct ctl *ctl, int argc, char **argv)
{
	return control_client_command(ctl, argc, argv, about, "disconnect",
				      "All viewers have been let go.",
				      "Nobody is connected: the scraper does not run.");
}
