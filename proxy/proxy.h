/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All viewers that are not handed over yet: lets them in, has them checked in turn, hands them
 * over. */
#ifndef GPUDESK_PROXY_H
#define GPUDESK_PROXY_H

#include <stdint.h>
#include <systemd/sd-event.h>

struct proxy;

struct proxy_parameters {
	sd_event *event;
	const char *config_path;
	const char *scraper_path; /* NULL: of the user that the configuration names */
	uint64_t exit_idle_time;  /* µs without a viewer after which the event loop ends;
				     CONFIG_NEVER */
};

/*
 * The strings are borrowed. Takes the listening sockets as listener_create does, and returns what
 * that returns.
 */
int proxy_create(const struct proxy_parameters *parameters, struct proxy **ret_proxy, int *ret_bad);

/* Tells the viewers that wait for a result that there will be none, and closes everything. Takes
 * NULL. */
void proxy_destroy(struct proxy *proxy);

#endif
