/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk status */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl.h"
#include "json.h"
#include "plain_output.h"
#include "status.h"

enum { WATCH_SECONDS = 2 };

static const char about[] = "Shows the recorded sessions, the viewers and what they are sent, the "
			    "units and processes,\n"
			    "and the memory of NVIDIA's GPUs. Starts nothing. Only root and the "
			    "desktop's user can see\n"
			    "the viewers. The status is 3 if connections are refused, and 1 if the "
			    "scraper cannot be\n"
			    "asked.\n";

static int show(const struct status *status, bool as_json)
{
	if (as_json)
		return json_print(status_json(status));
	status_print(status, (uint64_t)time(NULL), stdout);
	return CTL_OK;
}

static int show_once(const struct ctl *ctl, const char *socket, bool as_json, bool clears)
{
	struct status *status = calloc(1, sizeof(*status));
	int r = status ? status_gather(ctl, socket, status) : -1;
	char reason[STATUS_REASON_MAX];
	int result = CTL_OK;

	if (clears)
		plain_output_escape(STDOUT_FILENO, "\33[H\33[2J");
	if (r >= 0)
		result = show(status, as_json);
	else
		result = ctl_failed("out of memory");
	/* The rest has been shown: scripts learn that something is missing. */
	if (r >= 0 && status_refuses(status, reason))
		result = CTL_REFUSING;
	else if (r >= 0 && status->scraper == SCRAPER_UNKNOWN)
		result = CTL_FAILED;
	if (status)
		status_finish(status);
	free(status);
	return result;
}

int cmd_status(struct ctl *ctl, int argc, char **argv)
{
	bool as_json = false, watches = false, is_terminal = isatty(STDOUT_FILENO);
	const char *socket = NULL;
	const struct ctl_option options[] = {
		{ "watch", NULL, "show it again every 2 seconds", .flag = &watches, .letter = 'w' },
		{ "json", NULL, "print JSON", .flag = &as_json },
		{ "control-socket", "PATH", "the scraper's control socket, if not the usual one",
		  .value = &socket },
		{ 0 },
	};
	int result = ctl_options_status(ctl, argc, argv, about, options);

	if (result >= 0)
		return result;
	do
		result = show_once(ctl, socket, as_json, watches && is_terminal && !as_json);
	while (watches && fflush(stdout) == 0 && sleep(WATCH_SECONDS) == 0);
	return result;
}
