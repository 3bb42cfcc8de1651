/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VNC servers that use gpudesk's ports are stopped and disabled. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "facts/listeners.h"
#include "facts/old_server.h"
#include "facts/unit_files.h"
#include "setup.h"
#include "unit_actions.h"

static void retire(struct setup *setup, const char *unit)
{
	bool is_enabled = unit_action_is_enabled(setup, unit);
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
	unit_action_retire(setup, unit, is_enabled, is_active,
			   is_active ? ", which closes everything in it" : "");
}

/* Only a regular file: a link may mask the unit. */
static void remove_documented(struct setup *setup)
{
	static const char path[] = UNIT_FILES_DIRECTORY "/" OLD_SERVER_DOCUMENTED;
	char here[CTL_PATH_MAX];
	struct stat status;

	if (lstat(ctl_link_path(setup->ctl, path, here), &status) < 0 || !S_ISREG(status.st_mode) ||
	    !setup_go(setup, "remove %s (a copy is kept in %s)", path, JOURNAL_DIRECTORY))
		return;
	setup->needs_reload = true;
	(void)setup_remove(setup, path);
}

static bool is_ours(const struct listener *listener)
{
	return listener->pid == 1 || strncmp(listener->unit, "gpudesk", 7) == 0;
}

/*
 * In a dry run: whether the process ends with a unit that is stopped. PAM may have moved it to a
 * session of its own.
 */
static bool is_retired(const struct setup *setup, const struct listener *listener,
		       const struct old_server *servers, size_t n)
{
	if (old_servers_have(servers, n, listener->unit))
		return true;
	for (size_t i = 0; i < n; i++) {
		struct unit unit;

		if (units_read(setup->bus, servers[i].unit, &unit, NULL) < 0 ||
		    !unit_is_active(&unit))
			continue;
		if (unit.main_pid == listener->pid || old_server_is_program(listener->command))
			return true;
	}
	return false;
}

/* Another process that holds the port. */
static void retire_holder(struct setup *setup, uint16_t port, const struct listener *listener)
{
	if (old_server_is_program(listener->command) && listener_is_service(listener)) {
		retire(setup, listener->unit);
		return;
	}
	setup->is_port_taken = true;
	setup_problem(setup,
		      "port %u is held by process %d (%s)%s%s: stop it, and keep it from "
		      "starting again",
		      (unsigned)port, (int)listener->pid,
		      listener->command[0] ? listener->command : "unknown",
		      listener->unit[0] ? " of " : "", listener->unit);
}

static void retire_at(struct setup *setup, uint16_t port)
{
	struct old_server servers[OLD_SERVERS_MAX];
	struct listener listeners[LISTENERS_MAX];
	size_t n_servers = old_servers_find(setup->ctl, port, servers);

	for (size_t i = 0; i < n_servers; i++)
		retire(setup, servers[i].unit);
	if (old_servers_have(servers, n_servers, OLD_SERVER_DOCUMENTED))
		remove_documented(setup);
	if (!setup->bus)
		return;
	int n = listeners_read(setup->ctl, port, listeners, LISTENERS_MAX);
	if (n < 0)
		setup_failed(setup, "/proc/net/tcp", n);
	for (int i = 0; i < n; i++)
		if (!is_ours(&listeners[i]) &&
		    !(setup->is_dry && is_retired(setup, &listeners[i], servers, n_servers)))
			retire_holder(setup, port, &listeners[i]);
}

void step_old_servers(struct setup *setup)
{
	for (size_t i = 0; i < setup->n_ports; i++)
		retire_at(setup, setup->ports[i]);
}

static unsigned print_at(struct setup *setup, uint16_t port)
{
	struct old_server servers[OLD_SERVERS_MAX];
	struct listener listeners[LISTENERS_MAX];
	size_t n_servers = old_servers_find(setup->ctl, port, servers);
	unsigned n_found = 0;

	for (size_t i = 0; i < n_servers; i++)
		if (unit_action_is_enabled(setup, servers[i].unit)) {
			printf("%s takes port %u at boot\n", servers[i].unit, (unsigned)port);
			n_found++;
		}
	int n = setup->ctl->root[0] ? 0
				    : listeners_read(setup->ctl, port, listeners, LISTENERS_MAX);
	for (int i = 0; i < n; i++)
		if (!is_ours(&listeners[i])) {
			printf("%s has port %u\n",
			       listeners[i].unit[0]	 ? listeners[i].unit
			       : listeners[i].command[0] ? listeners[i].command
							 : "an unknown process",
			       (unsigned)port);
			n_found++;
		}
	return n_found;
}

unsigned step_old_servers_print(struct setup *setup)
{
	unsigned n = 0;

	for (size_t i = 0; i < setup->n_ports; i++)
		n += print_at(setup, setup->ports[i]);
	return n;
}
