/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines on standard error: with a "<N>" priority prefix when journald reads them
 * (sd-daemon(3)), with the program's name in front otherwise. Never logs secrets.
 */
#ifndef GPUDESK_LOG_H
#define GPUDESK_LOG_H

#include <stdarg.h>

/* The syslog priorities that gpudesk uses; the values are syslog(3)'s. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* Sets the name shown outside the journal. Lines below `level` are dropped from then on. */
void log_init(const char *program);
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* One line each; no newline at the end of `format`. Control characters are written as \xNN. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_message(enum log_level level, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

/*
 * The same about the viewer at `peer`, its address and port. Where journald reads, the entry has
 * these in the fields GPUDESK_PEER and GPUDESK_RESULT: "accepted", "disconnected"; "refused",
 * "wrong-password", "closed" for those that were not accepted.
 */
void log_viewer(enum log_level level, const char *peer, const char *result, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void log_viewer_message(enum log_level level, const char *peer, const char *result,
			const char *format, va_list arguments)
	__attribute__((format(printf, 4, 0)));

#endif
