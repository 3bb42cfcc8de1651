/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk disconnect */
#include "control_client.h"
#include "ctl.h"

static const char about[] =
	"Disconnects all viewers, including those that wait for the desktop. The scraper keeps\n"
	"running, and viewers may connect again. For root and the desktop's user.\n";

int cmd_disconnect(struct ctl *ctl, int argc, char **argv)
{
	return control_client_command(ctl, argc, argv, about, "disconnect",
				      "All viewers were disconnected.",
				      "No viewer is connected: the scraper is not running.");
}
