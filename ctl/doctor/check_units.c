/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk's units: installed, enabled, and listening for the configured user. */
#include <stdio.h>
#include <string.h>

#include "check.h"

static bool is(const char *text, const char *wanted)
{
	return strcmp(text, wanted) == 0;
}

/* Whether the socket works; if not, adds why. */
static bool works(const struct unit *unit, const char *name, struct findings *findings)
{
	const char *word = finding_word(name);
	const char *fix = finding_text("systemctl enable --now %s", word);

	if (is(unit->load, "masked"))
		finding_fail(findings, finding_text("systemctl unmask %s; %s", word, fix),
			     "%s is masked", name);
	else if (is(unit->load, "not-found"))
		finding_fail(findings, "reinstall gpudesk, then: systemctl daemon-reload",
			     "%s is not installed", name);
	else if (!unit_exists(unit))
		finding_fail(findings, finding_text("systemctl status %s", word),
			     "%s cannot be loaded: %s", name, unit->load);
	else if (is(unit->active, "failed"))
		finding_fail(findings,
			     finding_text("systemctl reset-failed %s gpudesk.service; systemctl "
					  "restart %s",
					  word, word),
			     "%s has failed (gpudesk logs says why)", name);
	else if (!unit_is_active(unit))
		finding_fail(findings, fix, "%s does not listen: it is %s", name, unit->active);
	else if (!unit_is_enabled(unit))
		finding_fail(findings, fix, "%s is not enabled: it will not start after a reboot",
			     name);
	else
		return true;
	return false;
}

static void check_socket(const struct machine *machine, struct findings *findings)
{
	const struct unit *unit = machine_unit(machine, "gpudesk.socket");

	if (!works(unit, "gpudesk.socket", findings))
		return;
	for (size_t i = 0; i < machine->n_listens; i++)
		finding_ok(findings, "gpudesk.socket listens on %s port %u",
			   machine->listens[i].address, machine->listens[i].port);
	if (machine->n_listens == 0)
		finding_ok(findings, "gpudesk.socket listens");
}

static void check_instance(const struct machine *machine, const char *part,
			   struct findings *findings)
{
	const char *name = machine_instance(machine, part, ".socket");

	if (works(machine_unit(machine, name), name, findings))
		finding_ok(findings, "%s listens", name);
}

static void check_scraper_socket(const struct machine *machine, struct findings *findings)
{
	check_instance(machine, "gpudesk-scraper", findings);
}

static void check_desktop_socket(const struct machine *machine, struct findings *findings)
{
	if (machine->config.start_desktop)
		check_instance(machine, "gpudesk-desktop", findings);
	else
		finding_ok(findings, "not needed: start_desktop = no");
}

static void check_control_socket(const struct machine *machine, struct findings *findings)
{
	const char *name = machine_instance(machine, "gpudesk-control", ".socket");

	if (unit_is_active(machine_unit(machine, name)))
		finding_ok(findings, "%s listens", name);
	else
		finding_warn(findings,
			     finding_text("systemctl enable --now %s", finding_word(name)),
			     "%s does not listen: gpudesk status, disconnect and stop cannot "
			     "reach the scraper",
			     name);
}

static void check_services(const struct machine *machine, struct findings *findings)
{
	const char *const names[] = { "gpudesk.service",
				      machine_instance(machine, "gpudesk-scraper", ".service"),
				      machine_instance(machine, "gpudesk-desktop", ".service") };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct unit *unit = machine_unit(machine, names[i]);

		if (is(unit->load, "masked"))
			finding_fail(findings,
				     finding_text("systemctl unmask %s", finding_word(names[i])),
				     "%s is masked: no viewer can connect", names[i]);
		else if (!unit_exists(unit))
			finding_fail(findings, "reinstall gpudesk, then: systemctl daemon-reload",
				     "%s is not installed", names[i]);
		else if (machine_unit_failed(machine, names[i]))
			finding_warn(findings,
				     finding_text("gpudesk logs; systemctl reset-failed %s",
						  finding_word(names[i])),
				     "%s failed when it last ran", names[i]);
	}
	if (findings->n == 0)
		finding_ok(findings, "installed, and none has failed");
}

/* systemd goes on with what it has read until it is told to read the files again. */
static void check_unit_files(const struct machine *machine, struct findings *findings)
{
	for (size_t i = 0; i < machine->n_units; i++) {
		const char *name = machine->unit_names[i];

		if (!machine->units[i].needs_reload ||
		    strncmp(name, "gpudesk", strlen("gpudesk")) != 0)
			continue;
		bool is_socket = strcmp(name, "gpudesk.socket") == 0;
		finding_warn(findings,
			     is_socket ? "systemctl daemon-reload; systemctl restart gpudesk.socket"
				       : "systemctl daemon-reload",
			     "the file of %s, or a drop-in of it, has changed, and systemd has not "
			     "read it again",
			     name);
	}
	if (findings->n == 0)
		finding_ok(findings, "systemd has read the units' files as they are");
}

const struct check unit_checks[] = {
	{ "socket", CHECK_NEEDS_SYSTEMD, check_socket },
	{ "scraper-socket", CHECK_NEEDS_SYSTEMD, check_scraper_socket },
	{ "desktop-socket", CHECK_NEEDS_SYSTEMD, check_desktop_socket },
	{ "control-socket", CHECK_NEEDS_SYSTEMD, check_control_socket },
	{ "unit-files", CHECK_NEEDS_SYSTEMD, check_unit_files },
	{ "services", CHECK_NEEDS_SYSTEMD, check_services },
	{ 0 },
};
