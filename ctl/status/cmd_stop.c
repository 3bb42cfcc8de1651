/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk stop */
#include "control_client.h"
#include "ctl.h"

static const char about[] =
	"Stops the scraper, which disconnects all viewers. The next viewer starts it again.\n"
	"For root and the desktop's user.\n";

int cmd_stop(struct ctl *ctl, int argc, char **argv)
{
	return control_client_command(ctl, argc, argv, about, "stop", "The scraper is stopping.",
				      "The scraper is not running.");
}
