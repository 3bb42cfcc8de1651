/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a viewer may do nothing. No I/O; times are µs of one clock. */
#ifndef GPUDESK_VIEWER_TIMEOUTS_H
#define GPUDESK_VIEWER_TIMEOUTS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A viewer that reads nothing for this long is disconnected: before TCP_USER_TIMEOUT's 45 s, so
 * that the log has a reason.
 */
#define VIEWER_TIMEOUTS_STALLED UINT64_C(40000000)

/* The time for ClientInit after the password; a silent viewer would keep its place for nothing. */
#define VIEWER_TIMEOUTS_INIT UINT64_C(10000000)

struct viewer_timeouts {
	uint64_t init_until;	   /* the deadline for ClientInit; UINT64_MAX: it has come */
	uint64_t inactive_timeout; /* without input; UINT64_MAX: never */
	uint64_t last_input;
	uint64_t last_progress; /* when bytes were last written, or none were left to write */
	bool is_sending;	/* bytes are waiting to be written */
};

/* Why the viewer is to be disconnected now, as viewer_end() wants it; NULL: it may stay. */
const char *viewer_timeouts_expired(const struct viewer_timeouts *timeouts, uint64_t now);

/* When to check again; UINT64_MAX: never. */
uint64_t viewer_timeouts_due(const struct viewer_timeouts *timeouts);

#endif
