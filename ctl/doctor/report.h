/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What doctor says: all findings, which of them only follow from another, and the verdict. Problems
 * come first; what follows from one is counted and shown with it.
 */
#ifndef GPUDESK_REPORT_H
#define GPUDESK_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "check.h"

enum { REPORT_ENTRIES_MAX = 192, REPORT_FIX_MAX = FINDING_FIX_MAX + 64, REPORT_SCHEMA = 1 };

struct report_entry {
	const struct check *check;
	struct finding finding;
	char fix[REPORT_FIX_MAX];    /* with sudo where the caller needs it; "": nothing to do */
	const struct check *follows; /* the check that explains it; NULL: none */
};

struct report {
	struct report_entry entries[REPORT_ENTRIES_MAX]; /* in the order of the checks */
	size_t n_entries;
	unsigned n_checks, n_failures, n_warnings; /* the latter without those that follow */
};

enum report_amount {
	REPORT_QUIET, /* problems */
	REPORT_USUAL, /* problems and the verdict */
	REPORT_ALL,   /* all findings, and the verdict */
};

/* Runs all checks. */
void report_make(const struct machine *machine, struct report *ret_report);

/* `colour` writes what a terminal obeys; NULL: no colours. */
void report_print(const struct report *report, enum report_amount amount,
		  void (*colour)(const char *sequence), FILE *out);

/* Returns NULL when out of memory. */
json_t *report_json(const struct report *report);

/* Inserts "sudo " before each command of a fix that only root may run. */
void report_add_sudo(const char *fix, char ret_fix[static REPORT_FIX_MAX]);

#endif
