/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the steps of setup share. A step finds out what is missing, announces each change with
 * setup_go(), and makes it only if that returns true. A new step is a function here, and a row in
 * the table of cmd_setup.c.
 */
#ifndef GPUDESK_SETUP_H
#define GPUDESK_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "common/config.h"
#include "ctl.h"
#include "facts/accounts.h"
#include "facts/distribution.h"
#include "facts/socket_unit.h"
#include "facts/unit_files.h"
#include "journal/journal.h"

struct setup {
	const struct ctl *ctl;
	struct journal *journal;
	sd_bus *bus; /* NULL: systemd is not running here, or --root is given */
	struct config config;
	struct distribution distribution;
	const char *user; /* the desktop's */
	struct account account;
	const char *gpu;     /* of --gpu, or NULL */
	const char *session; /* the X session to choose for the user; NULL: he gets one already */
	bool is_dry;	     /* changes are announced, not made */
	bool restart_desktop;
	bool keep_screen_lock; /* GNOME's blanking, locking and suspending */
	bool sound;	       /* viewers are to hear the desktop */
	bool is_quiet;	       /* the dry run before has shown the notes */
	bool is_undone;	       /* at a boot: --undo was run, and something is left of it */

	unsigned n_changes;	 /* made, or in a dry run announced */
	unsigned n_problems;	 /* changes that failed or cannot be made */
	bool is_desktop_changed; /* something that GDM or its X server reads when it starts */
	bool needs_reload;	 /* systemd's unit files have changed */
	bool is_choice_undone;	 /* by undo: the user's session in AccountsService's file */
	bool is_port_given_back; /* by undo, to the server from before */
	bool is_port_taken;	 /* by a process that setup leaves running */
	uint16_t ports[SOCKET_UNIT_PORTS_MAX]; /* of gpudesk.socket */
	size_t n_ports;
};

/* Announces a change, as "would ..." in a dry run. Returns whether to make it. */
bool setup_go(struct setup *setup, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints a note, or what the administrator has to do: setup goes on, and fails in the end. */
void setup_say(struct setup *setup, bool is_problem, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
#define setup_note(setup, ...) setup_say(setup, false, __VA_ARGS__)
#define setup_problem(setup, ...) setup_say(setup, true, __VA_ARGS__)

/* Says why the change that was just announced could not be made: -errno, or words. */
void setup_failed(struct setup *setup, const char *what, int error);
void setup_failed_by(struct setup *setup, const char *what, const char *why);

/*
 * Runs one of the distribution's programs for a change that was announced and recorded, and says if
 * it fails. Returns 0, -ENOENT if there is no such program, -EIO if it fails, or -errno.
 */
int setup_run(struct setup *setup, const char *const arguments[]);

/*
 * The text of a file, "" for a missing one, for the caller to free. Returns NULL after saying why
 * it cannot be read.
 */
char *setup_read(struct setup *setup, const char *path, size_t *ret_length);

/*
 * Change what was announced, or record what the caller changes then (journal.h), and say what
 * fails. New files get mode 0644, private ones 0600. Return whether it was done.
 */
bool setup_write(struct setup *setup, const char *path, const char *text, size_t length);
bool setup_write_private(struct setup *setup, const char *path, const char *text, size_t length);
bool setup_remove(struct setup *setup, const char *path);
bool setup_record(struct setup *setup, enum journal_kind kind, const char *name,
		  const char *before);

/* Whether GDM or its X server reads the file when it starts. */
bool setup_is_desktop_file(const struct setup *setup, const char *path);

/* Whether AccountsService reads the file. */
bool setup_is_accounts_file(const char *path);

/* setup's own drop-in of gpudesk.conf. */
#define SETUP_DROP_IN "50-setup.conf"

/* The steps, in the order in which they are taken. */
void step_installation(struct setup *setup);
void step_config(struct setup *setup);
void step_xorg(struct setup *setup);
void step_gdm(struct setup *setup);
void step_session(struct setup *setup);
void step_idle(struct setup *setup);
void step_pam(struct setup *setup);
void step_boot(struct setup *setup);
void step_virtualgl(struct setup *setup);
void step_firewall(struct setup *setup);
void step_old_servers(struct setup *setup);
void step_sockets(struct setup *setup);
void step_password(struct setup *setup);
void step_restart(struct setup *setup);

/*
 * Before any step: sets setup.session, to `wanted` if that is not NULL. Returns CTL_OK, or
 * CTL_FAILED after saying that there is no session of that name.
 */
int step_session_choose(struct setup *setup, const char *wanted);

/* Has a running AccountsService read its files again. */
void step_session_reload(struct setup *setup);

/* The target to boot to, "" if there is none. */
void step_boot_default(const struct setup *setup, char ret_name[static UNIT_FILE_PATH_MAX]);

/* Restarts the display manager if that was asked for; else says that it is needed. */
void step_restart_unit(struct setup *setup, const char *unit);

/* Undoes a JOURNAL_PROFILE. Returns 0, or -errno after saying what stays. */
int step_pam_undo(struct setup *setup, const struct journal_entry *entry);

/* Adds to a group, or removes from it, by gpasswd(1), and does not record that. 0 or -errno. */
int step_virtualgl_set(struct setup *setup, const char *group, const char *member, bool is_in);

/*
 * Who has gpudesk's ports or will take them at the next boot, other than gpudesk: prints a line for
 * each, and returns how many there are.
 */
unsigned step_old_servers_print(struct setup *setup);

/* Undoes what the journal has, newest first. */
void setup_undo(struct setup *setup);

/* Whether that was begun and is not finished; and forgets that, for setup is run again. */
bool setup_undo_is_begun(const struct setup *setup);
void setup_undo_forget(struct setup *setup);

#endif
