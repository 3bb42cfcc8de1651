/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GDM and the X server read their configuration when they start. Restarting them closes the
 * desktop, so it is done only on request, and last: setup may run on that desktop.
 */
#include "setup.h"
#include "unit_actions.h"

/*
 * Whether setup has changed something that they read since the unit was started. That its state
 * changed last then would not do: systemd may set that anew when it reloads.
 */
static bool is_changed_since_start(const struct setup *setup, const char *unit)
{
	const struct journal_entry *entries;
	size_t n = journal_entries(setup->journal, &entries);
	uint64_t start = 0; /* µs, CLOCK_REALTIME */

	(void)units_get_usec(setup->bus, unit, "Unit", "InactiveExitTimestamp", &start, NULL);
	for (size_t i = 0; i < n; i++) {
		bool is_file = entries[i].kind == JOURNAL_FILE &&
			       setup_is_desktop_file(setup, entries[i].name);

		if ((is_file || entries[i].kind == JOURNAL_MEMBER ||
		     entries[i].kind == JOURNAL_PROFILE) &&
		    journal_time(setup->journal, i) > start)
			return true;
	}
	return false;
}

void step_restart_unit(struct setup *setup, const char *unit)
{
	if (!setup->restart_desktop)
		setup_note(setup,
			   "this takes effect when %s restarts, which closes everything on the "
			   "desktop: reboot, or: systemctl restart %s",
			   unit, unit);
	else if (setup_go(setup, "restart %s", unit))
		unit_action_run(setup, "restart", unit);
}

static void start(struct setup *setup, const char *unit)
{
	if (setup->restart_desktop) {
		if (setup_go(setup, "start %s", unit))
			unit_action_start(setup, unit);
	} else if (setup->config.start_desktop) {
		setup_note(setup, "%s is not running; the first viewer starts it", unit);
	} else {
		setup_note(setup, "%s is not running: systemctl start %s", unit, unit);
	}
}

void step_restart(struct setup *setup)
{
	struct unit manager;

	if (!setup->bus)
		return;
	if (units_read(setup->bus, "display-manager.service", &manager, NULL) < 0 ||
	    !unit_exists(&manager))
		if (units_read(setup->bus, "gdm.service", &manager, NULL) < 0 ||
		    !unit_exists(&manager))
			return;
	if (!unit_is_active(&manager))
		start(setup, manager.name);
	else if (setup->is_desktop_changed || is_changed_since_start(setup, manager.name))
		step_restart_unit(setup, manager.name);
}
