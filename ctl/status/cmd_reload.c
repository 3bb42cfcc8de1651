/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk reload */
#include "common/config.h"
#include "control_client.h"
#include "ctl.h"

static const char about[] =
	"Has the running scraper use the settings that gpudesk.conf has now, for viewers that\n"
	"connect from then on. Viewers that are connected keep theirs; frame_rate and the\n"
	"clipboard's change when none is connected any more. A scraper without viewers stops, and\n"
	"the next viewer starts it again. The proxy needs no reload. For root and the desktop's\n"
	"user.\n";

int cmd_reload(struct ctl *ctl, int argc, char **argv)
{
	return control_client_command(ctl, argc, argv, about, "reload",
				      "The scraper has read the settings again.",
				      "The scraper is not running: it reads the settings when it "
				      "starts.");
}
