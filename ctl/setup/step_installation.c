/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy's user and the run-time directories, which packages create and "make install" does not.
 * They belong to the installation and are not undone.
 */
#include "facts/machine_file.h"
#include "setup.h"

void step_installation(struct setup *setup)
{
	static const char *const sysusers[] = { "systemd-sysusers", "gpudesk.conf", NULL };
	static const char *const tmpfiles[] = { "systemd-tmpfiles", "--create", "gpudesk.conf",
						NULL };

	if (setup->ctl->root[0])
		return;
	if (!account_exists(setup->ctl, "gpudesk") &&
	    setup_go(setup, "create the system user gpudesk (systemd-sysusers gpudesk.conf)"))
		(void)setup_run(setup, sysusers);
	if (!machine_file_exists(setup->ctl, GPUDESK_RUNDIR "/sessions") &&
	    setup_go(setup, "create " GPUDESK_RUNDIR " (systemd-tmpfiles --create gpudesk.conf)"))
		(void)setup_run(setup, tmpfiles);
}
