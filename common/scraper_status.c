/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scraper_status.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND UINT64_C(1000000)

static const char unused[] = "no viewer has been accepted";
static const char left_before[] = "no viewer since ";
static const char left_after[] = " s after boot";
static const char one[] = " viewer", more[] = " viewers";

void scraper_status_format(const struct scraper_status *status,
			   char ret_text[static SCRAPER_STATUS_MAX])
{
	if (status->n_viewers > 0)
		snprintf(ret_text, SCRAPER_STATUS_MAX, "%u%s", status->n_viewers,
			 status->n_viewers == 1 ? one : more);
	else if (status->used)
		snprintf(ret_text, SCRAPER_STATUS_MAX, "%s%llu%s", left_before,
			 (unsigned long long)status->left / SECOND + (status->left % SECOND > 0),
			 left_after);
	else
		snprintf(ret_text, SCRAPER_STATUS_MAX, "%s", unused);
}

/* Reads digits, up to `maximum`. Returns what follows them, or NULL. */
static const char *take_number(const char *text, uint64_t maximum, uint64_t *ret_number)
{
	unsigned long long number;
	char *end;

	if (!isdigit((unsigned char)*text))
		return NULL;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || number > maximum)
		return NULL;
	*ret_number = number;
	return end;
}

void scraper_status_parse(const char *text, struct scraper_status *ret_status)
{
	struct scraper_status status = { 0 };
	const char *rest;
	uint64_t number;

	if (strncmp(text, left_before, strlen(left_before)) == 0) {
		rest = take_number(text + strlen(left_before), UINT64_MAX / SECOND, &number);
		if (rest && strcmp(rest, left_after) == 0)
			status = (struct scraper_status){ .used = true, .left = number * SECOND };
	} else {
		rest = take_number(text, UINT32_MAX, &number);
		if (rest && number > 0 && strcmp(rest, number == 1 ? one : more) == 0)
			status = (struct scraper_status){ .used = true,
							  .n_viewers = (unsigned)number };
	}
	*ret_status = status;
}
