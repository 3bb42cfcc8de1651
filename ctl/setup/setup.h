/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the steps of setup share. A step finds out what is missing, announces each change with
 * setup_go() and makes it only when that says so.
 */
#ifndef GPUDESK_SETUP_H
#define GPUDESK_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "common/config.h"
#include "ctl.h"
#include "facts/distribution.h"
#include "journal/journal.h"

enum { SETUP_HOME_MAX = 1024, SETUP_PORT = 5901 };

struct account {
	uid_t uid;
	gid_t gid;
	char home[SETUP_HOME_MAX];
};

struct setup {
	const struct ctl *ctl;
	struct journal *journal;
	sd_bus *bus; /* NULL: systemd does not run here, or another root is set up */
	struct config config;
	struct distribution distribution;
	const char *user; /* whose desktop */
	struct account account;
	const char *gpu; /* as --gpu names it, or NULL */
	bool is_dry;	 /* nothing is changed, what would be is said */
	bool restart_desktop;
	bool is_quiet; /* notes have been shown already */

	unsigned n_changes;	 /* made, or to be made */
	unsigned n_problems;	 /* what failed or cannot be done */
	bool is_desktop_changed; /* what GDM and its X server read when they start */
	bool needs_reload;	 /* systemd's unit files have changed */
	bool is_port_taken;	 /* by something that setup leaves running */
};

/*
 * Says what is done now, "would ..." in a dry run. Returns whether to do it. No newline at the end
 * of `format`, nor below.
 */
bool setup_go(struct setup *setup, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says something that is worth knowing. */
void setup_note(struct setup *setup, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says what is left to the administrator; setup as a whole has failed then. */
void setup_problem(struct setup *setup, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Says that the change just announced could not be made: `what`, and the error. */
void setup_failed(struct setup *setup, const char *what, int error);

/* Where the machine's account is found below the root: 0, or -ENOENT. */
int setup_find_account(const struct setup *setup, const char *name, struct account *ret_account);

/* The text of a file, "" for a missing one. The caller frees it. Returns 0 or -errno. */
int setup_read(const struct setup *setup, const char *path, char **ret_text, size_t *ret_length);
bool setup_exists(const struct setup *setup, const char *path);

/* Steps, in the order in which they are taken. */
void step_installation(struct setup *setup);
void step_config(struct setup *setup);
void step_xorg(struct setup *setup);
void step_gdm(struct setup *setup);
void step_pam(struct setup *setup);
void step_boot(struct setup *setup);
void step_virtualgl(struct setup *setup);
void step_firewall(struct setup *setup);
void step_old_servers(struct setup *setup);
void step_sockets(struct setup *setup);
void step_password(struct setup *setup);
void step_restart(struct setup *setup);

/* The other way round. */
void setup_undo(struct setup *setup);

#endif
