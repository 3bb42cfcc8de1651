/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Viewers that gave the right password and are refused all the same: each sees the reason on a
 * status screen of its own for a moment, since some (guacd) show no reasons to their user.
 */
#ifndef GPUDESK_NOTICES_H
#define GPUDESK_NOTICES_H

#include "arrivals.h"
#include "common/config.h"

enum { NOTICES_MAX = 8 }; /* viewers at the same time */
#define NOTICES_USEC UINT64_C(10000000)

struct notice;

/* Starts with the first three, which must outlive it, and zeros. */
struct notices {
	sd_event *event, *urgent; /* for server_create() */
	const struct config *config;
	struct notice *first;
	unsigned n;
};

/*
 * Shows `reason` to a viewer for NOTICES_USEC, and disconnects it. `fd` is its socket before
 * ClientInit, owned from then on, also on failure. Returns 0, -EUSERS if there are NOTICES_MAX, or
 * -errno.
 */
int notices_show(struct notices *notices, int fd, const char *peer, const char *reason);

/*
 * Refuses `viewer`, whose password was right, so it may see why: for a moment where there are
 * status screens and not too many; otherwise as arrival_refuse() tells it.
 */
void notices_refuse(struct notices *notices, const struct arrival *viewer, const char *reason);

/* Disconnects all. */
void notices_finish(struct notices *notices);

#endif
