/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "refusal.h"

#include <stdio.h>
#include <string.h>

#include "arrival.h"

/* Returns whether the viewer came in by an interface that viewers may come in by. */
static bool arrives_well(int fd, char ret_reason[static RFB_REASON_MAX])
{
	char interface[IF_NAMESIZE];
	int arrival = arrival_find(fd, interface);

	if (arrival == ARRIVAL_FOREIGN)
		snprintf(ret_reason, RFB_REASON_MAX,
			 "it came in by %.*s, which neither has the address that it connected to "
			 "nor is a bridge of this machine; see gpudesk-proxy(8)",
			 IF_NAMESIZE, interface);
	else if (arrival < 0)
		snprintf(ret_reason, RFB_REASON_MAX,
			 "cannot find out by which interface it came in: %s", strerror(-arrival));
	return arrival >= 0 && arrival != ARRIVAL_FOREIGN;
}

const char *refusal_find(const struct settings *settings, int fd, const struct sockaddr *address,
			 char ret_reason[static RFB_REASON_MAX])
{
	const struct config *config = &settings->config;
	char host[NET_PEER_TEXT_MAX], other[CONFIG_USER_MAX];

	ret_reason[0] = '\0';
	if (config->refusal[0]) {
		snprintf(ret_reason, RFB_REASON_MAX, "%s", config->refusal);
		return "the server's configuration has an error; its log says which";
	}
	if (!net_list_contains(&config->allow, address)) {
		net_format_host(address, host);
		snprintf(ret_reason, RFB_REASON_MAX,
			 "address %s is not allowed; see allow in %.300s", host, settings->path);
	} else if (arrives_well(fd, ret_reason)) {
		if (!settings_is_wrong_user(settings, other))
			return "";
		snprintf(ret_reason, RFB_REASON_MAX,
			 "user = %s in %.200s, but gpudesk's sockets are for %s: run \"gpudesk "
			 "setup --user NAME\"",
			 config->user, settings->path, other);
		return "the server is not set up for the user in its configuration; its log says "
		       "how to fix it";
	}
	return "not allowed from where you connect; the server's log says why";
}
