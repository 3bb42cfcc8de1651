/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk logs */
#include <string.h>

#include "ctl.h"
#include "log_filter.h"
#include "tool.h"

static const char about[] =
	"Shows what all parts of gpudesk, systemd about their units, and PAM about GDM's logins\n"
	"have logged since the machine started, by journalctl(1). Without root, only members of\n"
	"the groups adm and systemd-journal see it.\n";

int cmd_logs(struct ctl *ctl, int argc, char **argv)
{
	static struct log_filter filter;
	bool follow = false;
	struct config config;
	const struct ctl_option options[] = {
		{ "follow", NULL, "show the last entries, and each new one", .flag = &follow,
		  .letter = 'f' },
		{ 0 },
	};
	int status = ctl_options_status(ctl, argc, argv, about, options);

	if (status >= 0)
		return status;
	ctl_config(ctl, &config, NULL, NULL);
	log_filter_make(config.user, follow, &filter);
	return ctl_failed("cannot run journalctl: %s", strerror(-tool_become(filter.arguments)));
}
