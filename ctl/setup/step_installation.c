/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy's user and the run-time directories, which packages create and "make install" does not.
 * They belong to the installation and are not undone.
 */

#include "facts/machine_file.h"
#include "setup.h"
#include "tool.h"

static void run(struct setup *setup, const char *const argv[])
{
	char why[32];
	int r = tool_run(argv, false);

	snprintf(why, sizeof(why), "exit status %d", r);
	if (r < 0)
		setup_failed(setup, argv[0], r);
	else if (r > 0)
		setup_failed_by(setup, argv[0], why);
}

void step_installation(struct setup *setup)
{
	static const char *const sysusers[] = { "systemd-sysusers", "gpudesk.conf", NULL };
	static const char *const tmpfiles[] = { "systemd-tmpfiles", "--create", "gpudesk.conf",
						NULL };

	if (setup->ctl->root[0])
		return;
	if (!account_exists(setup->ctl, "gpudesk") &&
	    setup_go(setup, "create the system user gpudesk (systemd-sysusers gpudesk.conf)"))
		run(setup, sysusers);
	if (!machine_file_exists(setup->ctl, GPUDESK_RUNDIR "/sessions") &&
	    setup_go(setup, "create " GPUDESK_RUNDIR " (systemd-tmpfiles --create gpudesk.conf)"))
		run(setup, tmpfiles);
}
