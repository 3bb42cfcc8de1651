/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit_actions.h"

#include <stdio.h>
#include <string.h>

#include "facts/unit_files.h"

bool unit_action_is_active(const struct setup *setup, const char *unit)
{
	struct unit now;

	if (!setup->bus || units_read(setup->bus, unit, &now, NULL) < 0)
		return false;
	return unit_is_active(&now) || strcmp(now.active, "activating") == 0;
}

bool unit_action_run(struct setup *setup, const char *verb, const char *unit)
{
	const char *const argv[] = { "systemctl", verb, unit, NULL };

	return !setup->bus || setup_run(setup, argv) == 0;
}

bool unit_action_start(struct setup *setup, const char *unit)
{
	return !setup->bus || (setup_record(setup, JOURNAL_UNIT, unit, "inactive") &&
			       unit_action_run(setup, "start", unit));
}

bool unit_action_stop(struct setup *setup, const char *unit)
{
	return !setup->bus || (setup_record(setup, JOURNAL_UNIT, unit, "active") &&
			       unit_action_run(setup, "stop", unit));
}

/* ---- For the next boot ----------------------------------------------------------------------- */

bool unit_action_is_enabled(const struct setup *setup, const char *unit)
{
	char manager[UNIT_FILE_PATH_MAX];

	for (const char *const *gdm = gdm_units; *gdm; gdm++)
		if (strcmp(unit, *gdm) == 0) {
			unit_file_alias(setup->ctl, UNIT_FILES_DIRECTORY "/display-manager.service",
					manager);
			return strcmp(manager, unit) == 0;
		}
	return unit_file_is_enabled(setup->ctl, unit);
}

/* systemctl reads and changes files only, and then has a running systemd read them again. */
static int run_systemctl(struct setup *setup, const char *verb, const char *argument,
			 const char *second)
{
	char root[CTL_ROOT_MAX + 8];
	const char *const argv[] = { "systemctl", root, "-q", verb, argument, second, NULL };

	snprintf(root, sizeof(root), "--root=%s", setup->ctl->root[0] ? setup->ctl->root : "/");
	setup->needs_reload = true;
	return setup_run(setup, argv);
}

/*
 * The port's socket is linked alone: to enable it would also enable those in its Also= for the user
 * that the package has as default.
 */
int unit_action_set_enabled(struct setup *setup, const char *unit, bool is_on)
{
	if (is_on && strcmp(unit, "gpudesk.socket") == 0)
		return run_systemctl(setup, "add-wants", "sockets.target", unit);
	return run_systemctl(setup, is_on ? "enable" : "disable", unit, NULL);
}

bool unit_action_enable(struct setup *setup, const char *unit, bool is_on)
{
	return setup_record(setup, JOURNAL_ENABLED, unit, is_on ? "disabled" : "enabled") &&
	       unit_action_set_enabled(setup, unit, is_on) == 0;
}

void unit_action_retire(struct setup *setup, const char *unit, bool is_enabled, bool is_active,
			const char *why)
{
	if ((!is_enabled && !is_active) || !setup_go(setup, "%s%s%s %s%s", is_active ? "stop" : "",
						     is_active && is_enabled ? " and " : "",
						     is_enabled ? "disable" : "", unit, why))
		return;
	if (is_enabled)
		(void)unit_action_enable(setup, unit, false);
	if (is_active)
		(void)unit_action_stop(setup, unit);
}

int unit_action_set_default(struct setup *setup, const char *target)
{
	return run_systemctl(setup, "set-default", target, NULL);
}

void unit_action_reload(struct setup *setup)
{
	static const char *const argv[] = { "systemctl", "daemon-reload", NULL };

	if (setup->needs_reload && setup->bus && setup_run(setup, argv) == 0)
		setup->needs_reload = false;
}
