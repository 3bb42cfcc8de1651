/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "drop_ins.h"
#include "machine.h"
#include "old_server.h"
#include "socket_unit.h"
#include "unit_files.h"

/* Other lists have GDM's and the old servers', and those with the user's name. */
static const char *const unit_names[] = {
	"gpudesk.socket",    "gpudesk.service", "display-manager.service",
	"firewalld.service", "docker.service",
};

static const char *const instance_names[][2] = {
	{ "gpudesk-scraper", ".socket" }, { "gpudesk-scraper", ".service" },
	{ "gpudesk-desktop", ".socket" }, { "gpudesk-desktop", ".service" },
	{ "gpudesk-control", ".socket" }, { "gpudesk-sound", ".socket" },
	{ "gpudesk-sound", ".service" },
};

const char *machine_instance(const struct machine *machine, const char *name, const char *suffix)
{
	static char names[4][UNIT_NAME_MAX];
	static unsigned turn;
	char *text = names[turn++ % 4];

	snprintf(text, sizeof(names[0]), "%s@%s%s", name, machine->config.user, suffix);
	return text;
}

const struct unit *machine_unit(const struct machine *machine, const char *name)
{
	static const struct unit missing = { .load = "not-found", .active = "inactive" };

	for (size_t i = 0; i < machine->n_units; i++)
		if (strcmp(machine->unit_names[i], name) == 0)
			return &machine->units[i];
	return &missing;
}

bool machine_unit_failed(const struct machine *machine, const char *name)
{
	const char *active = machine_unit(machine, name)->active;

	if (strcmp(active, "failed") == 0)
		return true;
	for (size_t i = 0; i < machine->n_units; i++)
		if (strcmp(machine->unit_names[i], name) == 0)
			return machine->unit_results[i][0] &&
			       strcmp(machine->unit_results[i], "success") != 0;
	return false;
}

/* A unit of another kind has none, and says so by an error that is none here. */
static void read_result(sd_bus *bus, const char *name, char ret_result[static UNIT_WORD_MAX])
{
	(void)units_get_text(bus, name, "Service", "Result", ret_result, UNIT_WORD_MAX, NULL);
}

static void read_unit(struct machine *machine, sd_bus *bus, const char *name)
{
	const size_t i = machine->n_units;
	sd_bus_error error = SD_BUS_ERROR_NULL;

	if (i == MACHINE_UNITS_MAX)
		return;
	if (units_read(bus, name, &machine->units[i], &error) >= 0) {
		snprintf(machine->unit_names[i], UNIT_NAME_MAX, "%s", name);
		read_result(bus, name, machine->unit_results[i]);
		if (strncmp(name, "gpudesk", strlen("gpudesk")) == 0 &&
		    drop_ins_are_unread(bus, machine->ctl, name))
			machine->units[i].needs_reload = true;
		machine->n_units++;
	}
	sd_bus_error_free(&error);
}

bool machine_is_any_address(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

static bool has_port(const struct machine *machine, uint16_t port)
{
	for (size_t i = 0; i < machine->n_ports; i++)
		if (machine->ports[i] == port)
			return true;
	return false;
}

/* The stream addresses of a socket unit. Returns how many there are. */
static size_t read_listens(sd_bus *bus, const char *name,
			   struct machine_listen ret_listens[static MACHINE_LISTENS_MAX])
{
	sd_bus_message *reply = NULL;
	const char *kind, *text;
	char *path = NULL;
	size_t n = 0;

	if (sd_bus_path_encode(SYSTEMD_PATH "/unit", name, &path) < 0)
		return 0;
	if (sd_bus_get_property(bus, SYSTEMD_SERVICE, path, SYSTEMD_SERVICE ".Socket", "Listen",
				NULL, &reply, "a(ss)") >= 0 &&
	    sd_bus_message_enter_container(reply, 'a', "(ss)") >= 0) {
		while (n < MACHINE_LISTENS_MAX &&
		       sd_bus_message_read(reply, "(ss)", &kind, &text) > 0)
			if (strcmp(kind, "Stream") == 0 &&
			    socket_unit_parse(text, ret_listens[n].address, &ret_listens[n].port) ==
				    0)
				n++;
	}
	sd_bus_message_unref(reply);
	free(path);
	return n;
}

static void read_addresses(struct machine *machine, sd_bus *bus)
{
	machine->n_listens = read_listens(bus, "gpudesk.socket", machine->listens);
	machine->n_sound_listens = read_listens(
		bus, machine_instance(machine, "gpudesk-sound", ".socket"), machine->sound_listens);
	if (machine->n_listens > 0)
		machine->n_ports = 0;
	for (size_t i = 0; i < machine->n_listens; i++)
		if (!has_port(machine, machine->listens[i].port))
			machine->ports[machine->n_ports++] = machine->listens[i].port;
	(void)units_get_text(bus, "gpudesk.socket", "Socket", "BindToDevice", machine->bound_to,
			     sizeof(machine->bound_to), NULL);
}

static void read_manager(struct machine *machine, sd_bus *bus)
{
	char *version = NULL;

	if (sd_bus_get_property_string(bus, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER,
				       "Version", NULL, &version) >= 0)
		snprintf(machine->systemd_version, sizeof(machine->systemd_version), "%s", version);
	free(version);
	if (units_get_default(bus, machine->default_target, NULL) < 0)
		machine->default_target[0] = '\0';
}

static void read_old_servers(struct machine *machine, sd_bus *bus, uint16_t port)
{
	struct old_server servers[OLD_SERVERS_MAX];
	size_t n = old_servers_find(machine->ctl, port, servers);

	for (size_t i = 0; i < n && machine->n_old_servers < MACHINE_OLD_SERVERS_MAX; i++) {
		if (old_servers_have(machine->old_servers, machine->n_old_servers, servers[i].unit))
			continue;
		machine->old_servers[machine->n_old_servers++] = servers[i];
		read_unit(machine, bus, servers[i].unit);
	}
}

void machine_read_units(struct machine *machine)
{
	sd_bus *bus = NULL;
	const char *root = machine->ctl->root;
	int r = root[0] ? -EHOSTDOWN : units_open(&bus);

	if (r == -EHOSTDOWN)
		snprintf(machine->systemd_problem, sizeof(machine->systemd_problem),
			 "systemd is not running %s%s", root[0] ? "in " : "here", root);
	else if (r < 0)
		snprintf(machine->systemd_problem, sizeof(machine->systemd_problem),
			 "cannot ask systemd: %s", strerror(-r));
	if (r < 0)
		return;
	machine->has_systemd = true;
	read_manager(machine, bus);
	for (size_t i = 0; i < sizeof(unit_names) / sizeof(*unit_names); i++)
		read_unit(machine, bus, unit_names[i]);
	for (const char *const *unit = gdm_units; *unit; unit++)
		read_unit(machine, bus, *unit);
	for (size_t i = 0; i < sizeof(instance_names) / sizeof(*instance_names); i++)
		read_unit(machine, bus,
			  machine_instance(machine, instance_names[i][0], instance_names[i][1]));
	read_addresses(machine, bus);
	for (size_t i = 0; i < machine->n_ports; i++)
		read_old_servers(machine, bus, machine->ports[i]);
	sd_bus_flush_close_unref(bus);
}
