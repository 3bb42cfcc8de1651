/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The session's X server, as a process of the user's found it. */
#include <stdlib.h>

#include "check.h"

/* What the scraper can show: scraper/x11/display.c. */
static bool is_depth_shown(int depth)
{
	return depth == 8 || depth == 15 || depth == 16 || depth == 24 || depth == 30 ||
	       depth == 32;
}

static void check_x(const struct machine *machine, struct findings *findings)
{
	const struct probe *probe = &machine->probe;

	if (machine->probe_error)
		finding_warn(findings, "", "not checked: %s", probe_words(machine->probe_error));
	else if (machine->chosen < 0)
		finding_warn(findings, "", "not checked: no session is recorded");
	else if (probe->has_x && !is_depth_shown(probe->depth))
		finding_fail(findings, "set DefaultDepth 24 in xorg.conf",
			     "display %s has depth %d, which gpudesk cannot show", probe->display,
			     probe->depth);
	else if (probe->has_x && probe->timed_out)
		finding_fail(findings, "journalctl -b -t gdm-x-session; nvidia-smi",
			     "display %s hangs: it did not answer in %d s", probe->display,
			     PROBE_SECONDS);
	else if (probe->has_x)
		finding_ok(findings, "display %s, %s, depth %d, reached as %s", probe->display,
			   probe->size, probe->depth, machine->config.user);
	else if (probe->timed_out)
		finding_fail(findings, "journalctl -b -t gdm-x-session",
			     "the X server did not answer in %d s", PROBE_SECONDS);
	else
		finding_fail(findings,
			     "journalctl -b -t gdm-x-session; if the desktop is lost: systemctl "
			     "restart display-manager",
			     "%s (authority file %s)",
			     probe->x_problem[0] ? probe->x_problem : "cannot reach the X server",
			     machine->records[machine->chosen].record.xauthority);
}

static void check_mit_shm(const struct machine *machine, struct findings *findings)
{
	const struct probe *probe = &machine->probe;

	if (!probe->has_shm)
		finding_warn(findings, "enable MIT-SHM in the Extensions section of xorg.conf",
			     "the X server has no MIT-SHM extension: reading the screen is slow");
	else if (atof(probe->shm_version) < 1.2)
		finding_warn(findings, "upgrade the X server",
			     "MIT-SHM is %s: passing memory by descriptor needs 1.2",
			     probe->shm_version);
	else
		finding_ok(findings, "MIT-SHM %s", probe->shm_version);
}

static void check_damage(const struct machine *machine, struct findings *findings)
{
	if (!machine->probe.has_damage || !machine->probe.has_xfixes)
		finding_fail(findings,
			     "enable DAMAGE and XFIXES in the Extensions section of xorg.conf",
			     "the X server has no %s extension, which gpudesk needs",
			     machine->probe.has_damage ? "XFIXES" : "DAMAGE");
	else
		finding_ok(findings, "the X server has DAMAGE and XFIXES");
}

static void check_randr(const struct machine *machine, struct findings *findings)
{
	if (!machine->config.resize)
		finding_ok(findings, "not needed: resize = no");
	else if (machine->probe.has_randr)
		finding_ok(findings, "RandR %s", machine->probe.randr_version);
	else
		finding_warn(findings, "enable RANDR in the Extensions section of xorg.conf",
			     "the X server has no RandR extension: viewers cannot resize the "
			     "desktop");
}

static void check_xtest(const struct machine *machine, struct findings *findings)
{
	if (machine->config.view_only)
		finding_ok(findings, "not needed: view_only = yes");
	else if (machine->probe.has_xtest)
		finding_ok(findings, "the X server has XTEST");
	else
		finding_fail(findings, "enable XTEST in the Extensions section of xorg.conf",
			     "the X server has no XTEST extension: viewers can see the desktop, "
			     "not use it");
}

const struct check x_checks[] = {
	{ "x", CHECK_NEEDS_USER | CHECK_NEEDS_PROBE, check_x },
	{ "mit-shm", CHECK_NEEDS_DISPLAY, check_mit_shm },
	{ "damage", CHECK_NEEDS_DISPLAY, check_damage },
	{ "randr", CHECK_NEEDS_DISPLAY, check_randr },
	{ "xtest", CHECK_NEEDS_DISPLAY, check_xtest },
	{ 0 },
};
