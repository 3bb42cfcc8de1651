/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk status */
#include <stdio.h>
#include <stdlib.h>

#include "ctl.h"
#include "json.h"
#include "status.h"

static const char about[] = "Shows the recorded sessions, the viewers and what they are sent, the "
			    "units and processes,\n"
			    "and the memory of NVIDIA's GPUs. Starts nothing. Only root and the "
			    "desktop's user can see\n"
			    "the viewers.\n";

static int show(const struct status *status, bool as_json)
{
	if (as_json)
		return json_print(status_json(status));
	status_print(status, (uint64_t)time(NULL), stdout);
	return CTL_OK;
}

int cmd_status(struct ctl *ctl, int argc, char **argv)
{
	bool as_json = false;
	const char *socket = NULL;
	const struct ctl_option options[] = {
		{ "json", NULL, "print JSON", .flag = &as_json },
		{ "control-socket", "PATH", "the scraper's control socket, if not the usual one",
		  .value = &socket },
		{ 0 },
	};
	int result = ctl_options_status(ctl, argc, argv, about, options);

	if (result >= 0)
		return result;
	struct status *status = calloc(1, sizeof(*status));
	int r = status ? status_gather(ctl, socket, status) : -1;
	if (r >= 0)
		result = show(status, as_json);
	else
		result = ctl_failed("out of memory");
	/* The rest has been shown: scripts learn that something is missing. */
	if (r >= 0 && status->scraper == SCRAPER_UNKNOWN)
		result = CTL_FAILED;
	if (status)
		status_finish(status);
	free(status);
	return result;
}
