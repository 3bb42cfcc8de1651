/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manager.h"

#include <stdio.h>
#include <string.h>

#include "common/timer.h"

enum manager_state manager_state_from_text(const char *active_state)
{
	static const struct {
		const char *text;
		enum manager_state state;
	} states[] = {
		{ "active", MANAGER_RUNNING },	     { "reloading", MANAGER_RUNNING },
		{ "activating", MANAGER_STARTING },  { "deactivating", MANAGER_STOPPING },
		{ "maintenance", MANAGER_STOPPING }, { "failed", MANAGER_FAILED },
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(active_state, states[i].text) == 0)
			return states[i].state;
	return MANAGER_STOPPED;
}

int manager_look(sd_bus *bus, struct manager *ret_manager, sd_bus_error *error)
{
	static const char *const units[] = { "display-manager.service", "gdm.service",
					     "gdm3.service" };
	struct unit unit = { 0 };
	uint64_t now;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && !unit_exists(&unit); i++) {
		int r = units_read(bus, units[i], &unit, error);

		if (r < 0)
			return r;
	}
	*ret_manager = (struct manager){ .state = MANAGER_MISSING };
	if (!unit_exists(&unit))
		return 0;
	now = monotonic_now();
	snprintf(ret_manager->unit, sizeof(ret_manager->unit), "%s", unit.name);
	ret_manager->state = manager_state_from_text(unit.active);
	ret_manager->age = unit.changed_monotonic < now ? now - unit.changed_monotonic : 0;
	return 0;
}
