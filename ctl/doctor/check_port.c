/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way from Guacamole to the socket: the port, and who else holds it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts/old_server.h"

static const char move_over[] = "gpudesk setup, which closes what is open in it, and can undo that";

/* A VNC server's unit is what gpudesk replaces. */
static bool is_replaced(const struct listener *holder)
{
	return holder->pid != 1 && listener_is_service(holder) &&
	       (old_server_is_program(holder->command) ||
		strncmp(holder->unit, "vncserver@", 10) == 0);
}

/* Of another, only its administrator knows. */
static const char *stop_holder(const struct listener *holder)
{
	if (holder->pid == 1)
		return "systemctl list-sockets shows whose it is; stop that one, or have gpudesk "
		       "listen elsewhere: systemctl edit gpudesk.socket";
	if (is_replaced(holder))
		return move_over;
	return finding_text("%s%s; end it, or have gpudesk listen elsewhere: systemctl edit "
			    "gpudesk.socket",
			    listener_is_service(holder) ? "systemctl status " : "ss -tlnp sport = ",
			    listener_is_service(holder) ? finding_word(holder->unit)
							: finding_text("%u", holder->port));
}

static bool conflicts(const struct machine *machine, const struct listener *holder)
{
	for (size_t i = 0; i < machine->n_listens; i++)
		if (machine->listens[i].port == holder->port &&
		    (machine_is_any_address(machine->listens[i].address) ||
		     strcmp(machine->listens[i].address, holder->address) == 0))
			return true;
	return holder->is_any || machine->n_listens == 0;
}

static void report_holder(const struct machine *machine, const struct listener *holder,
			  struct findings *findings)
{
	char who[LISTENER_UNIT_MAX + 80] = "a process that cannot be identified";

	if (holder->pid != 0)
		snprintf(who, sizeof(who), "%s (pid %d%s%s)", holder->command, (int)holder->pid,
			 holder->unit[0] ? ", " : "", holder->unit);
	if (conflicts(machine, holder))
		finding_fail(findings,
			     finding_text("%s%s", stop_holder(holder),
					  is_replaced(holder)
						  ? ""
						  : "; systemctl restart gpudesk.socket"),
			     "port %u on %s is held by %s, not by gpudesk.socket", holder->port,
			     holder->address, who);
	else
		finding_warn(findings, stop_holder(holder),
			     "port %u on another address, %s, is held by %s", holder->port,
			     holder->address, who);
}

/* systemd holds it for gpudesk.socket, and the proxy has the same socket while it runs. */
static bool is_ours(const struct machine *machine, const struct listener *holder)
{
	if (strcmp(holder->unit, "gpudesk.service") == 0)
		return true;
	if (holder->pid != 1 || !unit_is_active(machine_unit(machine, "gpudesk.socket")))
		return false;
	for (size_t i = 0; i < machine->n_listens; i++)
		if (machine->listens[i].port == holder->port &&
		    strcmp(holder->address, machine->listens[i].address) == 0)
			return true;
	return false;
}

/* How many are somebody else's, and reported. */
static size_t check_holders(const struct machine *machine, uint16_t port, bool *ret_has_ours,
			    struct findings *findings)
{
	size_t n = 0;

	*ret_has_ours = false;
	for (int i = 0; i < machine->n_listeners; i++) {
		const struct listener *holder = &machine->listeners[i];

		if (holder->port != port)
			continue;
		if (is_ours(machine, holder)) {
			*ret_has_ours = true;
			continue;
		}
		report_holder(machine, holder, findings);
		n++;
	}
	return n;
}

static void check_port(const struct machine *machine, struct findings *findings)
{
	bool has_ours;

	if (machine->n_listeners < 0) {
		finding_warn(findings, "", "not checked: %s", strerror(-machine->n_listeners));
		return;
	}
	for (size_t i = 0; i < machine->n_ports; i++)
		if (check_holders(machine, machine->ports[i], &has_ours, findings) == 0)
			finding_ok(findings,
				   has_ours ? "port %u is held by gpudesk.socket alone"
					    : "port %u is free for gpudesk.socket",
				   machine->ports[i]);
}

static void check_old_server(const struct machine *machine, const struct old_server *server,
			     struct findings *findings)
{
	const char *name = server->unit, *what = server->what;
	const struct unit *unit = machine_unit(machine, name);

	if (!unit_exists(unit) && strcmp(unit->active, "active") != 0)
		return;
	if (unit_is_active(unit) || strcmp(unit->active, "activating") == 0)
		finding_fail(findings, move_over, "%s (%s) is running", name, what);
	else if (unit_is_enabled(unit))
		finding_fail(findings, finding_text("systemctl disable %s", finding_word(name)),
			     "%s (%s) is enabled: it will take the port at the next boot", name,
			     what);
	else if (strcmp(name, OLD_SERVER_DOCUMENTED) == 0)
		finding_warn(findings, "gpudesk setup (which can undo it)",
			     "%s (%s) is left over, disabled", name, what);
}

static void check_other_vnc(const struct machine *machine, struct findings *findings)
{
	for (size_t i = 0; i < machine->n_old_servers; i++)
		check_old_server(machine, &machine->old_servers[i], findings);
	if (findings->n == 0)
		finding_ok(findings, "no other VNC server is set up");
}

const struct check port_checks[] = {
	{ "port", CHECK_NEEDS_ROOT | CHECK_NEEDS_SYSTEMD, check_port },
	{ "other-vnc", CHECK_NEEDS_SYSTEMD, check_other_vnc },
	{ 0 },
};
