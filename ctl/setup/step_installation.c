/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a package has done already, and "make install" has not: the proxy's user and the run-time
 * directories. They belong to the installation and are not undone.
 */

#include "setup.h"
#include "tool.h"

static void run(struct setup *setup, const char *const argv[])
{
	int r = tool_run(argv, false);

	if (r < 0) {
		setup_failed(setup, argv[0], r);
	} else if (r > 0) {
		setup->n_problems++;
		printf("FAILED: %s: exit status %d\n", argv[0], r);
	}
}

void step_installation(struct setup *setup)
{
	static const char *const sysusers[] = { "systemd-sysusers", "gpudesk.conf", NULL };
	static const char *const tmpfiles[] = { "systemd-tmpfiles", "--create", "gpudesk.conf",
						NULL };
	struct account account;

	if (setup->ctl->root[0])
		return;
	if (setup_find_account(setup, "gpudesk", &account) < 0 &&
	    setup_go(setup, "make the system user gpudesk (systemd-sysusers gpudesk.conf)"))
		run(setup, sysusers);
	if (!setup_exists(setup, GPUDESK_RUNDIR "/sessions") &&
	    setup_go(setup, "make " GPUDESK_RUNDIR " (systemd-tmpfiles --create gpudesk.conf)"))
		run(setup, tmpfiles);
}
