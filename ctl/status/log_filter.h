/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which entries of the journal are gpudesk's: all its units, and what PAM says of GDM's logins. */
#ifndef GPUDESK_LOG_FILTER_H
#define GPUDESK_LOG_FILTER_H

#include <stdbool.h>

#include "common/units.h"

enum { LOG_FILTER_ARGUMENTS_MAX = 32, LOG_FILTER_TEXT_MAX = UNIT_NAME_MAX + 32 };

struct log_filter {
	const char *arguments[LOG_FILTER_ARGUMENTS_MAX]; /* of journalctl, from its name to NULL */
	char texts[LOG_FILTER_ARGUMENTS_MAX][LOG_FILTER_TEXT_MAX];
};

/*
 * Since the machine started, for that user; `follow`: and what is to come. The arguments point into
 * *ret_filter, which must stay where it is.
 */
void log_filter_make(const char *user, bool follow, struct log_filter *ret_filter);

#endif
