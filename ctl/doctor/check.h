/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of `gpudesk doctor`: functions that judge the facts about the machine. A new check is
 * a function and a row in the table of its file.
 */
#ifndef GPUDESK_CHECK_H
#define GPUDESK_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "facts/machine.h"

enum { FINDINGS_MAX = 16, FINDING_CAUSE_MAX = 600, FINDING_FIX_MAX = 320 };

enum finding_result { FINDING_OK, FINDING_WARN, FINDING_FAIL };

struct finding {
	enum finding_result result;
	char cause[FINDING_CAUSE_MAX];
	/*
	 * A command that destroys nothing, without sudo, or what to do; "" if there is nothing to
	 * do. Names and paths from elsewhere are passed through finding_word().
	 */
	char fix[FINDING_FIX_MAX];
};

/* What one check has found: one finding or more. */
struct findings {
	size_t n;
	struct finding list[FINDINGS_MAX];
};

/*
 * Adds a finding, unless it is there already. Text that is too long is cut; findings beyond the
 * maximum are dropped.
 */
void finding_add(struct findings *findings, enum finding_result result, const char *fix,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));
#define finding_ok(findings, ...) finding_add(findings, FINDING_OK, "", __VA_ARGS__)
#define finding_warn(findings, fix, ...) finding_add(findings, FINDING_WARN, fix, __VA_ARGS__)
#define finding_fail(findings, fix, ...) finding_add(findings, FINDING_FAIL, fix, __VA_ARGS__)

/* The text as a word of a shell's command, quoted if it must be; in one of four buffers in turn. */
const char *finding_word(const char *text);

/* Formats a `fix`, in one of four buffers in turn. */
const char *finding_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What a check needs beyond files that everyone can read. Without it, the check is skipped. */
enum check_needs {
	CHECK_NEEDS_NOTHING = 0,
	CHECK_NEEDS_ROOT = 1,
	CHECK_NEEDS_SYSTEMD = 2, /* running, and reachable on the system bus */
	CHECK_NEEDS_USER = 4,	 /* the configured user exists */
	CHECK_NEEDS_PROBE = 8,	 /* root or the user: something is tried as the user */
	CHECK_NEEDS_DISPLAY = 16 /* the probe reached the user's X server */
};

struct check {
	const char *name;
	unsigned needs; /* enum check_needs */
	void (*run)(const struct machine *machine, struct findings *findings);
};

/* Each file's checks, in the order in which they are shown. They end with { 0 }. */
extern const struct check config_checks[], unit_checks[], port_checks[], address_checks[],
	firewall_checks[], xorg_checks[], gdm_checks[], desktop_checks[], session_checks[],
	x_checks[], gpu_checks[], sound_checks[];

/* All of them, from the port to the picture: the one at `index`, or NULL beyond the last. */
const struct check *check_at(size_t index);

/* Runs a check, or explains why it is skipped. *ret_findings has at least one finding. */
void check_run(const struct check *check, const struct machine *machine,
	       struct findings *ret_findings);

#endif
