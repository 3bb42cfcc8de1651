/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VNC servers that use the port are stopped and disabled. */
#include <string.h>
#include <sys/stat.h>

#include "facts/listeners.h"
#include "facts/old_server.h"
#include "facts/unit_files.h"
#include "setup.h"
#include "unit_actions.h"
#include "unit_links.h"

static void disable(struct setup *setup, const char *unit)
{
	int r = unit_links_remove(setup, unit);

	if (r < 0)
		setup_failed(setup, unit, r);
}

static void retire(struct setup *setup, const char *unit)
{
	bool is_enabled = unit_links_exist(setup, unit);
	bool is_active = unit_action_is_active(setup, unit);
	bool runs_us = is_active && old_server_runs_us(unit);

	if (runs_us) {
		setup->is_port_taken = true;
		setup_problem(setup,
			      "%s runs the desktop of this terminal, so it is not stopped: run "
			      "setup again over SSH, or reboot",
			      unit);
		is_active = false;
	}
	if (!is_enabled && !is_active)
		return;
	if (!setup_go(setup, "%s%s%s %s%s", is_active ? "stop" : "",
		      is_active && is_enabled ? " and " : "", is_enabled ? "disable" : "", unit,
		      is_active ? ", which closes everything in it" : ""))
		return;
	if (is_enabled)
		disable(setup, unit);
	if (is_active)
		unit_action_stop(setup, unit);
}

/*
 * In a dry run: whether the process ends with a unit that is stopped. PAM may have moved it to a
 * session of its own.
 */
static bool is_retired(const struct setup *setup, const struct listener *listener)
{
	for (const struct old_server *server = old_servers; server->unit; server++) {
		struct unit unit;

		if (strcmp(listener->unit, server->unit) == 0)
			return true;
		if (units_read(setup->bus, server->unit, &unit, NULL) < 0 || !unit_is_active(&unit))
			continue;
		if (unit.main_pid == listener->pid || old_server_is_program(listener->command))
			return true;
	}
	return false;
}

/* Only a regular file: a link may mask the unit. */
static void remove_documented(struct setup *setup)
{
	static const char path[] = UNIT_FILES_DIRECTORY "/" OLD_SERVER_DOCUMENTED;
	char here[CTL_PATH_MAX];
	struct stat status;

	if (lstat(ctl_path(setup->ctl, path, here), &status) < 0 || !S_ISREG(status.st_mode) ||
	    !setup_go(setup, "remove %s (a copy is kept in %s)", path, JOURNAL_DIRECTORY))
		return;
	setup->needs_reload = true;
	int r = journal_remove_file(setup->journal, path);
	if (r < 0)
		setup_failed(setup, path, r);
}

static bool is_service(const char *unit)
{
	size_t length = strlen(unit), suffix = strlen(".service");

	return length > suffix && strcmp(unit + length - suffix, ".service") == 0 &&
	       strncmp(unit, "user@", 5) != 0 && strncmp(unit, "gdm", 3) != 0;
}

/* Another process that holds the port. */
static void retire_holder(struct setup *setup, const struct listener *listener)
{
	if (listener->pid == 1 || strncmp(listener->unit, "gpudesk", 7) == 0)
		return;
	if (setup->is_dry && is_retired(setup, listener))
		return;
	if (old_server_is_program(listener->command) && is_service(listener->unit)) {
		retire(setup, listener->unit);
		return;
	}
	setup->is_port_taken = true;
	setup_problem(setup,
		      "port %d is held by process %d (%s)%s%s: stop it, and keep it from "
		      "starting again",
		      CTL_PORT, (int)listener->pid,
		      listener->command[0] ? listener->command : "unknown",
		      listener->unit[0] ? " of " : "", listener->unit);
}

void step_old_servers(struct setup *setup)
{
	struct listener listeners[LISTENERS_MAX];

	for (const struct old_server *server = old_servers; server->unit; server++)
		retire(setup, server->unit);
	remove_documented(setup);
	if (!setup->bus)
		return;
	int n = listeners_read(setup->ctl, CTL_PORT, listeners, LISTENERS_MAX);
	if (n < 0)
		setup_failed(setup, "/proc/net/tcp", n);
	for (int i = 0; i < n; i++)
		retire_holder(setup, &listeners[i]);
}
