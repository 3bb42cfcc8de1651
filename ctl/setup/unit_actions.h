/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts, stops, enables and disables units by systemctl(1), records that in the journal, and says
 * what fails.
 */
#ifndef GPUDESK_UNIT_ACTIONS_H
#define GPUDESK_UNIT_ACTIONS_H

#include <stdbool.h>

#include "common/units.h"
#include "setup.h"

/* Whether it runs or is being started, as a service is that fails again and again. */
bool unit_action_is_active(const struct setup *setup, const char *unit);

/* Record the state, then change it. Without systemd, they do nothing. */
bool unit_action_start(struct setup *setup, const char *unit);
bool unit_action_stop(struct setup *setup, const char *unit);

/* The same without recording it: "start", "stop", "restart". */
bool unit_action_run(struct setup *setup, const char *verb, const char *unit);

/* Whether the unit is enabled: for GDM's, whether it is the display manager. */
bool unit_action_is_enabled(const struct setup *setup, const char *unit);

/* Enables or disables the unit for the next boot. The second does not record it: 0 or -errno. */
bool unit_action_enable(struct setup *setup, const char *unit, bool is_on);
int unit_action_set_enabled(struct setup *setup, const char *unit, bool is_on);

/* Announces that the unit is disabled and stopped, or one of both, with `why` behind; and does so.
 */
void unit_action_retire(struct setup *setup, const char *unit, bool is_enabled, bool is_active,
			const char *why);

/* Makes the target the one to boot to, and does not record it. Returns 0 or -errno. */
int unit_action_set_default(struct setup *setup, const char *target);

/* Has systemd reload its unit files if setup has changed them. */
void unit_action_reload(struct setup *setup);

#endif
