/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses that gpudesk.socket listens at: whose they are, and who may connect there. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts/interfaces.h"

struct interfaces {
	struct interface all[INTERFACES_MAX];
	size_t n;
};

/* The interface with that address, or NULL. */
static const struct interface *find_address(const struct interfaces *interfaces, const char *text)
{
	for (size_t i = 0; i < interfaces->n; i++)
		if (strcmp(interfaces->all[i].text, text) == 0)
			return &interfaces->all[i];
	return NULL;
}

static bool is_listened_at(const struct machine *machine, const struct interface *interface)
{
	for (size_t i = 0; i < machine->n_listens; i++)
		if (strcmp(machine->listens[i].address, interface->text) == 0)
			return true;
	return false;
}

/* The first bridge of docker or podman, if the socket listens at none of them; or NULL. */
static const struct interface *find_other_bridge(const struct machine *machine,
						 const struct interfaces *interfaces, bool is_ipv6)
{
	const struct interface *found = NULL;

	for (size_t i = 0; i < interfaces->n; i++) {
		const struct interface *one = &interfaces->all[i];

		if (!interface_is_container_bridge(one))
			continue;
		if (is_listened_at(machine, one))
			return NULL;
		if (!found && one->address.ss_family == (is_ipv6 ? AF_INET6 : AF_INET))
			found = one;
	}
	return found;
}

static void report_missing(const struct machine *machine, const struct machine_listen *listen,
			   const struct interface *bridge, struct findings *findings)
{
	bool is_ipv6 = strchr(listen->address, ':');

	if (bridge)
		finding_fail(findings,
			     finding_text("systemctl edit gpudesk.socket (ListenStream=, then "
					  "ListenStream=%s%s%s:%u), or change the address of %s",
					  is_ipv6 ? "[" : "", bridge->text, is_ipv6 ? "]" : "",
					  listen->port, bridge->name),
			     "%s has the address %s, but gpudesk.socket listens on %s: Guacamole "
			     "cannot reach it",
			     bridge->name, bridge->text, listen->address);
	else
		finding_warn(
			findings,
			unit_exists(machine_unit(machine, "docker.service"))
				? "systemctl start docker"
				: "install docker or podman, or: systemctl edit gpudesk.socket",
			"no interface has the address %s%s", listen->address,
			strcmp(listen->address, "172.17.0.1") == 0
				? ": docker creates docker0 when it starts"
			: strcmp(listen->address, "10.88.0.1") == 0
				? ": podman creates podman0 with the first container"
				: "");
}

static void report_card(const struct machine *machine, const struct interface *card,
			struct findings *findings)
{
	if (card->address.ss_family == AF_INET6 && strcmp(machine->bound_to, card->name) != 0)
		finding_fail(
			findings,
			finding_text("systemctl edit gpudesk.socket (BindToDevice=%s)", card->name),
			"%s is an address of %s, but the socket is not bound to that: viewers "
			"from there are refused",
			card->text, card->name);
	else
		finding_warn(findings, "systemctl edit gpudesk.socket",
			     "%s is an address of %s: hosts of that network can connect, if allow "
			     "has them, and nothing is encrypted",
			     card->text, card->name);
}

static void check_one(const struct machine *machine, const struct machine_listen *listen,
		      const struct interfaces *interfaces, struct findings *findings)
{
	const struct interface *owner = find_address(interfaces, listen->address);

	if (machine_is_any_address(listen->address))
		finding_warn(findings, "systemctl edit gpudesk.socket",
			     "gpudesk.socket listens on all addresses: only allow restricts who "
			     "can connect");
	else if (!owner)
		report_missing(machine, listen,
			       find_other_bridge(machine, interfaces,
						 strchr(listen->address, ':') != NULL),
			       findings);
	else if (owner->is_bridge || owner->is_loopback)
		finding_ok(findings, "%s is an address of this machine, %s's", owner->text,
			   owner->name);
	else
		report_card(machine, owner, findings);
}

static void check_address(const struct machine *machine, struct findings *findings)
{
	struct interfaces interfaces;

	interfaces.n = interfaces_read(interfaces.all, INTERFACES_MAX);
	for (size_t i = 0; i < machine->n_listens; i++)
		check_one(machine, &machine->listens[i], &interfaces, findings);
	if (machine->n_listens == 0)
		finding_warn(findings, "", "not checked: gpudesk.socket is not loaded");
}

/* Guacamole's container has an address of the network of some bridge; which one, is not known. */
static void check_network(const struct machine *machine, const struct interface *one,
			  struct findings *findings)
{
	bool listened_at = is_listened_at(machine, one);
	const char *fix = finding_text("add the network of %s to allow in %s", one->name,
				       machine->ctl->config_path);

	if (net_list_contains(&machine->config.allow, (const struct sockaddr *)&one->address))
		return;
	if (listened_at)
		finding_fail(findings, fix,
			     "the network on %s (%s) is not in allow: Guacamole there is refused",
			     one->name, one->text);
	/* Containers reach an IPv4 address from IPv4 addresses. */
	else if (interface_is_container_bridge(one) && one->address.ss_family == AF_INET)
		finding_warn(findings, finding_text("if Guacamole runs there: %s", fix),
			     "the network on %s (%s) is not in allow", one->name, one->text);
}

static void check_allow(const struct machine *machine, struct findings *findings)
{
	struct interfaces interfaces;
	char list[512];

	interfaces.n = interfaces_read(interfaces.all, INTERFACES_MAX);
	for (size_t i = 0; i < interfaces.n; i++)
		check_network(machine, &interfaces.all[i], findings);
	if (findings->n > 0)
		return;
	if (net_list_format(&machine->config.allow, list, sizeof(list)) < 0)
		snprintf(list, sizeof(list), "docker's networks");
	finding_ok(findings, "viewers may connect from %s", list);
}

const struct check address_checks[] = {
	{ "address", CHECK_NEEDS_SYSTEMD, check_address },
	{ "allow", CHECK_NEEDS_NOTHING, check_allow },
	{ 0 },
};
