/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By which interface a viewer's connection came in, whatever its address says: this machine answers
 * at an address of docker's bridge on all of its interfaces, so a host of the network outside needs
 * only a route. All questions go to the viewer's own socket, which belongs to the network namespace
 * of the interfaces, while the proxy has one of its own without any.
 */
#ifndef GPUDESK_ARRIVAL_H
#define GPUDESK_ARRIVAL_H

#include <net/if.h>

enum arrival {
	ARRIVAL_LOOPBACK,  /* from a program of this machine */
	ARRIVAL_BRIDGE,	   /* by a bridge of this machine: containers' networks */
	ARRIVAL_ADDRESSED, /* by the interface that has the address, or that the socket is bound to
			    */
	ARRIVAL_FOREIGN,   /* by any other */
};

/*
 * Writes the name of the interface by which the connection on `fd`, a TCP socket, came in. Returns
 * an enum arrival or -errno. That an interface has an IPv6 address cannot be read here: one that is
 * no bridge is ARRIVAL_ADDRESSED only if the socket is bound to it (BindToDevice=, or a link-local
 * address).
 */
int arrival_find(int fd, char ret_interface[static IF_NAMESIZE]);

#endif
