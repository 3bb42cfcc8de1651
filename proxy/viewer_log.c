/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "viewer_log.h"

#include <stdarg.h>

#include "common/log.h"

/* Logs the line, and how many of its kind were dropped before it, or drops it. */
__attribute__((format(printf, 6, 7))) static void limited_log(struct rate_limit *limit,
							      uint64_t now, enum log_level level,
							      const char *peer, const char *result,
							      const char *format, ...)
{
	unsigned suppressed;
	va_list arguments;

	if (level > log_get_level() || !rate_limit_allows(limit, now, &suppressed))
		return;
	va_start(arguments, format);
	log_viewer_message(level, peer, result, format, arguments);
	va_end(arguments);
	if (suppressed > 0 && level == LOG_LEVEL_WARNING)
		log_warning("(%u more like this not logged)", suppressed);
	else if (suppressed > 0)
		log_info("(%u more like this not logged)", suppressed);
}

void viewer_log_refused(struct viewer_log *log, uint64_t now, const char *peer, const char *why)
{
	limited_log(&log->refusals, now, LOG_LEVEL_WARNING, peer, "refused", "%s: refused: %s",
		    peer, why);
}

void viewer_log_no_place(struct viewer_log *log, uint64_t now, const char *peer, const char *why)
{
	limited_log(&log->refusals, now, LOG_LEVEL_WARNING, peer, "closed", "%s: closed: %s", peer,
		    why);
}

void viewer_log_closed(struct viewer_log *log, uint64_t now, const char *peer, const char *why)
{
	limited_log(&log->ends, now, LOG_LEVEL_INFO, peer, "closed", "%s: closed: %s", peer, why);
}

void viewer_log_wrong_password(struct viewer_log *log, uint64_t now, const char *peer,
			       unsigned failures, uint64_t delay)
{
	limited_log(&log->failures, now, LOG_LEVEL_WARNING, peer, "wrong-password",
		    "%s: wrong password (%u consecutive failure%s from this address); answering in "
		    "%u.%u s",
		    peer, failures, failures == 1 ? "" : "s", (unsigned)(delay / 1000000),
		    (unsigned)(delay / 100000 % 10));
}
