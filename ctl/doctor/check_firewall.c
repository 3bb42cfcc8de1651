/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the machine's firewall opens the port to everyone. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "firewall/firewall.h"

/* What opens this port alone is closed; for what opens more, others may have a use. */
static void report_zone(uint16_t port, const struct firewall_opening *opening,
			struct findings *findings)
{
	const char *zone = opening->zone, *entry = opening->entry;
	const char *look = finding_text("firewall-cmd --zone=%s --list-all", zone);
	char own[16];

	snprintf(own, sizeof(own), "%u/tcp", port);
	if (opening->kind == FIREWALL_TARGET)
		finding_fail(findings, look,
			     "the firewall opens the VNC port to everyone: firewalld's zone %s "
			     "accepts everything",
			     zone);
	else if (opening->kind == FIREWALL_PORT && strcmp(entry, own) == 0)
		finding_fail(findings,
			     finding_text("firewall-cmd --zone=%s --remove-port=%s; firewall-cmd "
					  "--permanent --zone=%s --remove-port=%s",
					  zone, entry, zone, entry),
			     "the firewall opens the VNC port to everyone: firewalld's zone %s has "
			     "%s",
			     zone, entry);
	else
		finding_fail(findings, look,
			     "the firewall opens the VNC port to everyone: firewalld's zone %s has "
			     "%s %s",
			     zone,
			     opening->kind == FIREWALL_SERVICE ? "the service"
			     : opening->kind == FIREWALL_RICH  ? "the rich rule"
							       : "the ports",
			     entry);
}

static void report_opening(uint16_t port, const struct firewall_opening *opening,
			   struct findings *findings)
{
	if (opening->kind == FIREWALL_UFW)
		finding_fail(findings, finding_text("ufw delete %s", opening->entry),
			     "the firewall opens the VNC port to everyone: ufw has \"%s\"",
			     opening->entry);
	else if (opening->kind == FIREWALL_RULE)
		finding_fail(findings,
			     "nft -a list ruleset (and remove the rule from where it is set up)",
			     "the firewall opens the VNC port to everyone: nftables' rule %s",
			     opening->entry);
	else
		report_zone(port, opening, findings);
}

static void check_port_in_firewall(const struct machine *machine, uint16_t port,
				   struct findings *findings)
{
	struct firewall firewall;

	firewall_read(machine->ctl, port,
		      unit_is_active(machine_unit(machine, "firewalld.service")), &firewall);
	for (size_t i = 0; i < firewall.n_openings; i++)
		report_opening(port, &firewall.openings[i], findings);
	if (firewall.n_openings == 0)
		finding_ok(findings, "nothing is known to open port %u to everyone%s%s", port,
			   firewall.unjudged[0] ? "; not judged: " : "", firewall.unjudged);
}

static void check_firewall(const struct machine *machine, struct findings *findings)
{
	for (size_t i = 0; i < machine->n_ports; i++)
		check_port_in_firewall(machine, machine->ports[i], findings);
}

const struct check firewall_checks[] = {
	{ "firewall", CHECK_NEEDS_ROOT, check_firewall },
	{ 0 },
};
