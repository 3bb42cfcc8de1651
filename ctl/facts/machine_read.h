/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of machine_read(). They leave alone what they cannot find out. */
#ifndef GPUDESK_MACHINE_READ_H
#define GPUDESK_MACHINE_READ_H

#include "machine.h"

/* machine_units.c: what systemd says. */
void machine_read_units(struct machine *machine);

/* machine_sessions.c: the records, logind's sessions, and what is tried as the user. */
void machine_read_sessions(struct machine *machine);
void machine_read_probe(struct machine *machine);

#endif
