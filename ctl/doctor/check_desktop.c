/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What GNOME does to a desktop that nobody uses for a while. */
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* The settings are read as the user; without GNOME, there are none. */
static bool has_gnome(const struct machine *machine)
{
	return machine->sessions.has_gnome && machine->probe.idle_delay[0];
}

static void check_screen_lock(const struct machine *machine, struct findings *findings)
{
	const struct probe *probe = &machine->probe;
	/* "uint32 300" */
	const char *delay = strrchr(probe->idle_delay, ' ');
	int seconds = atoi(delay ? delay : probe->idle_delay);

	if (!has_gnome(machine))
		finding_ok(findings, "not needed: no GNOME session is installed");
	else if (seconds == 0)
		finding_ok(findings, "GNOME does not blank the screen");
	else if (strcmp(probe->lock_enabled, "true") == 0)
		finding_warn(
			findings, "gpudesk setup (org.gnome.desktop.session idle-delay 0)",
			"GNOME blanks and locks the screen after %d s: a returning viewer has to "
			"type %s's login password, which may not exist",
			seconds, machine->config.user);
	else
		finding_warn(
			findings, "gpudesk setup (org.gnome.desktop.session idle-delay 0)",
			"GNOME blanks the screen after %d s: a returning viewer sees black until "
			"he moves the pointer",
			seconds);
}

static void check_suspend(const struct machine *machine, struct findings *findings)
{
	static const char fix[] = "gpudesk setup (org.gnome.settings-daemon.plugins.power "
				  "sleep-inactive-ac-type 'nothing')";
	const struct probe *probe = &machine->probe;

	if (!machine->may_suspend)
		finding_ok(findings, "not needed: this machine cannot suspend");
	else if (strcmp(probe->greeter_sleep, "'suspend'") == 0)
		finding_warn(findings, fix,
			     "GDM suspends the machine when it idles at the login screen");
	else if (strcmp(probe->session_sleep, "'suspend'") == 0 && has_gnome(machine))
		finding_warn(findings, fix, "GNOME suspends the machine when the desktop is idle");
	else
		finding_ok(findings, "neither GDM nor GNOME suspends the machine");
}

const struct check desktop_checks[] = {
	{ "screen-lock", CHECK_NEEDS_USER | CHECK_NEEDS_PROBE, check_screen_lock },
	{ "suspend", CHECK_NEEDS_USER | CHECK_NEEDS_PROBE, check_suspend },
	{ 0 },
};
