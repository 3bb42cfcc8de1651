/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only logind's D-Bus interface tells (org.freedesktop.login1(5)). */
#ifndef GPUDESK_LOGIND_H
#define GPUDESK_LOGIND_H

#include <stdbool.h>
#include <systemd/sd-bus.h>

enum { INHIBITOR_NAME_MAX = 64 };

/* A lock (systemd-inhibit(1)) that keeps the desktop; both "" when there is none. */
struct inhibitor {
	char who[INHIBITOR_NAME_MAX]; /* the program, and why, in its own words */
	char why[INHIBITOR_NAME_MAX];
};

/*
 * Whether a lock of `what` ("idle:sleep") and `mode` says that the machine is in use. The desktop's
 * own daemons always hold some: those that only delay, and those on keys and the lid, say nothing.
 */
bool inhibitor_counts(const char *what, const char *mode);

/* Finds a lock that counts. Returns 0, or -errno with words in `error`. */
int inhibitor_look(sd_bus *bus, struct inhibitor *ret_inhibitor, sd_bus_error *error);

#endif
