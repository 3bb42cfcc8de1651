/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the machine's own firewall lets the world in at the port. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "facts/machine_read.h"

static const char *mend_opening(const struct firewall_opening *opening)
{
	const char *kind = opening->is_service ? "service" : "port";

	switch (opening->tool) {
	case FIREWALL_FIREWALLD:
		return finding_text("firewall-cmd --permanent --zone=%s --remove-%s=%s; "
				    "firewall-cmd --reload",
				    opening->zone, kind, opening->entry);
	case FIREWALL_UFW:
		return finding_text("ufw delete %s", opening->entry);
	default:
		return "take the rule out of the firewall";
	}
}

static bool is_in_force(const struct machine *machine, const struct firewall *firewall,
			const struct firewall_opening *opening)
{
	switch (opening->tool) {
	case FIREWALL_FIREWALLD:
		return unit_is_active(machine_unit(machine, "firewalld.service"));
	case FIREWALL_UFW:
		return firewall->is_ufw_enabled;
	default:
		return true;
	}
}

static void report_opening(const struct machine *machine, const struct firewall *firewall,
			   const struct firewall_opening *opening, struct findings *findings)
{
	char where[400];

	if (opening->tool == FIREWALL_FIREWALLD)
		snprintf(where, sizeof(where), "firewalld's zone %s has %s (%s)", opening->zone,
			 opening->entry, opening->path);
	else if (opening->tool == FIREWALL_UFW)
		snprintf(where, sizeof(where), "ufw has \"%s\" (%s)", opening->entry,
			 opening->path);
	else
		snprintf(where, sizeof(where), "the rule \"%s\"", opening->entry);
	if (is_in_force(machine, firewall, opening))
		finding_fail(findings, mend_opening(opening),
			     "the firewall lets everybody in at the VNC port: %s", where);
	else
		finding_warn(findings, mend_opening(opening),
			     "the firewall would let everybody in at the VNC port if it ran: %s",
			     where);
}

/* What is in force beyond the files. Returns false when it cannot be seen. */
static bool add_rules(const struct machine *machine, struct firewall *firewall, uint16_t port)
{
	char *text;
	int r;

	if (machine->ctl->root[0])
		return true;
	r = firewall_read_rules(&text);
	if (r == 0) {
		firewall_add_rules(firewall, text, port);
		free(text);
	}
	return r == 0 || r == -ENOENT;
}

void check_firewall(const struct machine *machine, struct findings *findings)
{
	const uint16_t port = machine->port ? machine->port : MACHINE_PORT;
	struct firewall firewall;
	bool seen;
	int r;

	r = firewall_read(machine->ctl, port, &firewall);
	if (r < 0) {
		finding_warn(findings, "", "not seen: %s", strerror(-r));
		return;
	}
	seen = add_rules(machine, &firewall, port);
	for (size_t i = 0; i < firewall.n_openings; i++)
		report_opening(machine, &firewall, &firewall.openings[i], findings);
	if (!firewall.is_readable || !seen)
		finding_warn(findings, "nft list ruleset",
			     "the firewall's %s cannot be read: look for port %u yourself",
			     seen ? "files" : "rules", port);
	if (findings->n == 0)
		finding_ok(findings, "no rule lets everybody in at port %u", port);
}
