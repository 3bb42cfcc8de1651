/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the scraper can use the password file, checked with the user's rights. */
#ifndef GPUDESK_PASSWORD_CHECK_H
#define GPUDESK_PASSWORD_CHECK_H

#include <stdbool.h>
#include <stddef.h>

enum { PASSWORD_WORDS_MAX = 320 };

struct password_check {
	char path[PASSWORD_WORDS_MAX];
	char problem[PASSWORD_WORDS_MAX]; /* why the scraper will refuse viewers; "" if it will not
					   */
	char warning[PASSWORD_WORDS_MAX]; /* a risk; "" if there is none */
	bool mode_wrong, owner_wrong;	  /* that is the problem */
	bool has_view_only;
};

/*
 * Checks the file `configured`; a leading "~/" is the home of the effective user. A file that
 * gpudesk-scraper(8) refuses is a problem; a folder above it that others can write to is a warning.
 * Always fills *ret_check.
 */
void password_check(const char *configured, struct password_check *ret_check);

#endif
