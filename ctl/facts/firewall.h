/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the machine's firewall opens a TCP port to everyone. */
#ifndef GPUDESK_FIREWALL_H
#define GPUDESK_FIREWALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctl;

enum { FIREWALL_OPENINGS_MAX = 16 };

enum firewall_tool { FIREWALL_FIREWALLD, FIREWALL_UFW, FIREWALL_RULES };

/* A rule or zone entry that opens the port to everyone. */
struct firewall_opening {
	enum firewall_tool tool;
	char zone[64];	 /* firewalld's: "public"; "" for other tools */
	char entry[128]; /* firewalld: "5901/tcp", "5900-5910/tcp", or a service if is_service;
			    ufw: "allow 5901/tcp"; else the text of the rule */
	bool is_service;
	bool is_runtime; /* a rule in force, not one in a file */
	char path[160];	 /* of the file, without --root; "" if is_runtime */
};

struct firewall {
	bool is_ufw_enabled; /* ENABLED=yes in ufw.conf */
	bool is_readable;    /* false: some file may not be read by this user */
	struct firewall_opening openings[FIREWALL_OPENINGS_MAX];
	size_t n_openings;
};

/*
 * Reads the zones and services of firewalld, and ufw's rules, for entries that accept TCP to `port`
 * from any address. The zones docker and trusted do not count.
 */
void firewall_read(const struct ctl *ctl, uint16_t port, struct firewall *ret_firewall);

/*
 * Adds the openings in the output of "nft list ruleset" or "iptables-save". Rules in the chains of
 * firewalld and ufw are skipped if their files have shown an opening already.
 */
void firewall_add_rules(struct firewall *firewall, const char *text, uint16_t port);

/*
 * Runs one of these two. Returns 0 and its output, for the caller to free; -ENOENT if neither is
 * installed; -EACCES if it fails, as for anyone but root; or -errno.
 */
int firewall_read_rules(char **ret_text);

#endif
