/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal of what setup changes, in /var/lib/gpudesk/setup. The state before each change is
 * recorded before the change is made, so that all changes can be undone even if setup was killed.
 * Paths do not include --root.
 */
#ifndef GPUDESK_JOURNAL_H
#define GPUDESK_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ctl.h"

#define JOURNAL_DIRECTORY "/var/lib/gpudesk/setup"

enum journal_kind {
	JOURNAL_FILE,
	JOURNAL_DIRECTORY_MADE,
	JOURNAL_UNIT,	 /* a unit that was started or stopped */
	JOURNAL_ENABLED, /* a unit that was enabled or disabled */
	JOURNAL_DEFAULT, /* the default target */
	JOURNAL_MEMBER,	 /* added to a group: "GROUP USER" */
	JOURNAL_PORT,	 /* closed in firewalld: "ZONE PORT/PROTOCOL" */
	JOURNAL_PROFILE, /* of pam-auth-update, enabled */
	JOURNAL_UNDOING, /* no change: from here on, the others are being undone */
	JOURNAL_DAMAGED, /* an entry that cannot be read: its file's name */
};

/*
 * One change. `before` and `after` are for a file "file" or "absent", or "unknown" after a
 * program, or "ended" where a later entry has settled what becomes of the file. `before` is for a
 * unit "active" or "inactive", "enabled" or "disabled"; for the default target its name; for a port
 * "running" if it was open in the running firewall too; for a profile "seen" if pam-auth-update had
 * seen it; else "".
 */
struct journal_entry {
	unsigned number;
	enum journal_kind kind;
	char *name; /* the path, the unit, or as the kind says */
	char *before, *after;
};

struct journal;

/*
 * Opens and locks the journal, which need not exist yet. `is_read_only`: without the lock, for
 * reading. Returns 0; -EBUSY if another setup has it open; or -errno. journal_close() takes NULL.
 */
int journal_open(const struct ctl *ctl, bool is_read_only, struct journal **ret_journal);
void journal_close(struct journal *journal);

/* The entries, oldest first. Valid until the next change. */
size_t journal_entries(const struct journal *journal, const struct journal_entry **ret_entries);

/* When the entry at `index` was recorded: µs, CLOCK_REALTIME; 0 if unknown. */
uint64_t journal_time(const struct journal *journal, size_t index);

/*
 * Each records a change and then makes it; if that fails, it is not recorded. Missing directories
 * are made and recorded too. A file that is a link stays one: its target is changed. Both return 0
 * or -errno.
 */
int journal_write_file(struct journal *journal, const char *path, const char *text, size_t length,
		       mode_t mode /* of a new file */);
int journal_remove_file(struct journal *journal, const char *path);

/* Records a change that the caller makes. */
int journal_record(struct journal *journal, enum journal_kind kind, const char *name,
		   const char *before);

/* Removes the entry at `index`: it was not made, or is undone. Later entries move up. */
int journal_forget(struct journal *journal, size_t index);

/*
 * Before a program makes a file of setup's own: undo then restores what was there, whatever the
 * file is by then.
 */
int journal_before_program(struct journal *journal, const char *path);

/* What undoing an entry comes to. */
enum journal_outcome {
	JOURNAL_RESTORED,   /* to the state before */
	JOURNAL_UNCHANGED,  /* it was in that state already */
	JOURNAL_TAKEN_BACK, /* others changed the file since: only setup's lines are undone */
	JOURNAL_PARTLY_TAKEN_BACK, /* the same; what some lines replaced could not be put back */
	JOURNAL_REMOVED_AND_SAVED, /* setup's own file, which others changed: see below */
	JOURNAL_NOT_OURS,	   /* changed since, and nothing of setup's is left in it */
	JOURNAL_KEPT_AND_SAVED,	   /* not restored: others removed it, or made it anew */
	JOURNAL_GONE,		   /* its directory is gone, and what setup did with it */
	JOURNAL_FOR_CALLER,	   /* the caller has to undo it: no file or directory */
};

/* After a partly taken back or kept file its original is in NAME.gpudesk-saved; after a removed
 * one, the file as it was. */
#define JOURNAL_SAVED_SUFFIX ".gpudesk-saved"

/*
 * Undoes the entry at `index`, which must be the last one of that name. It stays recorded until
 * journal_forget(). `is_dry`: changes nothing. Returns enum journal_outcome or -errno.
 */
int journal_undo(struct journal *journal, size_t index, bool is_dry);

/* Removes the journal, which must be empty. */
int journal_remove(struct journal *journal);

#endif
