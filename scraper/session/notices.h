/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Viewers that gave the right password and are refused all the same: each sees the reason on a
 * status screen of its own for a moment, since some (guacd) show no reasons to their user.
 */
#ifndef GPUDESK_NOTICES_H
#define GPUDESK_NOTICES_H

#include "status_words.h"

enum { NOTICES_MAX = 8 }; /* viewers at the same time */
#define NOTICES_USEC UINT64_C(10000000)

struct notice;

/* Starts as all zeros. */
struct notices {
	struct notice *first;
	unsigned n;
};

/*
 * Shows `reason` to a viewer for NOTICES_USEC, and disconnects it. `fd` is its socket before
 * ClientInit, owned from then on, also on failure. `config` must outlive it. Returns 0 or -errno.
 */
int notices_show(struct notices *notices, sd_event *event, sd_event *urgent,
		 const struct config *config, int fd, const char *peer, const char *reason);

/* Disconnects all. */
void notices_finish(struct notices *notices);

#endif
