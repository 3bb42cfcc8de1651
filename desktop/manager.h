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

/* What systemd calls it (ActiveState); anything unknown is MANAGER_STOPPED. */
enum manager_state manager_state_from_text(const char *active_state);

/*
 * Looks for display-manager.service, and for GDM by name where nobody made that alias. Returns 0,
 * with MANAGER_MISSING and no unit when there is none, or -errno with words in `error`.
 */
int manager_look(sd_bus *bus, struct manager *ret_manager, sd_bus_error *error);

#endif
