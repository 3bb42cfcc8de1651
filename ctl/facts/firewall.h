/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the machine's own firewall says of a TCP port, as far as its files show it. */
#ifndef GPUDESK_FIREWALL_H
#define GPUDESK_FIREWALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctl;

enum { FIREWALL_OPENINGS_MAX = 16 };

enum firewall_tool { FIREWALL_FIREWALLD, FIREWALL_UFW, FIREWALL_RULES };

/* One way in for everybody. */
struct firewall_opening {
	enum firewall_tool tool;
	char zone[64];	 /* of firewalld: "public"; "" for the others */
	char entry[128]; /* firewalld: "5901/tcp" or "5900-5910/tcp", or a service's name
			    ("vnc-server") with is_service; ufw: its rule, "allow 5901/tcp";
			    otherwise the rule's text */
	bool is_service;
	bool is_runtime; /* seen in force, not in a file that is kept */
	char path[160];	 /* of the file, as the machine calls it; "" when is_runtime */
};

struct firewall {
	bool has_firewalld, has_ufw; /* configured on the machine, running or not */
	bool is_ufw_enabled;	     /* ENABLED=yes in ufw.conf */
	bool is_readable;	     /* false where a file could not be read for want of rights */
	struct firewall_opening openings[FIREWALL_OPENINGS_MAX];
	size_t n_openings;
};

/*
 * Reads firewalld's zones (/etc/firewalld/zones, and those of /usr/lib/firewalld that are not
 * overridden), its services and ufw's rules. An opening is an entry that lets TCP to `port` in from
 * any address; the zones docker and trusted do not count. Returns 0 or -errno.
 */
int firewall_read(const struct ctl *ctl, uint16_t port, struct firewall *ret_firewall);

/*
 * Adds what `nft list ruleset` or `iptables-save` printed. Rules in firewalld's and ufw's own
 * chains count only where no file has shown an opening: else they are the same thing once more.
 */
void firewall_add_rules(struct firewall *firewall, const char *text, uint16_t port);

/*
 * Runs one of these two and gives back what it printed, malloc'ed. Returns 0, -ENOENT when neither
 * is installed, -EACCES when it fails (only root may), or -errno.
 */
int firewall_read_rules(char **ret_text);

#endif
