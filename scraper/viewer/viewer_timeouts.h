/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a viewer may do nothing. Decides only; times are microseconds of one clock. */
#ifndef GPUDESK_VIEWER_TIMEOUTS_H
#define GPUDESK_VIEWER_TIMEOUTS_H

#include <stdbool.h>
#include <stdint.h>

/* A viewer that takes not one byte of what is sent to it for so long is dropped: before the 45 s of
 * TCP_USER_TIMEOUT are over, so that the log has a reason. */
#define VIEWER_TIMEOUTS_STALLED UINT64_C(40000000)

/* After its password a viewer has so long to send ClientInit, or it would hold its place in vain.
 */
#define VIEWER_TIMEOUTS_INIT UINT64_C(10000000)

struct viewer_timeouts {
	uint64_t init_until;	   /* by then it must have sent ClientInit; UINT64_MAX: it has */
	uint64_t inactive_timeout; /* without input; UINT64_MAX: never */
	uint64_t last_input;
	uint64_t last_progress; /* when bytes were last written, or there were none to write */
	bool is_sending;	/* bytes wait to be written */
};

/* Why the viewer is to go now, in words that go with "has left:"; NULL: it may stay. */
const char *viewer_timeouts_expired(const struct viewer_timeouts *timeouts, uint64_t now);

/* When that may change, if nothing else happens; UINT64_MAX: never. */
uint64_t viewer_timeouts_due(const struct viewer_timeouts *timeouts);

#endif
