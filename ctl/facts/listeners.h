/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processes listen on a TCP port: from /proc/net/tcp, /proc/PID/fd and systemd. */
#ifndef GPUDESK_LISTENERS_H
#define GPUDESK_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ctl;

enum { LISTENERS_MAX = 16, LISTENER_UNIT_MAX = 256 };

struct listener {
	uint16_t port;
	char address[46]; /* "172.17.0.1", "0.0.0.0", "::" */
	bool is_any;	  /* the address is 0.0.0.0 or :: */
	uint64_t inode;	  /* of the socket */
	pid_t pid;	  /* the lowest that holds it; 0: not found, or not visible to this user */
	char command[32]; /* its name, "Xvnc"; "" if unknown */
	char unit[LISTENER_UNIT_MAX]; /* the system's: "vncserver@1.service"; "": none or unknown */
};

/*
 * Finds the sockets that listen on `port`, `max` at most. Only root sees all processes. Returns how
 * many there are, or -errno.
 */
int listeners_read(const struct ctl *ctl, uint16_t port, struct listener *ret_listeners,
		   size_t max);

/* Whether its unit is a service of its own: no user's manager, nor GDM, which runs the desktop. */
bool listener_is_service(const struct listener *listener);

#endif
