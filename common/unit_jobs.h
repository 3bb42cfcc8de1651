/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Having systemd start, stop and restart units, for the desktop's service. All return 0 or -errno,
 * with a message in `error`, which the caller frees (sd_bus_error_free) and which may be NULL.
 */
#ifndef GPUDESK_UNIT_JOBS_H
#define GPUDESK_UNIT_JOBS_H

#include <stdint.h>
#include <systemd/sd-bus.h>

/*
 * Queues a job and waits for its end, 120 s at most. It succeeds if the unit is already in that
 * state, and fails where it contradicts what is already queued (a shutdown). `method` is
 * "StartUnit", "StopUnit" or "RestartUnit".
 */
int unit_job_run(sd_bus *bus, const char *method, const char *name, sd_bus_error *error);

/* The same, and does not wait for its end. */
int unit_job_queue(sd_bus *bus, const char *method, const char *name, sd_bus_error *error);

/*
 * Starts a transient timer that elapses once, `delay` µs from now, and then starts the service of
 * the same name. A running timer of that name is replaced. `name` has no suffix.
 */
int unit_job_start_later(sd_bus *bus, const char *name, const char *description, uint64_t delay,
			 sd_bus_error *error);

#endif
