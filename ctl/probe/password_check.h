/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the password file will do, looked at with the user's own rights. */
#ifndef GPUDESK_PASSWORD_CHECK_H
#define GPUDESK_PASSWORD_CHECK_H

#include <stdbool.h>
#include <stddef.h>

enum { PASSWORD_WORDS_MAX = 320 };

struct password_check {
	char path[PASSWORD_WORDS_MAX];
	char problem[PASSWORD_WORDS_MAX]; /* why the scraper refuses viewers; "" when it does not */
	char warning[PASSWORD_WORDS_MAX]; /* what is unwise; "" when nothing is */
	bool has_view_only;
};

/*
 * Looks at `configured`, where a leading "~/" is the home of the effective user by the password
 * database. What gpudesk-scraper(8) would refuse is a problem; a folder on the way that others may
 * write to is a warning. Always fills *ret_look.
 */
void password_check(const char *configured, struct password_check *ret_look);

#endif
