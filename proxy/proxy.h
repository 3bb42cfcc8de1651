/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All viewers that are not handed over yet: accepts them, has them checked one after the other, and
 * hands them over. */
#ifndef GPUDESK_PROXY_H
#define GPUDESK_PROXY_H

#include <stdint.h>
#include <systemd/sd-event.h>

struct proxy;

struct proxy_parameters {
	sd_event *event;
	const char *config_path;
	const char *scraper_path; /* NULL: the one of the configured user */
	const char *memory;	  /* the directory of known_sources.h; NULL: none */
	uint64_t exit_idle_time;  /* µs without a handshake until it exits; CONFIG_NEVER */
};

/* Borrows the strings. Takes the listening sockets, and returns the same as listener_create(). */
int proxy_create(const struct proxy_parameters *parameters, struct proxy **ret_proxy, int *ret_bad);

/* Tells viewers that wait for a result that there will be none, and closes all. Takes NULL. */
void proxy_destroy(struct proxy *proxy);

#endif
