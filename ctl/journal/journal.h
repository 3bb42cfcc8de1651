/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal of what setup changes, in /var/lib/gpudesk/setup: what was there before each change,
 * written before the change is made, so that all of it can be undone also when setup was killed.
 * Paths are as the machine calls them; ctl's root is put in front.
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
	JOURNAL_LINK,
	JOURNAL_DIRECTORY_MADE,
	JOURNAL_UNIT,	/* a unit's being active, by name; before is "active" or "inactive" */
	JOURNAL_MEMBER, /* of a group, by "GROUP USER" */
	JOURNAL_PORT,	/* taken out of the running firewall, by "ZONE PORT/PROTOCOL" */
};

/*
 * One change. `before` and `after` are "file" or "absent" of a file, and "unknown" after a program
 * that was not seen to end; the target of a link, or "" where there is none.
 */
struct journal_entry {
	unsigned number;
	enum journal_kind kind;
	char *name; /* the path, or what the kind says */
	char *before, *after;
};

struct journal;

/*
 * Opens the journal, which need not be there, and locks it. `is_read_only`: it is only looked at.
 * Returns 0; -EBUSY when another setup has it; -EBADMSG when it cannot be understood; or -errno.
 * journal_close() takes NULL.
 */
int journal_open(const struct ctl *ctl, bool is_read_only, struct journal **ret_keep);
void journal_close(struct journal *journal);

/* The entries, oldest first. Valid until the next change. */
size_t journal_entries(const struct journal *journal, const struct journal_entry **ret_entries);

/* When the entry at `index` was recorded, in µs of CLOCK_REALTIME; 0 when that cannot be seen. */
uint64_t journal_time(const struct journal *journal, size_t index);

/*
 * Each of these records a change and then makes it. What could not be made is not recorded. Missing
 * directories are made, and recorded too. Files that are links stay links: what they point to is
 * changed. Return 0 or -errno.
 */
int journal_write_file(struct journal *journal, const char *path, const char *text, size_t length,
		       mode_t mode /* of a new file */);
int journal_remove_file(struct journal *journal, const char *path);
int journal_make_link(struct journal *journal, const char *path, const char *target);
int journal_remove_link(struct journal *journal, const char *path);

/* Records what is done elsewhere. */
int journal_note(struct journal *journal, enum journal_kind kind, const char *name,
		 const char *before);

/* Forgets the entry at `index`: it was not done, or is undone. Those behind it move up. */
int journal_drop(struct journal *journal, size_t index);

/*
 * Around a program that changes files: records the file as it is, and then all that were recorded
 * so since as what they have become.
 */
int journal_before_program(struct journal *journal, const char *path);
int journal_after_program(struct journal *journal);

enum journal_undone {
	JOURNAL_UNDONE,	   /* it is as it was before */
	JOURNAL_UNCHANGED, /* it was so already */
	JOURNAL_SAVED, /* changed by somebody else since: left, the old one is in NAME.gpudesk-saved
			*/
	JOURNAL_LEFT,  /* changed by somebody else since: left */
	JOURNAL_FOR_CALLER, /* a kind that is not of files */
};

#define JOURNAL_SAVED_SUFFIX ".gpudesk-saved"

/* What journal_undo() will come to for the entry at `index`; nothing is changed. */
enum journal_undone journal_look(const struct journal *journal, size_t index);

/*
 * Undoes the entry at `index`, which must be the last one of that name; it stays recorded until
 * journal_drop(). Returns enum journal_undone or -errno.
 */
int journal_undo(struct journal *journal, size_t index);

/* Removes the journal, which must be empty. */
int journal_remove(struct journal *journal);

#endif
