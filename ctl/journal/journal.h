/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal of what setup changes, in /var/lib/gpudesk/setup: what was there before each change,
 * written before the change is made, so that all of it can be undone also when setup was killed.
 * Paths are as the machine calls them; ctl's root is put in front.
 */
#ifndef GPUDESK_CTL_KEEP_H
#define GPUDESK_CTL_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ctl.h"

#define KEEP_DIRECTORY "/var/lib/gpudesk/setup"

enum keep_kind {
	KEEP_FILE,
	KEEP_LINK,
	KEEP_DIRECTORY_MADE,
	KEEP_UNIT,   /* a unit's being active, by name; before is "active" or "inactive" */
	KEEP_MEMBER, /* of a group, by "GROUP USER" */
	KEEP_PORT,   /* taken out of the running firewall, by "ZONE PORT/PROTOCOL" */
};

/*
 * One change. `before` and `after` are "file" or "absent" of a file, and "unknown" after a program
 * that was not seen to end; the target of a link, or "" where there is none.
 */
struct keep_entry {
	unsigned number;
	enum keep_kind kind;
	char *name; /* the path, or what the kind says */
	char *before, *after;
};

struct keep;

/*
 * Opens the journal, which need not be there, and locks it. `is_read_only`: it is only looked at.
 * Returns 0; -EBUSY when another setup has it; -EBADMSG when it cannot be understood; or -errno.
 * keep_close() takes NULL.
 */
int keep_open(const struct ctl *ctl, bool is_read_only, struct keep **ret_keep);
void keep_close(struct keep *keep);

/* The entries, oldest first. Valid until the next change. */
size_t keep_entries(const struct keep *keep, const struct keep_entry **ret_entries);

/* When the entry at `index` was recorded, in µs of CLOCK_REALTIME; 0 when that cannot be seen. */
uint64_t keep_time(const struct keep *keep, size_t index);

/*
 * Each of these records a change and then makes it. What could not be made is not recorded. Missing
 * directories are made, and recorded too. Files that are links stay links: what they point to is
 * changed. Return 0 or -errno.
 */
int keep_write_file(struct keep *keep, const char *path, const char *text, size_t length,
		    mode_t mode /* of a new file */);
int keep_remove_file(struct keep *keep, const char *path);
int keep_make_link(struct keep *keep, const char *path, const char *target);
int keep_remove_link(struct keep *keep, const char *path);

/* Records what is done elsewhere. */
int keep_note(struct keep *keep, enum keep_kind kind, const char *name, const char *before);

/* Forgets the entry at `index`: it was not done, or is undone. Those behind it move up. */
int keep_drop(struct keep *keep, size_t index);

/*
 * Around a program that changes files: records the file as it is, and then all that were recorded
 * so since as what they have become.
 */
int keep_before_program(struct keep *keep, const char *path);
int keep_after_program(struct keep *keep);

enum keep_undone {
	KEEP_UNDONE,	/* it is as it was before */
	KEEP_UNCHANGED, /* it was so already */
	KEEP_SAVED, /* changed by somebody else since: left, the old one is in NAME.gpudesk-saved */
	KEEP_LEFT,  /* changed by somebody else since: left */
	KEEP_FOR_CALLER, /* a kind that is not of files */
};

#define KEEP_SAVED_SUFFIX ".gpudesk-saved"

/* What keep_undo() will come to for the entry at `index`; nothing is changed. */
enum keep_undone keep_look(const struct keep *keep, size_t index);

/*
 * Undoes the entry at `index`, which must be the last one of that name; it stays recorded until
 * keep_drop(). Returns enum keep_undone or -errno.
 */
int keep_undo(struct keep *keep, size_t index);

/* Removes the journal, which must be empty. */
int keep_remove(struct keep *keep);

#endif
