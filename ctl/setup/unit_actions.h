/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting and stopping units, recorded, and with words when it fails. */
#ifndef GPUDESK_UNIT_ACTIONS_H
#define GPUDESK_UNIT_ACTIONS_H

#include <stdbool.h>

#include "common/unit_jobs.h"
#include "common/units.h"
#include "setup.h"

/* Runs, or is about to: a service that is started again and again counts. */
bool unit_action_is_active(const struct setup *setup, const char *unit);

/* Record what was, then do it; what fails is said. Without systemd, nothing is done. */
bool unit_action_start(struct setup *setup, const char *unit);
bool unit_action_stop(struct setup *setup, const char *unit);

/* The same, not recorded. */
typedef int (*unit_verb_fn)(sd_bus *bus, const char *name, sd_bus_error *error);
bool unit_action_run(struct setup *setup, unit_verb_fn verb, const char *unit);

/* Has systemd read its unit files anew, where they have changed. */
void unit_action_reload(struct setup *setup);

#endif
