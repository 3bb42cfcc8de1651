/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the scraper tells systemd about its viewers (STATUS=, sd_notify(3)): shown by `systemctl
 * status`, and read by gpudesk-desktop when the scraper has ended.
 */
#ifndef GPUDESK_SCRAPER_STATUS_H
#define GPUDESK_SCRAPER_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCRAPER_STATUS_MAX = 64 };

struct scraper_status {
	bool used;	    /* a viewer has been accepted */
	unsigned n_viewers; /* now */
	uint64_t left; /* if none: since when, CLOCK_MONOTONIC in µs; rounded up to s in the text */
};

/* The text without "STATUS=". */
void scraper_status_format(const struct scraper_status *status,
			   char ret_text[static SCRAPER_STATUS_MAX]);

/* Any other text means that the scraper was not used. */
void scraper_status_parse(const char *text, struct scraper_status *ret_status);

#endif
