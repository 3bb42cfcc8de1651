/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines that any peer can cause: as many of each kind as rate_limit.h allows. */
#ifndef GPUDESK_LIMITED_LOG_H
#define GPUDESK_LIMITED_LOG_H

#include <stdint.h>

#include "common/log.h"
#include "rate_limit.h"

/*
 * Logs the line about a viewer (log.h), and how many of its kind were dropped before it, or drops
 * it. `now` is in µs.
 */
void limited_log(struct rate_limit *limit, uint64_t now, enum log_level level, const char *peer,
		 const char *result, const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
