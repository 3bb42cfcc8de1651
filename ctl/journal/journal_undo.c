/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Undoes entries: compares what is there now with the state before and after the change. */
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

/* Whether the file is as recorded "before" or "after". */
static bool is_as(const struct journal *journal, const struct journal_entry *entry,
		  const char *here, const char *suffix)
{
	const char *word = strcmp(suffix, "before") == 0 ? entry->before : entry->after;
	char data[CTL_PATH_MAX];

	if (strcmp(word, "file") == 0)
		return safe_same(here, journal_data_path(journal, entry->number, suffix, data));
	/* A program that was interrupted may have left anything. */
	return strcmp(word, "unknown") == 0 || is_absent(here);
}

static enum journal_outcome check_file(const struct journal *journal,
				       const struct journal_entry *entry, const char *here)
{
	if (is_as(journal, entry, here, "before"))
		return JOURNAL_UNCHANGED;
	if (is_as(journal, entry, here, "after"))
		return JOURNAL_RESTORED;
	return strcmp(entry->before, "file") == 0 ? JOURNAL_KEPT_AND_SAVED : JOURNAL_KEPT;
}

static enum journal_outcome check_link(const struct journal_entry *entry, const char *here)
{
	enum journal_outcome outcome = JOURNAL_KEPT;
	char *target;

	if (journal_read_target(here, &target) < 0)
		return outcome;
	if (strcmp(target, entry->before) == 0)
		outcome = JOURNAL_UNCHANGED;
	else if (strcmp(target, entry->after) == 0)
		outcome = JOURNAL_RESTORED;
	free(target);
	return outcome;
}

enum journal_outcome journal_check(const struct journal *journal, size_t index)
{
	const struct journal_entry *entry = &journal->entries[index];
	char here[CTL_PATH_MAX];

	ctl_path(journal->ctl, entry->name, here);
	switch (entry->kind) {
	case JOURNAL_FILE:
		return check_file(journal, entry, here);
	case JOURNAL_LINK:
		return check_link(entry, here);
	case JOURNAL_DIRECTORY_MADE:
		return is_absent(here) ? JOURNAL_UNCHANGED : JOURNAL_RESTORED;
	default:
		return JOURNAL_FOR_CALLER;
	}
}

static int undo_file(const struct journal *journal, const struct journal_entry *entry,
		     const char *here)
{
	char before[CTL_PATH_MAX];

	if (strcmp(entry->before, "absent") == 0)
		return safe_unlink(here);
	return safe_copy(journal_data_path(journal, entry->number, "before", before), here);
}

static int save_file(const struct journal *journal, const struct journal_entry *entry,
		     const char *here)
{
	char before[CTL_PATH_MAX], saved[CTL_PATH_MAX + sizeof(JOURNAL_SAVED_SUFFIX)];

	snprintf(saved, sizeof(saved), "%s" JOURNAL_SAVED_SUFFIX, here);
	return safe_copy(journal_data_path(journal, entry->number, "before", before), saved);
}

/* It may contain other files by now. */
static int undo_directory(const char *here)
{
	int r = safe_remove_directory(here);

	return r == -ENOTEMPTY || r == -EEXIST ? JOURNAL_KEPT : r;
}

static int undo_entry(const struct journal *journal, const struct journal_entry *entry,
		      const char *here)
{
	if (entry->kind == JOURNAL_DIRECTORY_MADE)
		return undo_directory(here);
	if (entry->kind == JOURNAL_FILE)
		return undo_file(journal, entry, here);
	return entry->before[0] ? safe_link(entry->before, here) : safe_unlink(here);
}

int journal_undo(struct journal *journal, size_t index)
{
	const struct journal_entry *entry = &journal->entries[index];
	enum journal_outcome outcome = journal_check(journal, index);
	char here[CTL_PATH_MAX];
	int r = 0;

	if (outcome == JOURNAL_FOR_CALLER)
		return (int)outcome;
	ctl_path(journal->ctl, entry->name, here);
	if (outcome == JOURNAL_RESTORED)
		r = undo_entry(journal, entry, here);
	else if (outcome == JOURNAL_KEPT_AND_SAVED)
		r = save_file(journal, entry, here);
	return r == 0 ? (int)outcome : r;
}

int journal_remove(struct journal *journal)
{
	char *slash = strrchr(journal->directory, '/');
	int r = 0;

	if (journal->lock >= 0)
		r = safe_remove_directory(journal->directory);
	if (r < 0)
		return r;
	/* Its parent too, if that is empty now. */
	*slash = '\0';
	(void)safe_remove_directory(journal->directory);
	*slash = '/';
	return 0;
}
