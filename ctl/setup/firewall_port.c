/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

enum { OPTION_MAX = 160, ARGUMENTS_MAX = 8, LIST_MAX = 4096 };

struct command {
	char zone[OPTION_MAX], config[CTL_PATH_MAX];
	const char *arguments[ARGUMENTS_MAX];
};

static bool is_firewalld_running(const struct setup *setup)
{
	static const char *const state[] = { "firewall-cmd", "--state", NULL };

	return setup->bus && tool_run(state, true) == 0;
}

bool firewall_port_can_set(const struct setup *setup)
{
	return tool_exists(is_firewalld_running(setup) ? "firewall-cmd" : "firewall-offline-cmd");
}

/* firewall-cmd [--permanent] or firewall-offline-cmd, for the zone, with one more `option`. */
static void make(const struct setup *setup, const char *zone, int zone_length, bool is_running,
		 const char *option, struct command *ret_command)
{
	bool is_offline = !is_running && !is_firewalld_running(setup);
	const char **to = ret_command->arguments;

	snprintf(ret_command->zone, OPTION_MAX, "--zone=%.*s", zone_length, zone);
	*to++ = is_offline ? "firewall-offline-cmd" : "firewall-cmd";
	if (is_offline && setup->ctl->root[0]) {
		*to++ = "--system-config";
		*to++ = ctl_path(setup->ctl, "/etc/firewalld", ret_command->config);
	} else if (!is_offline && !is_running) {
		*to++ = "--permanent";
	}
	*to++ = ret_command->zone;
	*to++ = option;
	*to = NULL;
}

/* Whether the list of ports has just this one: it may also have ranges. */
static bool has_port(const char *list, const char *port)
{
	size_t length = strlen(port);

	for (const char *at = list; (at = strstr(at, port)) != NULL; at += length)
		if ((at == list || at[-1] == ' ') && strchr(" \n", at[length]))
			return true;
	return false;
}

bool firewall_port_is_open(const struct setup *setup, const char *zone_and_port, bool is_running)
{
	const char *blank = strchr(zone_and_port, ' ');
	char list[LIST_MAX];
	struct command command = { 0 };

	if (!blank || (is_running && !is_firewalld_running(setup)))
		return false;
	make(setup, zone_and_port, (int)(blank - zone_and_port), is_running, "--list-ports",
	     &command);
	return tool_read(command.arguments, list, sizeof(list)) == 0 && has_port(list, blank + 1);
}

int firewall_port_set(struct setup *setup, const char *zone_and_port, bool is_running, bool is_open)
{
	const char *blank = strchr(zone_and_port, ' ');
	char option[OPTION_MAX];
	struct command command = { 0 };

	if (!blank)
		return -EINVAL;
	snprintf(option, sizeof(option), "--%s-port=%s", is_open ? "add" : "remove", blank + 1);
	make(setup, zone_and_port, (int)(blank - zone_and_port), is_running, option, &command);
	return setup_run(setup, command.arguments);
}
