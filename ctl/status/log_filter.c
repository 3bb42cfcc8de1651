/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log_filter.h"

#include <stdio.h>

/* Those of the user have a "@". */
static const char *const units[][2] = {
	{ "gpudesk", ".socket" },	    { "gpudesk", ".service" },
	{ "gpudesk-scraper@", ".socket" },  { "gpudesk-scraper@", ".service" },
	{ "gpudesk-control@", ".socket" },  { "gpudesk-desktop@", ".socket" },
	{ "gpudesk-desktop@", ".service" }, { "gpudesk-desktop-stop@", ".service" },
	{ "gpudesk-sound@", ".socket" },    { "gpudesk-sound@", ".service" },
};

/* Those of GDM's workers end in a bracket: their name is "gdm-session-worker [pam/gdm-autologin]".
 */
static const char *const identifiers[] = { "gdm-autologin]", "gdm-password]", "gdm-autologin",
					   "gdm-password" };

enum { N_UNITS = sizeof(units) / sizeof(*units), N_IDENTIFIERS = 4 };

/*
 * What a unit has written, or what systemd says of it. Matches of different fields, without a "+"
 * between them, would all have to hold.
 */
void log_filter_make(const char *user, bool follow, struct log_filter *ret_filter)
{
	static const char *const fields[] = { "_SYSTEMD_UNIT", "UNIT" };
	size_t n = 0;

	ret_filter->arguments[n++] = "journalctl";
	ret_filter->arguments[n++] = "--boot";
	if (follow)
		ret_filter->arguments[n++] = "--follow";
	for (size_t field = 0; field < 2; field++) {
		for (size_t i = 0; i < N_UNITS; i++, n++) {
			const char *name = units[i][0];
			bool is_instance = name[sizeof("gpudesk") - 1] == '-';

			snprintf(ret_filter->texts[n], LOG_FILTER_TEXT_MAX, "%s=%s%s%s",
				 fields[field], name, is_instance ? user : "", units[i][1]);
			ret_filter->arguments[n] = ret_filter->texts[n];
		}
		ret_filter->arguments[n++] = "+";
	}
	for (size_t i = 0; i < N_IDENTIFIERS; i++, n++) {
		snprintf(ret_filter->texts[n], LOG_FILTER_TEXT_MAX, "SYSLOG_IDENTIFIER=%s",
			 identifiers[i]);
		ret_filter->arguments[n] = ret_filter->texts[n];
	}
	ret_filter->arguments[n] = NULL;
}
