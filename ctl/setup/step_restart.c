/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GDM and the X server read their configuration when they start. Starting them anew ends the
 * desktop that is open, so it is done on request only, and last: it may be ours.
 */
#include <string.h>

#include "setup.h"
#include "unit_actions.h"

/* Whether something that they read was changed after that time (µs, CLOCK_REALTIME). */
static bool is_changed_since(const struct setup *setup, uint64_t start)
{
	const struct journal_entry *entries;
	size_t n = journal_entries(setup->journal, &entries);

	for (size_t i = 0; i < n; i++) {
		bool is_file = entries[i].kind == JOURNAL_FILE &&
			       (strncmp(entries[i].name, "/etc/X11/", 9) == 0 ||
				strncmp(entries[i].name, "/etc/pam.d/", 11) == 0 ||
				strcmp(entries[i].name, setup->distribution.gdm_config) == 0);

		if ((is_file || entries[i].kind == JOURNAL_MEMBER) &&
		    journal_time(setup->journal, i) > start)
			return true;
	}
	return false;
}

static void restart(struct setup *setup, const char *unit)
{
	if (!setup->restart_desktop)
		setup_note(setup,
			   "the desktop takes this up when %s starts anew, which ends what is open "
			   "there: reboot, or: systemctl restart %s",
			   unit, unit);
	else if (setup_go(setup, "restart %s", unit))
		unit_action_run(setup, unit_job_restart, unit);
}

static void start(struct setup *setup, const char *unit)
{
	if (setup->restart_desktop) {
		if (setup_go(setup, "start %s", unit))
			unit_action_start(setup, unit);
	} else if (setup->config.start_desktop) {
		setup_note(setup, "%s does not run; the first viewer starts it", unit);
	} else {
		setup_note(setup, "%s does not run: systemctl start %s", unit, unit);
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
	else if (setup->is_desktop_changed || is_changed_since(setup, manager.changed))
		restart(setup, manager.name);
}
