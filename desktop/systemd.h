/* SPDX-License-Identifier: GPL-2.0-or-later */
/* systemd's D-Bus interface (org.freedesktop.systemd1(5)), as much of it as is used here. */
#ifndef GPUDESK_SYSTEMD_H
#define GPUDESK_SYSTEMD_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

enum { UNIT_NAME_MAX = 256 };

/* All return 0 or -errno, with words in `error`. */

/* The object of a unit, whether it is installed or not; free() it. */
int systemd_load_unit(sd_bus *bus, const char *unit, char **ret_path, sd_bus_error *error);

/* A property of such an object; `kind` is "Unit", "Service", ... free() the text. */
int systemd_get_text(sd_bus *bus, const char *path, const char *kind, const char *property,
		     char **ret_text, sd_bus_error *error);

/* Whether the unit is active, and not about to be stopped for good (a restart is no such thing). */
int systemd_stays_active(sd_bus *bus, const char *unit, bool *ret_stays, sd_bus_error *error);

/*
 * Queues a job, without waiting for it: `method` is "StartUnit", "RestartUnit" or "StopUnit". Fails
 * where that contradicts what is already queued (a shutdown).
 */
int systemd_queue(sd_bus *bus, const char *method, const char *unit, sd_bus_error *error);

/* The same, and waits for its end, up to `timeout` µs: -ETIME. -EIO when the job failed. */
int systemd_run(sd_bus *bus, const char *method, const char *unit, uint64_t timeout,
		sd_bus_error *error);

/*
 * Starts a transient timer that elapses once, `delay` µs from now, and then starts the service of
 * the same name. A timer of that name that runs already is replaced. `name` has no suffix.
 */
int systemd_start_timer(sd_bus *bus, const char *name, const char *description, uint64_t delay,
			sd_bus_error *error);

/* CLOCK_MONOTONIC in µs, the clock of systemd's timestamps and timers. */
uint64_t systemd_now(void);

#endif
