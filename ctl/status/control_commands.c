/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk disconnect, reload and stop: what the running scraper is told to do. */
#include "control_client.h"
#include "ctl.h"

int cmd_disconnect(struct ctl *ctl, int argc, char **argv)
{
	return control_client_command(
		ctl, argc, argv,
		"Disconnects all viewers, including those that wait for the desktop. The scraper "
		"keeps\n"
		"running, and viewers may connect again. For root and the desktop's user.\n",
		"disconnect", "All viewers were disconnected.",
		"No viewer is connected: the scraper is not running.");
}

int cmd_reload(struct ctl *ctl, int argc, char **argv)
{
	return control_client_command(
		ctl, argc, argv,
		"Has the running scraper use the settings that gpudesk.conf has now, for viewers "
		"that\n"
		"connect from then on. Viewers that are connected keep theirs; frame_rate and the\n"
		"clipboard's change when none is connected any more; with sound = no, listening "
		"ends. A\n"
		"scraper without viewers stops, and the next viewer starts it again. The proxy "
		"needs no\n"
		"reload. For root and the desktop's user.\n",
		"reload", "The scraper has read the settings again.",
		"The scraper is not running: it reads the settings when it starts.");
}

int cmd_stop(struct ctl *ctl, int argc, char **argv)
{
	return control_client_command(ctl, argc, argv,
				      "Stops the scraper, which disconnects all viewers. The next "
				      "viewer starts it again.\n"
				      "For root and the desktop's user.\n",
				      "stop", "The scraper is stopping.",
				      "The scraper is not running.");
}
