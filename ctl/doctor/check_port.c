/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way from Guacamole to the socket: the address, the port, who else has it, the firewall. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts/machine_file.h"
#include "facts/machine_read.h"

/* The port that matters, also where systemd does not know gpudesk.socket. */
static uint16_t port_of(const struct machine *machine)
{
	return machine->port ? machine->port : MACHINE_PORT;
}

/* What ends somebody who holds the port, for good. */
static const char *mend_holder(const struct listener *holder)
{
	const char *suffix = strrchr(holder->unit, '.');

	if (suffix && strcmp(suffix, ".service") == 0)
		return finding_text("systemctl disable --now '%s'", holder->unit);
	if (holder->pid > 0)
		return finding_text("kill %d", (int)holder->pid);
	return finding_text("find out by: ss -tlnp");
}

static bool conflicts(const struct machine *machine, const struct listener *holder)
{
	return holder->is_any || !machine->address[0] ||
	       strcmp(machine->address, holder->address) == 0 ||
	       strcmp(machine->address, "0.0.0.0") == 0 || strcmp(machine->address, "::") == 0;
}

static void report_holder(const struct machine *machine, const struct listener *holder,
			  struct findings *findings)
{
	char who[LISTENER_UNIT_MAX + 80];

	if (holder->pid == 0)
		snprintf(who, sizeof(who), "a process that is not to be seen");
	else
		snprintf(who, sizeof(who), "%s (pid %d%s%s)", holder->command, (int)holder->pid,
			 holder->unit[0] ? ", " : "", holder->unit);
	if (conflicts(machine, holder))
		finding_fail(
			findings,
			finding_text("%s; systemctl restart gpudesk.socket", mend_holder(holder)),
			"port %u at %s is held by %s, not by gpudesk.socket", port_of(machine),
			holder->address, who);
	else
		finding_warn(findings, mend_holder(holder),
			     "port %u at another address, %s, is held by %s", port_of(machine),
			     holder->address, who);
}

/* Sockets that systemd itself holds are a socket unit's: ours, if it listens there. */
static bool is_ours(const struct machine *machine, const struct listener *holder)
{
	return holder->pid == 1 && unit_is_active(machine_unit(machine, "gpudesk.socket")) &&
	       strcmp(holder->address, machine->address) == 0;
}

/* The proxy has the very same socket while it runs. */
static bool is_proxy(const struct listener *holder)
{
	return strcmp(holder->unit, "gpudesk.service") == 0;
}

void check_port(const struct machine *machine, struct findings *findings)
{
	bool has_ours = false;

	if (machine->n_listeners < 0) {
		finding_warn(findings, "", "not seen: %s", strerror(-machine->n_listeners));
		return;
	}
	for (int i = 0; i < machine->n_listeners; i++) {
		const struct listener *holder = &machine->listeners[i];

		if (is_ours(machine, holder) || is_proxy(holder))
			has_ours = true;
		else
			report_holder(machine, holder, findings);
	}
	if (findings->n > 0)
		return;
	if (has_ours)
		finding_ok(findings, "port %u is held by gpudesk.socket alone", port_of(machine));
	else
		finding_ok(findings, "port %u is free for gpudesk.socket", port_of(machine));
}

static void check_old_unit(const struct machine *machine, const char *name, const char *what,
			   struct findings *findings)
{
	const struct unit *unit = machine_unit(machine, name);

	if (!unit_exists(unit) && strcmp(unit->active, "active") != 0)
		return;
	if (unit_is_active(unit) || strcmp(unit->active, "activating") == 0)
		finding_fail(findings, finding_text("systemctl disable --now '%s'", name),
			     "%s (%s) runs", name, what);
	else if (unit_is_enabled(unit))
		finding_fail(findings, finding_text("systemctl disable '%s'", name),
			     "%s (%s) is enabled: it takes the port at the next boot", name, what);
	else if (strcmp(name, "x0vncserver.service") == 0)
		finding_warn(findings,
			     finding_text("rm %s; systemctl daemon-reload", unit->fragment),
			     "%s (%s) is left over, disabled", name, what);
}

void check_other_vnc(const struct machine *machine, struct findings *findings)
{
	check_old_unit(machine, "vncserver@1.service", "TurboVNC or TigerVNC on a virtual display",
		       findings);
	check_old_unit(machine, "vncserver@:1.service", "TigerVNC on a virtual display", findings);
	check_old_unit(machine, "x0vncserver.service", "TigerVNC's scraper, which gpudesk replaces",
		       findings);
	if (findings->n == 0)
		finding_ok(findings, "no other VNC server is set up");
}

struct interfaces {
	bool has_address;	      /* some interface has the socket's address */
	char bridge[INET_ADDRSTRLEN]; /* docker0's address; "" without docker0 */
};

static void read_interfaces(const char *address, struct interfaces *ret)
{
	struct interfaces interfaces = { 0 };
	struct ifaddrs *all = NULL;
	char text[INET_ADDRSTRLEN];

	if (getifaddrs(&all) < 0)
		all = NULL;
	for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
		const struct sockaddr_in *own = (const struct sockaddr_in *)(void *)one->ifa_addr;

		if (!own || own->sin_family != AF_INET ||
		    !inet_ntop(AF_INET, &own->sin_addr, text, sizeof(text)))
			continue;
		interfaces.has_address |= strcmp(text, address) == 0;
		if (strcmp(one->ifa_name, "docker0") == 0)
			memcpy(interfaces.bridge, text, sizeof(text));
	}
	freeifaddrs(all);
	*ret = interfaces;
}

void check_address(const struct machine *machine, struct findings *findings)
{
	const char *address = machine->address;
	struct interfaces interfaces;

	if (!address[0]) {
		finding_warn(findings, "", "not seen: gpudesk.socket is not loaded");
		return;
	}
	read_interfaces(address, &interfaces);
	if (strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0)
		finding_warn(findings, "systemctl edit gpudesk.socket",
			     "gpudesk.socket listens at all addresses: only allow keeps the world "
			     "out");
	else if (interfaces.has_address)
		finding_ok(findings, "%s is an address of this machine%s", address,
			   strcmp(address, interfaces.bridge) == 0 ? ", docker0's" : "");
	else if (interfaces.bridge[0])
		finding_fail(findings,
			     finding_text("systemctl edit gpudesk.socket (ListenStream=, then "
					  "ListenStream=%s:%u), or docker's bip in "
					  "/etc/docker/daemon.json",
					  interfaces.bridge, port_of(machine)),
			     "docker0 has the address %s, gpudesk.socket waits at %s: Guacamole "
			     "does not get there",
			     interfaces.bridge, address);
	else
		finding_warn(findings,
			     unit_exists(machine_unit(machine, "docker.service"))
				     ? "systemctl start docker"
				     : "install docker, or: systemctl edit gpudesk.socket",
			     "no interface has the address %s: docker makes docker0 when it "
			     "starts",
			     address);
}
