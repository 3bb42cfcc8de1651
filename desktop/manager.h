/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The display manager, as systemd knows it. */
#ifndef GPUDESK_MANAGER_H
#define GPUDESK_MANAGER_H

#include <stdint.h>
#include <systemd/sd-bus.h>

#include "common/units.h"
#include "decision.h"

struct manager {
	char unit[UNIT_NAME_MAX]; /* its own name, not the alias display-manager.service */
	enum manager_state state;
	uint64_t age; /* µs in that state */
};

/* The state by systemd's name for it (ActiveState); an unknown one is MANAGER_STOPPED. */
enum manager_state manager_state_from_text(const char *active_state);

/*
 * Finds display-manager.service, or GDM by its name if that alias is missing. Returns 0, with
 * MANAGER_MISSING and no unit for none, or -errno with a message in `error`.
 */
int manager_look(sd_bus *bus, struct manager *ret_manager, sd_bus_error *error);

#endif
