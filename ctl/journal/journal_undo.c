/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal read backwards: what is there now, against what was and what setup made of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "journal_files.h"
#include "safe_write.h"

static bool is_absent(const char *here)
{
	struct stat status;

	return lstat(here, &status) < 0 && errno == ENOENT;
}

/* Whether the file is as it was recorded under that suffix. */
static bool is_as(const struct keep *keep, const struct keep_entry *entry, const char *here,
		  const char *suffix)
{
	const char *word = strcmp(suffix, "before") == 0 ? entry->before : entry->after;
	char data[CTL_PATH_MAX];

	if (strcmp(word, "file") == 0)
		return disk_same(here, keep_data_path(keep, entry->number, suffix, data));
	/* A program that was interrupted may have made anything of it. */
	return strcmp(word, "unknown") == 0 || is_absent(here);
}

static enum keep_undone look_at_file(const struct keep *keep, const struct keep_entry *entry,
				     const char *here)
{
	if (is_as(keep, entry, here, "before"))
		return KEEP_UNCHANGED;
	if (is_as(keep, entry, here, "after"))
		return KEEP_UNDONE;
	return strcmp(entry->before, "file") == 0 ? KEEP_SAVED : KEEP_LEFT;
}

static enum keep_undone look_at_link(const struct keep_entry *entry, const char *here)
{
	char *target;
	enum keep_undone what = KEEP_LEFT;

	if (keep_read_target(here, &target) < 0)
		return KEEP_LEFT;
	if (strcmp(target, entry->before) == 0)
		what = KEEP_UNCHANGED;
	else if (strcmp(target, entry->after) == 0)
		what = KEEP_UNDONE;
	free(target);
	return what;
}

enum keep_undone keep_look(const struct keep *keep, size_t index)
{
	const struct keep_entry *entry = &keep->entries[index];
	char here[CTL_PATH_MAX];

	ctl_path(keep->ctl, entry->name, here);
	switch (entry->kind) {
	case KEEP_FILE:
		return look_at_file(keep, entry, here);
	case KEEP_LINK:
		return look_at_link(entry, here);
	case KEEP_DIRECTORY_MADE:
		return is_absent(here) ? KEEP_UNCHANGED : KEEP_UNDONE;
	default:
		return KEEP_FOR_CALLER;
	}
}

static int undo_file(const struct keep *keep, const struct keep_entry *entry, const char *here)
{
	char before[CTL_PATH_MAX];

	if (strcmp(entry->before, "absent") == 0)
		return disk_unlink(here);
	return disk_copy(keep_data_path(keep, entry->number, "before", before), here);
}

static int save_file(const struct keep *keep, const struct keep_entry *entry, const char *here)
{
	char before[CTL_PATH_MAX], saved[CTL_PATH_MAX + sizeof(KEEP_SAVED_SUFFIX)];

	snprintf(saved, sizeof(saved), "%s" KEEP_SAVED_SUFFIX, here);
	return disk_copy(keep_data_path(keep, entry->number, "before", before), saved);
}

/* Somebody else's files may be in it by now. */
static int undo_directory(const char *here)
{
	int r = disk_remove_directory(here);

	return r == -ENOTEMPTY || r == -EEXIST ? KEEP_LEFT : r;
}

static int undo_entry(const struct keep *keep, const struct keep_entry *entry, const char *here)
{
	if (entry->kind == KEEP_DIRECTORY_MADE)
		return undo_directory(here);
	if (entry->kind == KEEP_FILE)
		return undo_file(keep, entry, here);
	return entry->before[0] ? disk_link(entry->before, here) : disk_unlink(here);
}

int keep_undo(struct keep *keep, size_t index)
{
	const struct keep_entry *entry = &keep->entries[index];
	enum keep_undone what = keep_look(keep, index);
	char here[CTL_PATH_MAX];
	int r = 0;

	if (what == KEEP_FOR_CALLER)
		return (int)what;
	ctl_path(keep->ctl, entry->name, here);
	if (what == KEEP_UNDONE)
		r = undo_entry(keep, entry, here);
	else if (what == KEEP_SAVED)
		r = save_file(keep, entry, here);
	return r == 0 ? (int)what : r;
}

int keep_remove(struct keep *keep)
{
	char *slash = strrchr(keep->directory, '/');
	int r = 0;

	if (keep->lock >= 0)
		r = disk_remove_directory(keep->directory);
	if (r < 0)
		return r;
	/* The one above it too, where nothing else is in it. */
	*slash = '\0';
	(void)disk_remove_directory(keep->directory);
	*slash = '/';
	return 0;
}
