/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk's units: installed, enabled, and listening for the configured user. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts/machine_file.h"
#include "facts/unit_files.h"

static bool is(const char *text, const char *wanted)
{
	return strcmp(text, wanted) == 0;
}

/* Whether the socket works; if not, adds why. */
static bool works(const struct unit *unit, const char *name, struct findings *findings)
{
	const char *fix = finding_text("systemctl enable --now '%s'", name);

	if (is(unit->load, "masked"))
		finding_fail(findings, finding_text("systemctl unmask '%s'; %s", name, fix),
			     "%s is masked", name);
	else if (is(unit->load, "not-found"))
		finding_fail(findings, "reinstall gpudesk, then: systemctl daemon-reload",
			     "%s is not installed", name);
	else if (!unit_exists(unit))
		finding_fail(findings, finding_text("systemctl status '%s'", name),
			     "%s cannot be loaded: %s", name, unit->load);
	else if (is(unit->active, "failed"))
		finding_fail(findings,
			     finding_text("systemctl reset-failed '%s' gpudesk.service; systemctl "
					  "restart '%s'",
					  name, name),
			     "%s has failed (journalctl -u '%s' says why)", name, name);
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

/* The user whom the socket is enabled for; "" if for none. */
static void find_enabled_user(const struct machine *machine, const char *part, char *ret_user,
			      size_t size)
{
	char prefix[64], **names = NULL;
	int n = machine_file_list(machine->ctl, UNIT_FILES_DIRECTORY "/gpudesk.socket.wants",
				  ".socket", &names);

	snprintf(prefix, sizeof(prefix), "%s@", part);
	ret_user[0] = '\0';
	for (int i = 0; i < n; i++) {
		const char *user = names[i] + strlen(prefix);

		if (strncmp(names[i], prefix, strlen(prefix)) == 0)
			snprintf(ret_user, size, "%.*s", (int)strcspn(user, "."), user);
	}
	machine_file_free_names(names, n);
}

static void check_instance(const struct machine *machine, const char *part,
			   struct findings *findings)
{
	const char *name = machine_instance(machine, part, ".socket");
	const struct unit *unit = machine_unit(machine, name);
	char other[64];

	find_enabled_user(machine, part, other, sizeof(other));
	if (unit_exists(unit) && !unit_is_active(unit) && !unit_is_enabled(unit) && other[0] &&
	    !is(other, machine->config.user))
		finding_fail(
			findings,
			finding_text("systemctl disable --now '%s@%s.socket'; systemctl enable "
				     "--now '%s'",
				     part, other, name),
			"%s is enabled for %s, but user = %s in %s", part, other,
			machine->config.user, machine->ctl->config_path);
	else if (works(unit, name, findings))
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
		finding_warn(findings, finding_text("systemctl enable --now '%s'", name),
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
			finding_fail(findings, finding_text("systemctl unmask '%s'", names[i]),
				     "%s is masked: no viewer can connect", names[i]);
		else if (!unit_exists(unit))
			finding_fail(findings, "reinstall gpudesk, then: systemctl daemon-reload",
				     "%s is not installed", names[i]);
		else if (machine_unit_failed(machine, names[i]))
			finding_warn(findings,
				     finding_text("journalctl -b -u '%s'; systemctl reset-failed "
						  "'%s'",
						  names[i], names[i]),
				     "%s failed when it last ran", names[i]);
	}
	if (findings->n == 0)
		finding_ok(findings, "installed, and none has failed");
}

const struct check unit_checks[] = {
	{ "socket", CHECK_NEEDS_SYSTEMD, check_socket },
	{ "scraper-socket", CHECK_NEEDS_SYSTEMD, check_scraper_socket },
	{ "desktop-socket", CHECK_NEEDS_SYSTEMD, check_desktop_socket },
	{ "control-socket", CHECK_NEEDS_SYSTEMD, check_control_socket },
	{ "services", CHECK_NEEDS_SYSTEMD, check_services },
	{ 0 },
};
