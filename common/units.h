/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd's units, by its D-Bus interface (org.freedesktop.systemd1(5)). Functions return 0 or
 * -errno with a message in `error`, which the caller frees (sd_bus_error_free) and which may be
 * NULL. Names are full: "gpudesk.socket".
 */
#ifndef GPUDESK_UNITS_H
#define GPUDESK_UNITS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#define SYSTEMD_SERVICE "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER SYSTEMD_SERVICE ".Manager"

enum { UNIT_NAME_MAX = 256, UNIT_WORD_MAX = 32, UNIT_PATH_MAX = 1024 };

struct unit {
	char name[UNIT_NAME_MAX];   /* its own, even for an alias */
	char load[UNIT_WORD_MAX];   /* "loaded", "masked", ...; "not-found" for a missing unit */
	char active[UNIT_WORD_MAX]; /* "active", "inactive", "failed", "activating", ... */
	char sub[UNIT_WORD_MAX];    /* "running", "listening", "dead", ... */
	char file_state[UNIT_WORD_MAX]; /* "enabled", "disabled", "static", ...; "": no file */
	char fragment[UNIT_PATH_MAX];	/* the unit's file; "": none */
	uint64_t changed;		/* of the state: µs, CLOCK_REALTIME; 0: never */
	uint64_t changed_monotonic;	/* the same, CLOCK_MONOTONIC */
	pid_t main_pid;			/* of a service; 0: none */
	bool needs_reload;		/* a file of it has changed since systemd read it */
};

/*
 * Connects to the system bus, where systemd runs the machine. Returns 0, -EHOSTDOWN where systemd
 * does not (a container), or -errno. The caller frees it with sd_bus_flush_close_unref().
 */
int units_open(sd_bus **ret_bus);

int units_read(sd_bus *bus, const char *name, struct unit *ret_unit, sd_bus_error *error);

/* A property that only units of one kind have ("Service", "Timer"); texts are cut to `size`. */
int units_get_text(sd_bus *bus, const char *name, const char *kind, const char *property,
		   char *ret_text, size_t size, sd_bus_error *error);
int units_get_usec(sd_bus *bus, const char *name, const char *kind, const char *property,
		   uint64_t *ret_usec, sd_bus_error *error);

bool unit_exists(const struct unit *unit);    /* loaded */
bool unit_is_active(const struct unit *unit); /* active or reloading */
bool unit_is_enabled(const struct unit *unit);

/* Whether the unit is active, and not about to be stopped (other than by a restart). */
int units_stays_active(sd_bus *bus, const char *name, bool *ret_stays, sd_bus_error *error);

int units_get_default(sd_bus *bus, char ret_target[static UNIT_NAME_MAX], sd_bus_error *error);

#endif
