/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limited_log.h"

void limited_log(struct rate_limit *limit, uint64_t now, enum log_level level, const char *peer,
		 const char *result, const char *format, ...)
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
