/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the machine's firewall opens the port to everyone. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "facts/firewall.h"

static const char *close_opening(const struct firewall_opening *opening)
{
	switch (opening->tool) {
	case FIREWALL_FIREWALLD:
		return finding_text("firewall-cmd --permanent --zone=%s --remove-%s=%s; "
				    "firewall-cmd --reload",
				    opening->zone, opening->is_service ? "service" : "port",
				    opening->entry);
	case FIREWALL_UFW:
		return finding_text("ufw delete %s", opening->entry);
	default:
		return "remove the rule from the firewall";
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
		finding_fail(findings, close_opening(opening),
			     "the firewall opens the VNC port to everyone: %s", where);
	else
		finding_warn(findings, close_opening(opening),
			     "the firewall would open the VNC port to everyone if it were on: %s",
			     where);
}

/* Adds what is in force beyond the files. Returns false if it cannot be read. */
static bool add_rules(const struct machine *machine, struct firewall *firewall)
{
	char *text;

	if (machine->ctl->root[0])
		return true;
	int r = firewall_read_rules(&text);
	if (r < 0)
		return r == -ENOENT;
	firewall_add_rules(firewall, text, machine->port);
	free(text);
	return true;
}

static void check_firewall(const struct machine *machine, struct findings *findings)
{
	struct firewall firewall;

	firewall_read(machine->ctl, machine->port, &firewall);
	bool has_rules = add_rules(machine, &firewall);
	for (size_t i = 0; i < firewall.n_openings; i++)
		report_opening(machine, &firewall, &firewall.openings[i], findings);
	if (!firewall.is_readable || !has_rules)
		finding_warn(findings, "nft list ruleset",
			     "cannot read the firewall's %s: check them for port %u",
			     has_rules ? "files" : "rules", machine->port);
	if (findings->n == 0)
		finding_ok(findings, "no rule opens port %u to everyone", machine->port);
}

const struct check firewall_checks[] = {
	{ "firewall", CHECK_NEEDS_ROOT, check_firewall },
	{ 0 },
};
