/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the scraper tells systemd of its viewers (STATUS=, sd_notify(3)): for people, who see it in
 * `systemctl status`, and for gpudesk-desktop, which reads it once the scraper has ended.
 */
#ifndef GPUDESK_SCRAPER_STATUS_H
#define GPUDESK_SCRAPER_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCRAPER_STATUS_MAX = 64 };

struct scraper_status {
	bool used;	    /* somebody with the password has come */
	unsigned n_viewers; /* now */
	uint64_t left;	    /* when none: since when, CLOCK_MONOTONIC in µs; told in whole s, up */
};

/* The text without "STATUS=". */
void scraper_status_format(const struct scraper_status *status,
			   char ret_text[static SCRAPER_STATUS_MAX]);

/* Whatever is no such text is the status of a scraper that was not used. */
void scraper_status_parse(const char *text, struct scraper_status *ret_status);

#endif
