/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the machine's firewall opens a TCP port to everyone. firewalld is asked by firewall-cmd,
 * ufw's rules are read from its files, and all others as nftables has them.
 */
#ifndef GPUDESK_FIREWALL_H
#define GPUDESK_FIREWALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctl;

enum { FIREWALL_OPENINGS_MAX = 16 };

enum firewall_kind {
	FIREWALL_PORT,	  /* firewalld's: "5901/tcp", "5900-5910/tcp" */
	FIREWALL_SERVICE, /* firewalld's: "vnc-server" */
	FIREWALL_RICH,	  /* firewalld's, a rich rule's text */
	FIREWALL_TARGET,  /* the zone accepts everything; no entry */
	FIREWALL_UFW,	  /* "allow 5901/tcp" */
	FIREWALL_RULE,	  /* nftables': "inet filter input handle 15" */
};

/* What opens the port to everyone. */
struct firewall_opening {
	enum firewall_kind kind;
	char zone[64]; /* firewalld's; else "" */
	char entry[160];
};

struct firewall {
	struct firewall_opening openings[FIREWALL_OPENINGS_MAX];
	size_t n_openings;
	char unjudged[256]; /* what could not be judged, for a sentence; "": nothing */
};

/* The interfaces that do not lead to containers or back: the names, up to a NULL. */
struct firewall_place {
	uint16_t port;
	const char *const *outside;
	bool (*service_has)(const char *service, uint16_t port); /* firewalld's service */
};

/*
 * Adds what is in the output of firewall-cmd --list-all-zones: of the zone `default_zone`, and of
 * those that an interface of `place` is in.
 */
void firewall_add_zones(struct firewall *firewall, const char *list, const char *default_zone,
			const struct firewall_place *place);

/*
 * Reads what is in force. Needs root; with --root, it is ufw's files alone. `has_firewalld` says
 * that firewalld is running.
 */
void firewall_read(const struct ctl *ctl, uint16_t port, bool has_firewalld,
		   struct firewall *ret_firewall);

#endif
