/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log says about viewers that are not handed over, as often as rate_limit.h allows. */
#ifndef GPUDESK_VIEWER_LOG_H
#define GPUDESK_VIEWER_LOG_H

#include <stdint.h>

#include "rate_limit.h"

/* All zero at first. */
struct viewer_log {
	struct rate_limit refusals, failures, ends;
};

/* `now` is in µs; `peer` is net_format_peer()'s text. */
void viewer_log_refused(struct viewer_log *log, uint64_t now, const char *peer, const char *why);
void viewer_log_no_place(struct viewer_log *log, uint64_t now, const char *peer, const char *why);
void viewer_log_closed(struct viewer_log *log, uint64_t now, const char *peer, const char *why);

/* `delay` is that of the answer, in µs. */
void viewer_log_wrong_password(struct viewer_log *log, uint64_t now, const char *peer,
			       unsigned failures, uint64_t delay);

#endif
