/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known only from logind's D-Bus interface (org.freedesktop.login1(5)). */
#ifndef GPUDESK_LOGIND_H
#define GPUDESK_LOGIND_H

#include <stdbool.h>
#include <systemd/sd-bus.h>

enum { INHIBITOR_NAME_MAX = 64 };

/* A lock (systemd-inhibit(1)) for which the desktop is kept; both "" for none. */
struct inhibitor {
	char who[INHIBITOR_NAME_MAX]; /* the program, and its reason */
	char why[INHIBITOR_NAME_MAX];
};

/*
 * Whether a lock of `what` ("idle:sleep") and `mode` means that the machine is in use. Locks that
 * only delay, or are on keys and the lid, do not: the desktop's own daemons always hold some.
 */
bool inhibitor_counts(const char *what, const char *mode);

/* Finds a lock that counts. Returns 0, or -errno with words in `error`. */
int inhibitor_look(sd_bus *bus, struct inhibitor *ret_inhibitor, sd_bus_error *error);

#endif
