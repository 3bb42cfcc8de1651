/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

enum { OPTION_MAX = 160, ARGUMENTS_MAX = 8 };

struct command {
	char zone[OPTION_MAX], port[OPTION_MAX], config[CTL_PATH_MAX];
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

/* firewall-cmd [--permanent] or firewall-offline-cmd, --VERB-port. Returns 0 or -EINVAL. */
static int make(const struct setup *setup, const char *zone_and_port, bool is_running,
		const char *verb, struct command *ret_command)
{
	const char *blank = strchr(zone_and_port, ' ');
	bool is_offline = !is_running && !is_firewalld_running(setup);
	const char **to = ret_command->arguments;

	if (!blank)
		return -EINVAL;
	snprintf(ret_command->zone, OPTION_MAX, "--zone=%.*s", (int)(blank - zone_and_port),
		 zone_and_port);
	snprintf(ret_command->port, OPTION_MAX, "--%s-port=%s", verb, blank + 1);
	*to++ = is_offline ? "firewall-offline-cmd" : "firewall-cmd";
	*to++ = "-q";
	if (is_offline && setup->ctl->root[0]) {
		*to++ = "--system-config";
		*to++ = ctl_path(setup->ctl, "/etc/firewalld", ret_command->config);
	} else if (!is_offline && !is_running) {
		*to++ = "--permanent";
	}
	*to++ = ret_command->zone;
	*to++ = ret_command->port;
	*to = NULL;
	return 0;
}

bool firewall_port_is_open(const struct setup *setup, const char *zone_and_port, bool is_running)
{
	struct command command;

	if (is_running && !is_firewalld_running(setup))
		return false;
	return make(setup, zone_and_port, is_running, "query", &command) == 0 &&
	       tool_run(command.arguments, true) == 0;
}

int firewall_port_set(struct setup *setup, const char *zone_and_port, bool is_running, bool is_open)
{
	struct command command;
	int r = make(setup, zone_and_port, is_running, is_open ? "add" : "remove", &command);

	return r < 0 ? r : setup_run(setup, command.arguments);
}
