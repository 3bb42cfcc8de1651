/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk stop */
#include <errno.h>
#include <stdio.h>

#include "control_protocol.h"
#include "ctl.h"
#include "scraper_control.h"

static const char about[] = "Stops the scraper, and with it all connections of viewers. The next "
			    "viewer starts it again.\n"
			    "For root and the desktop's user.\n";

int cmd_stop(struct ctl *ctl, int argc, char **argv)
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
	int r = scraper_ask(ctl, &config, socket, "stop", answer, error);
	if (r == -ENOTCONN)
		puts("The scraper does not run.");
	else if (r < 0)
		return ctl_failed("%s", error);
	else
		puts("The scraper is stopping.");
	return CTL_OK;
}
