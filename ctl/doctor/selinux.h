/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SELinux, and what it has denied gpudesk's programs since the machine booted. */
#ifndef GPUDESK_SELINUX_H
#define GPUDESK_SELINUX_H

#include <stdbool.h>

struct ctl;

struct selinux {
	bool is_on, is_enforcing;
	unsigned n_denials;
	char last_denial[200]; /* "avc:  denied  { write } for ..." */
};

/*
 * Reads the audit log, or where there is no audit daemon the journal. Always fills in whether
 * SELinux is on. Returns 0, or -errno if the denials cannot be read.
 */
int selinux_read(const struct ctl *ctl, struct selinux *ret_selinux);

#endif
