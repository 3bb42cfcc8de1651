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

/* docker0, if it has another address than those that the socket listens at; or NULL. */
static const struct interface *find_other_docker(const struct machine *machine,
						 const struct interfaces *interfaces)
{
	for (size_t i = 0; i < interfaces->n; i++)
		if (strcmp(interfaces->all[i].name, "docker0") == 0 &&
		    interfaces->all[i].address.ss_family == AF_INET)
			return is_listened_at(machine, &interfaces->all[i]) ? NULL
									    : &interfaces->all[i];
	return NULL;
}

static void report_missing(const struct machine *machine, const struct machine_listen *listen,
			   const struct interface *docker, struct findings *findings)
{
	if (docker)
		finding_fail(findings,
			     finding_text("systemctl edit gpudesk.socket (ListenStream=, then "
					  "ListenStream=%s:%u), or set docker's bip in "
					  "/etc/docker/daemon.json",
					  docker->text, listen->port),
			     "docker0 has the address %s, but gpudesk.socket listens on %s: "
			     "Guacamole cannot reach it",
			     docker->text, listen->address);
	else
		finding_warn(findings,
			     unit_exists(machine_unit(machine, "docker.service"))
				     ? "systemctl start docker"
				     : "install docker, or: systemctl edit gpudesk.socket",
			     "no interface has the address %s%s", listen->address,
			     strcmp(listen->address, "172.17.0.1") == 0
				     ? ": docker creates docker0 when it starts"
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
		report_missing(machine, listen, find_other_docker(machine, interfaces), findings);
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

/* Containers come from the networks of their bridges, and of the interface that is listened at. */
static void check_allow(const struct machine *machine, struct findings *findings)
{
	struct interfaces interfaces;
	char list[512];

	interfaces.n = interfaces_read(interfaces.all, INTERFACES_MAX);
	for (size_t i = 0; i < interfaces.n; i++) {
		const struct interface *one = &interfaces.all[i];
		bool listened_at = is_listened_at(machine, one);

		/* Containers reach an IPv4 address from IPv4 addresses. */
		if ((!listened_at &&
		     (!interface_is_container_bridge(one) || one->address.ss_family != AF_INET)) ||
		    net_list_contains(&machine->config.allow,
				      (const struct sockaddr *)&one->address))
			continue;
		finding_fail(findings,
			     finding_text("add the network of %s to allow in %s", one->name,
					  machine->ctl->config_path),
			     "the network on %s (%s) is not in allow: Guacamole there is refused",
			     one->name, one->text);
	}
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
