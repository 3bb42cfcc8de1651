/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit_actions.h"

#include <string.h>

bool unit_action_is_active(const struct setup *setup, const char *unit)
{
	struct unit now;

	if (!setup->bus || units_read(setup->bus, unit, &now, NULL) < 0)
		return false;
	return unit_is_active(&now) || strcmp(now.active, "activating") == 0;
}

static bool say_failed(struct setup *setup, const char *unit, int r, sd_bus_error *error)
{
	if (error->message)
		setup_failed_by(setup, unit, error->message);
	else
		setup_failed(setup, unit, r);
	sd_bus_error_free(error);
	return false;
}

bool unit_action_run(struct setup *setup, unit_verb_fn verb, const char *unit)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = setup->bus ? verb(setup->bus, unit, &error) : 0;

	return r < 0 ? say_failed(setup, unit, r, &error) : true;
}

static bool run_recorded(struct setup *setup, unit_verb_fn verb, const char *unit,
			 const char *before)
{
	int r = 0;

	if (setup->bus)
		r = journal_record(setup->journal, JOURNAL_UNIT, unit, before);
	if (r < 0) {
		setup_failed(setup, unit, r);
		return false;
	}
	return unit_action_run(setup, verb, unit);
}

bool unit_action_start(struct setup *setup, const char *unit)
{
	return run_recorded(setup, unit_job_start, unit, "inactive");
}

bool unit_action_stop(struct setup *setup, const char *unit)
{
	return run_recorded(setup, unit_job_stop, unit, "active");
}

void unit_action_reload(struct setup *setup)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;

	if (!setup->needs_reload || !setup->bus)
		return;
	int r = units_reload(setup->bus, &error);
	if (r < 0)
		(void)say_failed(setup, "systemctl daemon-reload", r, &error);
	else
		setup->needs_reload = false;
}
