/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

static const char unit_interface[] = SYSTEMD_SERVICE ".Unit";

int units_open(sd_bus **ret_bus)
{
	int r;

	if (sd_booted() <= 0)
		return -EHOSTDOWN;
	r = sd_bus_open_system(ret_bus);
	return r < 0 ? r : 0;
}

/* ---- objects and their properties ---- */

/* The object of a unit, whether it is installed or not. */
static int find(sd_bus *bus, const char *name, char ret_path[static UNIT_PATH_MAX],
		sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	const char *path;
	int r;

	r = sd_bus_call_method(bus, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER, "LoadUnit",
			       error, &reply, "s", name);
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r >= 0)
		snprintf(ret_path, UNIT_PATH_MAX, "%s", path);
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}

static int get_text(sd_bus *bus, const char *path, const char *interface, const char *property,
		    char *ret_text, size_t size, sd_bus_error *error)
{
	char *text = NULL;
	int r;

	r = sd_bus_get_property_string(bus, SYSTEMD_SERVICE, path, interface, property, error,
				       &text);
	if (r < 0)
		return r;
	snprintf(ret_text, size, "%s", text);
	free(text);
	return 0;
}

static int get_number(sd_bus *bus, const char *path, const char *interface, const char *property,
		      char type, void *ret_number, sd_bus_error *error)
{
	int r = sd_bus_get_property_trivial(bus, SYSTEMD_SERVICE, path, interface, property, error,
					    type, ret_number);

	return r < 0 ? r : 0;
}

int units_get_text(sd_bus *bus, const char *name, const char *kind, const char *property,
		   char *ret_text, size_t size, sd_bus_error *error)
{
	char path[UNIT_PATH_MAX], interface[64];
	int r;

	r = find(bus, name, path, error);
	if (r < 0)
		return r;
	snprintf(interface, sizeof(interface), "%s.%s", SYSTEMD_SERVICE, kind);
	return get_text(bus, path, interface, property, ret_text, size, error);
}

int units_get_usec(sd_bus *bus, const char *name, const char *kind, const char *property,
		   uint64_t *ret_usec, sd_bus_error *error)
{
	char path[UNIT_PATH_MAX], interface[64];
	int r;

	r = find(bus, name, path, error);
	if (r < 0)
		return r;
	snprintf(interface, sizeof(interface), "%s.%s", SYSTEMD_SERVICE, kind);
	return get_number(bus, path, interface, property, 't', ret_usec, error);
}

/* ---- units ---- */

static int read_texts(sd_bus *bus, const char *path, struct unit *unit, sd_bus_error *error)
{
	const struct {
		const char *property;
		char *text;
		size_t size;
	} texts[] = {
		{ "Id", unit->name, sizeof(unit->name) },
		{ "LoadState", unit->load, sizeof(unit->load) },
		{ "ActiveState", unit->active, sizeof(unit->active) },
		{ "SubState", unit->sub, sizeof(unit->sub) },
		{ "UnitFileState", unit->file_state, sizeof(unit->file_state) },
		{ "FragmentPath", unit->fragment, sizeof(unit->fragment) },
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && r >= 0; i++)
		r = get_text(bus, path, unit_interface, texts[i].property, texts[i].text,
			     texts[i].size, error);
	return r;
}

/* Units of other kinds have no main process; asking for it is an error. */
static pid_t read_main_pid(sd_bus *bus, const char *path, const char *name)
{
	const char *suffix = strrchr(name, '.');
	uint32_t pid = 0;

	if (!suffix || strcmp(suffix, ".service") != 0 ||
	    get_number(bus, path, SYSTEMD_SERVICE ".Service", "MainPID", 'u', &pid, NULL) < 0)
		return 0;
	return (pid_t)pid;
}

int units_read(sd_bus *bus, const char *name, struct unit *ret_unit, sd_bus_error *error)
{
	struct unit unit = { 0 };
	char path[UNIT_PATH_MAX];
	int needs_reload = 0, r;

	r = find(bus, name, path, error);
	if (r >= 0)
		r = read_texts(bus, path, &unit, error);
	if (r >= 0)
		r = get_number(bus, path, unit_interface, "NeedDaemonReload", 'b', &needs_reload,
			       error);
	unit.needs_reload = needs_reload;
	if (r >= 0)
		r = get_number(bus, path, unit_interface, "StateChangeTimestamp", 't',
			       &unit.changed, error);
	if (r >= 0)
		r = get_number(bus, path, unit_interface, "StateChangeTimestampMonotonic", 't',
			       &unit.changed_monotonic, error);
	if (r < 0)
		return r;
	unit.main_pid = read_main_pid(bus, path, unit.name);
	*ret_unit = unit;
	return 0;
}

bool unit_exists(const struct unit *unit)
{
	return strcmp(unit->load, "loaded") == 0;
}

bool unit_is_active(const struct unit *unit)
{
	return strcmp(unit->active, "active") == 0 || strcmp(unit->active, "reloading") == 0;
}

bool unit_is_enabled(const struct unit *unit)
{
	return strncmp(unit->file_state, "enabled", strlen("enabled")) == 0;
}

/* Whether a job to stop the unit at `path` is waiting or running. */
static int is_to_be_stopped(sd_bus *bus, const char *path, bool *ret_stopped, sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	char type[UNIT_WORD_MAX] = "";
	const char *job;
	uint32_t id;
	int r;

	r = sd_bus_get_property(bus, SYSTEMD_SERVICE, path, unit_interface, "Job", error, &reply,
				"(uo)");
	if (r >= 0)
		r = sd_bus_message_read(reply, "(uo)", &id, &job);
	if (r >= 0 && id != 0)
		r = get_text(bus, job, SYSTEMD_SERVICE ".Job", "JobType", type, sizeof(type),
			     error);
	if (r >= 0)
		*ret_stopped = strcmp(type, "stop") == 0;
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}

int units_stays_active(sd_bus *bus, const char *name, bool *ret_stays, sd_bus_error *error)
{
	char path[UNIT_PATH_MAX], state[UNIT_WORD_MAX];
	bool stopped;
	int r;

	r = find(bus, name, path, error);
	if (r >= 0)
		r = get_text(bus, path, unit_interface, "ActiveState", state, sizeof(state), error);
	if (r >= 0)
		r = is_to_be_stopped(bus, path, &stopped, error);
	if (r >= 0)
		*ret_stays = strcmp(state, "active") == 0 && !stopped;
	return r;
}

/* ---- systemd itself ---- */

int units_get_default(sd_bus *bus, char ret_target[static UNIT_NAME_MAX], sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	const char *target;
	int r;

	r = sd_bus_call_method(bus, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER,
			       "GetDefaultTarget", error, &reply, "");
	if (r >= 0)
		r = sd_bus_message_read(reply, "s", &target);
	if (r >= 0)
		snprintf(ret_target, UNIT_NAME_MAX, "%s", target);
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}
