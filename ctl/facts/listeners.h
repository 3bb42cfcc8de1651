/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processes listen on a TCP port: from /proc/net/tcp, /proc/PID/fd and the cgroups. */
#ifndef GPUDESK_LISTENERS_H
#define GPUDESK_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ctl;

enum { LISTENERS_MAX = 16, LISTENER_UNIT_MAX = 256 };

struct listener {
	char address[46]; /* "172.17.0.1", "0.0.0.0", "::" */
	bool is_any;	  /* the address is 0.0.0.0 or :: */
	uint64_t inode;	  /* of the socket */
	pid_t pid;	  /* the lowest that holds it; 0: not found, or not visible to this user */
	char command[32]; /* its name, "Xvnc"; "" if unknown */
	char unit[LISTENER_UNIT_MAX]; /* "vncserver@1.service"; "" if unknown or none */
};

/*
 * Finds the sockets that listen on `port`, `max` at most. Only root sees all processes. Returns how
 * many there are, or -errno.
 */
int listeners_read(const struct ctl *ctl, uint16_t port, struct listener *ret_listeners,
		   size_t max);

/*
 * Writes the innermost unit named in the text of /proc/PID/cgroup, such as "vncserver@1.service" or
 * "session-2.scope". Returns 0 or -ENOENT.
 */
int listener_unit_from_cgroup(const char *text, char ret_unit[static LISTENER_UNIT_MAX]);

#endif
