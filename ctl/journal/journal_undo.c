/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Undoes entries: compares what is there now with the state before and after the change. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "edit/take_back.h"
#include "journal_files.h"
#include "safe_write.h"

static bool is_absent(const char *here)
{
	struct stat status;

	return lstat(here, &status) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Whether the file is as recorded "before" or "after". */
static bool is_as(const struct journal *journal, const struct journal_entry *entry,
		  const char *here, const char *suffix)
{
	const char *word = strcmp(suffix, "before") == 0 ? entry->before : entry->after;
	char data[CTL_PATH_MAX];

	if (strcmp(word, "file") == 0)
		return safe_same(here, journal_data_path(journal, entry->number, suffix, data));
	/* A program may have made anything. */
	return strcmp(word, "unknown") == 0 || is_absent(here);
}

static bool has_directory(const char *here)
{
	char directory[CTL_PATH_MAX];

	snprintf(directory, sizeof(directory), "%.*s", (int)(strrchr(here, '/') - here), here);
	return !directory[0] || !is_absent(directory);
}

/* Reads what was there before or after; "" where that was no file. */
static int read_data(const struct journal *journal, const struct journal_entry *entry,
		     const char *suffix, char **ret_text, size_t *ret_length)
{
	const char *word = strcmp(suffix, "before") == 0 ? entry->before : entry->after;
	char data[CTL_PATH_MAX];

	if (strcmp(word, "file") == 0)
		return safe_read(journal_data_path(journal, entry->number, suffix, data), ret_text,
				 ret_length);
	*ret_text = calloc(1, 1);
	*ret_length = 0;
	return *ret_text ? 0 : -ENOMEM;
}

/* Takes the change back from what the file is now. */
static int merge(const struct journal *journal, const struct journal_entry *entry, const char *here,
		 struct take_back *ret_result)
{
	struct text before = { 0 }, after = { 0 }, now = { 0 };
	char *texts[3] = { NULL, NULL, NULL };
	int r = read_data(journal, entry, "before", &texts[0], &before.length);

	if (r >= 0)
		r = read_data(journal, entry, "after", &texts[1], &after.length);
	if (r >= 0)
		r = safe_read(here, &texts[2], &now.length);
	if (r >= 0) {
		before.start = texts[0];
		after.start = texts[1];
		now.start = texts[2];
		r = take_back(before, after, now, ret_result);
	}
	for (int i = 0; i < 3; i++)
		free(texts[i]);
	return r;
}

/* Whether setup made the file and it is of no use to others: by its name, or as it is empty. */
static bool is_own(const struct journal_entry *entry, const struct take_back *result)
{
	return strcmp(entry->before, "absent") == 0 &&
	       (strstr(strrchr(entry->name, '/'), "gpudesk") ||
		strspn(result->text, " \t\r\n") == result->length);
}

/* Of a file that is neither as before nor as after the change. */
static int judge(const struct journal_entry *entry, const struct take_back *result)
{
	if (is_own(entry, result))
		return JOURNAL_REMOVED_AND_SAVED;
	if (result->n_taken == 0 && result->n_lost == 0)
		return JOURNAL_NOT_OURS;
	return result->n_lost > 0 ? JOURNAL_PARTLY_TAKEN_BACK : JOURNAL_TAKEN_BACK;
}

/* The result is only set where lines are taken back. */
static int check_file(const struct journal *journal, const struct journal_entry *entry,
		      const char *here, struct take_back *ret_result)
{
	if (strcmp(entry->after, "ended") == 0 || is_as(journal, entry, here, "before"))
		return JOURNAL_UNCHANGED;
	if (!has_directory(here))
		return JOURNAL_GONE;
	if (is_as(journal, entry, here, "after"))
		return JOURNAL_RESTORED;
	if (is_absent(here) || strcmp(entry->after, "absent") == 0)
		return JOURNAL_KEPT_AND_SAVED;
	int r = merge(journal, entry, here, ret_result);
	return r < 0 ? r : judge(entry, ret_result);
}

static int check(const struct journal *journal, const struct journal_entry *entry, const char *here,
		 struct take_back *ret_result)
{
	switch (entry->kind) {
	case JOURNAL_FILE:
		return check_file(journal, entry, here, ret_result);
	case JOURNAL_DIRECTORY_MADE:
		return is_absent(here) ? JOURNAL_UNCHANGED : JOURNAL_RESTORED;
	default:
		return JOURNAL_FOR_CALLER;
	}
}

static int restore(const struct journal *journal, const struct journal_entry *entry,
		   const char *here)
{
	char before[CTL_PATH_MAX];

	if (strcmp(entry->before, "absent") == 0)
		return safe_unlink(here);
	return safe_copy(journal_data_path(journal, entry->number, "before", before), here);
}

/* Puts a copy of `from` beside the file. */
static int save(const char *from, const char *here)
{
	char saved[CTL_PATH_MAX + sizeof(JOURNAL_SAVED_SUFFIX)];

	snprintf(saved, sizeof(saved), "%s" JOURNAL_SAVED_SUFFIX, here);
	return safe_copy(from, saved);
}

/* Where the change was to remove a file, its original is "before", and so it is elsewhere. */
static int save_original(const struct journal *journal, const struct journal_entry *entry,
			 const char *here)
{
	char before[CTL_PATH_MAX];

	if (strcmp(entry->before, "absent") == 0)
		return 0;
	return save(journal_data_path(journal, entry->number, "before", before), here);
}

static int undo_file(const struct journal *journal, const struct journal_entry *entry,
		     const char *here, int outcome, const struct take_back *result)
{
	int r = 0;

	switch (outcome) {
	case JOURNAL_RESTORED:
		return restore(journal, entry, here);
	case JOURNAL_PARTLY_TAKEN_BACK:
		r = save_original(journal, entry, here);
		if (r < 0)
			return r;
		/* fallthrough */
	case JOURNAL_TAKEN_BACK:
		return safe_write(here, result->text, result->length, here, 0);
	case JOURNAL_REMOVED_AND_SAVED:
		r = save(here, here);
		return r < 0 ? r : safe_unlink(here);
	case JOURNAL_KEPT_AND_SAVED:
		return save_original(journal, entry, here);
	default:
		return 0;
	}
}

/* It may contain other files by now. */
static int undo_directory(const char *here)
{
	int r = safe_remove_directory(here);

	return r == -ENOTEMPTY || r == -EEXIST ? JOURNAL_NOT_OURS : r;
}

static bool is_of_file(const struct journal_entry *entry, const char *name)
{
	return entry->kind == JOURNAL_FILE && strcmp(entry->name, name) == 0;
}

/*
 * The file is saved, or left to others: if setup made it, older entries would only bring back what
 * it was in between, and take that for a change of others. On disk before the file changes.
 */
static int end_history(struct journal *journal, size_t index)
{
	const char *name = journal->entries[index].name;
	size_t i = 0;
	int r = 0;

	while (!is_of_file(&journal->entries[i], name))
		i++;
	if (strcmp(journal->entries[i].before, "absent") != 0)
		return 0;
	for (; i < index && r >= 0; i++) {
		struct journal_entry *entry = &journal->entries[i], ended;

		if (!is_of_file(entry, name))
			continue;
		r = journal_entry_init(&ended, entry->number, entry->kind, entry->name,
				       entry->before, "ended");
		if (r < 0)
			break;
		journal_entry_finish(entry);
		*entry = ended;
		r = journal_files_store(journal, entry);
	}
	return r;
}

int journal_undo(struct journal *journal, size_t index, bool is_dry)
{
	const struct journal_entry *entry = &journal->entries[index];
	struct take_back result = { .text = NULL };
	char here[CTL_PATH_MAX];
	int outcome = check(journal, entry, ctl_link_path(journal->ctl, entry->name, here),
			    &result);
	int r = outcome;

	if (!is_dry && (outcome == JOURNAL_REMOVED_AND_SAVED || outcome == JOURNAL_KEPT_AND_SAVED))
		r = end_history(journal, index);
	if (!is_dry && r >= 0 && entry->kind == JOURNAL_FILE)
		r = undo_file(journal, entry, here, outcome, &result);
	else if (!is_dry && outcome == JOURNAL_RESTORED)
		r = undo_directory(here);
	free(result.text);
	return r == 0 ? outcome : r;
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
