/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manager.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Fills *ret from the unit object at `path`; its state stays MANAGER_MISSING when it is not
 * installed. */
static int look_at(sd_bus *bus, const char *path, struct manager *ret, sd_bus_error *error)
{
	char *load = NULL, *state = NULL, *id = NULL;
	struct manager manager = { 0 };
	uint64_t changed, now;
	int r;

	r = systemd_get_text(bus, path, "Unit", "LoadState", &load, error);
	if (r < 0)
		goto finish;
	if (strcmp(load, "loaded") != 0) {
		*ret = manager;
		goto finish;
	}
	r = systemd_get_text(bus, path, "Unit", "Id", &id, error);
	if (r >= 0)
		r = systemd_get_text(bus, path, "Unit", "ActiveState", &state, error);
	if (r >= 0)
		r = sd_bus_get_property_trivial(
			bus, "org.freedesktop.systemd1", path, "org.freedesktop.systemd1.Unit",
			"StateChangeTimestampMonotonic", error, 't', &changed);
	if (r < 0)
		goto finish;
	now = systemd_now();
	snprintf(manager.unit, sizeof(manager.unit), "%s", id);
	manager.state = manager_state_from_text(state);
	manager.age = changed < now ? now - changed : 0;
	*ret = manager;
finish:
	free(load);
	free(state);
	free(id);
	return r < 0 ? r : 0;
}

static int look_for(sd_bus *bus, const char *unit, struct manager *ret, sd_bus_error *error)
{
	char *path = NULL;
	int r;

	r = systemd_load_unit(bus, unit, &path, error);
	if (r >= 0)
		r = look_at(bus, path, ret, error);
	free(path);
	return r;
}

int manager_look(sd_bus *bus, struct manager *ret_manager, sd_bus_error *error)
{
	static const char *const units[] = { "display-manager.service", "gdm.service",
					     "gdm3.service" };
	struct manager manager = { 0 };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int r = look_for(bus, units[i], &manager, error);

		if (r < 0)
			return r;
		if (manager.state != MANAGER_MISSING)
			break;
	}
	*ret_manager = manager;
	return 0;
}
