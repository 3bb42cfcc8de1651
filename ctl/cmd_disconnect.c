/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk disconnect */
#include <errno.h>
#include <stdio.h>

#include "control_protocol.h"
#include "ctl.h"
#include "scraper_control.h"

static const char about[] =
	"Lets all viewers go, also those that wait for the desktop. The scraper stays, and a "
	"viewer\n"
	"that connects again is let in as before. For root and the desktop's user.\n";

int cmd_disconnect(struct ctl *ctl, int argc, char **argv)
{
	const char *socket = NULL;
	const struct ctl_option options[] = {
		{ "control-socket", "PATH", "ask there", .value = &socket },
		{ 0 },
	};
	char answer[CONTROL_ANSWER_MAX], error[SCRAPER_ERROR_MAX];
	struct config config;
	int status = ctl_options_status(ctl, argc, argv, about, options);

	if (status >= 0)
		return status;
	ctl_config(ctl, &config, NULL, NULL);
	int r = scraper_ask(ctl, &config, socket, "disconnect", answer, error);
	if (r == -ENOTCONN)
		puts("Nobody is connected: the scraper does not run.");
	else if (r < 0)
		return ctl_failed("%s", error);
	else
		puts("All viewers have been let go.");
	return CTL_OK;
}
