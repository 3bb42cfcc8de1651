/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VNC servers of before are stopped and disabled. */
#include <string.h>
#include <sys/stat.h>

#include "facts/listeners.h"
#include "facts/old_server.h"
#include "setup.h"
#include "unit_actions.h"
#include "unit_links.h"

/* Not started at boot any more. */
static void disable(struct setup *setup, const char *unit)
{
	int r = unit_links_remove(setup, unit);

	if (r < 0)
		setup_failed(setup, unit, r);
}

static void retire(struct setup *setup, const char *unit)
{
	bool is_enabled = unit_links_are_there(setup, unit);
	bool is_active = unit_action_is_active(setup, unit);
	bool is_around_us = is_active && old_server_is_around_us(unit);

	if (is_around_us) {
		setup->is_port_taken = true;
		setup_problem(setup,
			      "this terminal is in the desktop of %s, which is not stopped under "
			      "it: run this again from another one (ssh), or reboot",
			      unit);
		is_active = false;
	}
	if (!is_enabled && !is_active)
		return;
	if (!setup_go(setup, "%s%s%s %s%s", is_active ? "stop" : "",
		      is_active && is_enabled ? " and " : "", is_enabled ? "disable" : "", unit,
		      is_active ? ", which ends what is open in it" : ""))
		return;
	if (is_enabled)
		disable(setup, unit);
	if (is_active)
		unit_action_stop(setup, unit);
}

/*
 * In a dry run: whether the holder goes with a unit that is stopped. PAM may have put it into a
 * session of its own.
 */
static bool is_retired(const struct setup *setup, const struct listener *listener)
{
	for (const char *const *name = old_server_units; *name; name++) {
		struct unit unit;

		if (strcmp(listener->unit, *name) == 0)
			return true;
		if (units_read(setup->bus, *name, &unit, NULL) < 0 || !unit_is_active(&unit))
			continue;
		if (unit.main_pid == listener->pid || old_server_is_program(listener->command))
			return true;
	}
	return false;
}

/* The documented unit was written by hand, for this alone. A link (a mask, say) is something else.
 */
static void remove_documented(struct setup *setup)
{
	static const char path[] = UNIT_LINKS_DIRECTORY "/x0vncserver.service";
	char here[CTL_PATH_MAX];
	struct stat status;
	int r;

	if (lstat(ctl_path(setup->ctl, path, here), &status) < 0 || !S_ISREG(status.st_mode) ||
	    !setup_go(setup, "remove %s (kept in %s)", path, JOURNAL_DIRECTORY))
		return;
	setup->needs_reload = true;
	r = journal_remove_file(setup->journal, path);
	if (r < 0)
		setup_failed(setup, path, r);
}

static bool is_service(const char *unit)
{
	size_t length = strlen(unit), suffix = strlen(".service");

	return length > suffix && strcmp(unit + length - suffix, ".service") == 0 &&
	       strncmp(unit, "user@", 5) != 0 && strncmp(unit, "gdm", 3) != 0;
}

/* Whatever else holds the port. */
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
		      "port %d is held by process %d (%s)%s%s: end it, and see that it does "
		      "not come back",
		      SETUP_PORT, (int)listener->pid,
		      listener->command[0] ? listener->command : "unknown",
		      listener->unit[0] ? " of " : "", listener->unit);
}

void step_old_servers(struct setup *setup)
{
	struct listener listeners[LISTENERS_MAX];
	int n;

	for (const char *const *unit = old_server_units; *unit; unit++)
		retire(setup, *unit);
	remove_documented(setup);
	if (!setup->bus)
		return;
	n = listeners_read(setup->ctl, SETUP_PORT, listeners, LISTENERS_MAX);
	if (n < 0)
		setup_failed(setup, "/proc/net/tcp", n);
	for (int i = 0; i < n; i++)
		retire_holder(setup, &listeners[i]);
}
