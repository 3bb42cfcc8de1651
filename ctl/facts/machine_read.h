/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of machine_read(). What cannot be known stays as it is. */
#ifndef GPUDESK_MACHINE_READ_H
#define GPUDESK_MACHINE_READ_H

#include "machine.h"

/* Where the units as shipped listen, for when systemd cannot be asked. */
enum { MACHINE_PORT = 5901 };

/* machine_units.c: what systemd says. */
void machine_read_units(struct machine *machine);

/* "172.17.0.1:5901", "[::]:5901" or "5901": address and port as a socket unit has them. */
int machine_parse_listen(const char *text, char ret_address[static MACHINE_ADDRESS_MAX],
			 uint16_t *ret_port);

/* machine_sessions.c: records, logind's sessions, and what is tried as the user. */
void machine_read_sessions(struct machine *machine);
void machine_read_probe(struct machine *machine);

#endif
