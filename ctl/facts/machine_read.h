/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How struct machine is filled. */
#ifndef GPUDESK_MACHINE_READ_H
#define GPUDESK_MACHINE_READ_H

#include "machine.h"

/*
 * Fills *ret_machine as far as possible. With --root, systemd and logind are not asked and nothing
 * is tried as the user. Freed by machine_finish().
 */
void machine_read(const struct ctl *ctl, struct machine *ret_machine);

/* The parts of it, which leave alone what they cannot find out. */

/* machine_units.c: what systemd says. */
void machine_read_units(struct machine *machine);

/* machine_sessions.c: the records, logind's sessions, and what is tried as the user. */
void machine_read_sessions(struct machine *machine);
void machine_read_probe(struct machine *machine);

#endif
