/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd, through its D-Bus interface (org.freedesktop.systemd1(5)). All functions return 0 or
 * -errno with words in `error`, where they take one; the caller frees it (sd_bus_error_free).
 * Names are full: "gpudesk.socket".
 */
#ifndef GPUDESK_UNITS_H
#define GPUDESK_UNITS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

enum { UNIT_NAME_MAX = 256, UNIT_WORD_MAX = 32, UNIT_PATH_MAX = 1024 };

struct unit {
	char name[UNIT_NAME_MAX];	/* its own, where an alias was asked for */
	char load[UNIT_WORD_MAX];	/* "loaded", "not-found", "masked", ... */
	char active[UNIT_WORD_MAX];	/* "active", "inactive", "failed", "activating", ... */
	char sub[UNIT_WORD_MAX];	/* "running", "listening", "dead", ... */
	char file_state[UNIT_WORD_MAX]; /* "enabled", "disabled", "static", ...; "": no file */
	char fragment[UNIT_PATH_MAX];	/* the unit's file; "": none */
	uint64_t changed;		/* of the state: µs, CLOCK_REALTIME; 0: never */
	pid_t main_pid;			/* of a service; 0: none */
};

/*
 * Connects to the system bus, where systemd runs the machine. Returns 0, -EHOSTDOWN where systemd
 * does not (a container), or -errno. Freed with sd_bus_flush_close_unref().
 */
int units_open(sd_bus **ret_bus);

/* A unit that there is none of has load "not-found". */
int units_read(sd_bus *bus, const char *name, struct unit *ret_unit, sd_bus_error *error);

/* When a monotonic timer elapses next: µs from now; UINT64_MAX: it does not. */
int units_timer_left(sd_bus *bus, const char *name, uint64_t *ret_usec, sd_bus_error *error);

bool unit_exists(const struct unit *unit);    /* loaded */
bool unit_is_active(const struct unit *unit); /* active or reloading */
bool unit_is_enabled(const struct unit *unit);

/*
 * Queue a job and wait until it is done, at most 120 s: -EIO when it has failed, -ETIMEDOUT. Other
 * jobs of the unit give way. What is already so succeeds.
 */
int units_start(sd_bus *bus, const char *name, sd_bus_error *error);
int units_stop(sd_bus *bus, const char *name, sd_bus_error *error);
int units_restart(sd_bus *bus, const char *name, sd_bus_error *error);

/* `names` ends with NULL. Followed by units_reload() to take effect. */
int units_enable(sd_bus *bus, const char *const *names, sd_bus_error *error);
int units_disable(sd_bus *bus, const char *const *names, sd_bus_error *error);

int units_reload(sd_bus *bus, sd_bus_error *error);

int units_get_default(sd_bus *bus, char ret_target[static UNIT_NAME_MAX], sd_bus_error *error);
int units_set_default(sd_bus *bus, const char *target, sd_bus_error *error);

/* The unit that the process belongs to: a service, a scope. -ENXIO: no unit's. */
int units_of_pid(sd_bus *bus, pid_t pid, char ret_name[static UNIT_NAME_MAX], sd_bus_error *error);

#endif
