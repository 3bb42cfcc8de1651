/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts and stops units, records that in the journal, and says what fails. */
#ifndef GPUDESK_UNIT_ACTIONS_H
#define GPUDESK_UNIT_ACTIONS_H

#include <stdbool.h>

#include "common/unit_jobs.h"
#include "common/units.h"
#include "setup.h"

/* Whether it runs or is being started, as a service is that fails again and again. */
bool unit_action_is_active(const struct setup *setup, const char *unit);

/* Record the state, then change it. Without systemd, they do nothing. */
bool unit_action_start(struct setup *setup, const char *unit);
bool unit_action_stop(struct setup *setup, const char *unit);

/* The same without recording it. */
typedef int (*unit_verb_fn)(sd_bus *bus, const char *name, sd_bus_error *error);
bool unit_action_run(struct setup *setup, unit_verb_fn verb, const char *unit);

/* Has systemd reload its unit files if setup has changed them. */
void unit_action_reload(struct setup *setup);

#endif
