/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records and makes the changes of journal.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal_files.h"
#include "rooted.h"
#include "safe_write.h"

/* Removes the temporary files of a change that was interrupted. */
static void tidy(const struct journal *journal)
{
	char here[CTL_PATH_MAX], saved[CTL_PATH_MAX + sizeof(JOURNAL_SAVED_SUFFIX)];

	for (size_t i = 0; i < journal->n_entries; i++) {
		if (journal->entries[i].kind != JOURNAL_FILE)
			continue;
		safe_tidy(ctl_link_path(journal->ctl, journal->entries[i].name, here));
		snprintf(saved, sizeof(saved), "%s" JOURNAL_SAVED_SUFFIX, here);
		safe_tidy(saved);
	}
}

int journal_open(const struct ctl *ctl, bool is_read_only, struct journal **ret_journal)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	char directory[CTL_PATH_MAX];

	if (!journal)
		return -ENOMEM;
	journal->ctl = ctl;
	journal->is_read_only = is_read_only;
	journal->lock = -1;
	int length = snprintf(journal->directory, sizeof(journal->directory), "%s",
			      ctl_path(ctl, JOURNAL_DIRECTORY, directory));
	int r = length < (int)sizeof(journal->directory) ? journal_files_load(journal)
							 : -ENAMETOOLONG;
	if (r < 0) {
		journal_close(journal);
		return r;
	}
	if (!is_read_only)
		tidy(journal);
	*ret_journal = journal;
	return 0;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	for (size_t i = 0; i < journal->n_entries; i++)
		journal_entry_finish(&journal->entries[i]);
	free(journal->entries);
	if (journal->lock >= 0)
		close(journal->lock);
	free(journal);
}

size_t journal_entries(const struct journal *journal, const struct journal_entry **ret_entries)
{
	*ret_entries = journal->entries;
	return journal->n_entries;
}

uint64_t journal_time(const struct journal *journal, size_t index)
{
	char path[CTL_PATH_MAX];
	struct stat status;

	if (stat(journal_data_path(journal, journal->entries[index].number, "entry", path),
		 &status) < 0)
		return 0;
	return (uint64_t)status.st_mtim.tv_sec * 1000000 + (uint64_t)status.st_mtim.tv_nsec / 1000;
}

/* ---- Recording ------------------------------------------------------------------------------- */

static unsigned next_number(const struct journal *journal)
{
	return journal->n_entries ? journal->entries[journal->n_entries - 1].number + 1 : 1;
}

/* Makes room for one more entry. */
static int begin(struct journal *journal)
{
	int r = journal_files_begin(journal);

	if (r < 0)
		return r;
	struct journal_entry *entries = reallocarray(journal->entries, journal->n_entries + 1,
						     sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	journal->entries = entries;
	return 0;
}

static int store_entry(struct journal *journal, enum journal_kind kind, const char *name,
		       const char *before, const char *after)
{
	struct journal_entry entry;
	int r = begin(journal);

	if (r >= 0)
		r = journal_entry_init(&entry, next_number(journal), kind, name, before, after);
	if (r < 0)
		return r;
	r = journal_files_store(journal, &entry);
	if (r >= 0)
		journal->entries[journal->n_entries++] = entry;
	else
		journal_entry_finish(&entry);
	return r;
}

int journal_forget(struct journal *journal, size_t index)
{
	struct journal_entry *entry = &journal->entries[index];
	int r = journal_files_remove(journal, entry->number);

	if (r < 0)
		return r;
	journal_entry_finish(entry);
	journal->n_entries--;
	memmove(entry, entry + 1, (journal->n_entries - index) * sizeof(*entry));
	return 0;
}

/* Forgets the last entry if its change failed. Returns r. */
static int forget_if_failed(struct journal *journal, int r)
{
	if (r < 0)
		(void)journal_forget(journal, journal->n_entries - 1);
	return r;
}

int journal_record(struct journal *journal, enum journal_kind kind, const char *name,
		   const char *before)
{
	return store_entry(journal, kind, name, before, "");
}

/* ---- Files ----------------------------------------------------------------------------------- */

static int make_directories(struct journal *journal, const char *path)
{
	char directory[CTL_PATH_MAX], here[CTL_PATH_MAX];
	struct stat status;
	int r = 0;

	for (const char *end = strchr(path + 1, '/'); end && r >= 0; end = strchr(end + 1, '/')) {
		snprintf(directory, sizeof(directory), "%.*s", (int)(end - path), path);
		ctl_link_path(journal->ctl, directory, here);
		if (stat(here, &status) == 0)
			continue;
		r = store_entry(journal, JOURNAL_DIRECTORY_MADE, directory, "", "");
		if (r >= 0)
			r = forget_if_failed(journal, safe_make_directory(here, 0755));
	}
	return r;
}

/* A change of a file that is about to be recorded. */
struct change {
	char real[PATH_MAX], here[CTL_PATH_MAX]; /* its path, and that below --root */
	const char *before;			 /* "file", which is saved then, or "absent" */
};

static int begin_change(struct journal *journal, const char *path, struct change *ret_change)
{
	struct change *change = ret_change;
	char before[CTL_PATH_MAX];
	struct stat status;
	int r = rooted_resolve(journal->ctl->root, path, true, change->real);

	if (r >= 0)
		r = journal_files_begin(journal);
	if (r < 0)
		return r;
	ctl_link_path(journal->ctl, change->real, change->here);
	change->before = lstat(change->here, &status) < 0 && errno == ENOENT ? "absent" : "file";
	if (strcmp(change->before, "absent") == 0)
		return 0;
	return safe_copy(change->here,
			 journal_data_path(journal, next_number(journal), "before", before));
}

int journal_write_file(struct journal *journal, const char *path, const char *text, size_t length,
		       mode_t mode)
{
	char after[CTL_PATH_MAX];
	struct change change;
	int r = rooted_resolve(journal->ctl->root, path, true, change.real);

	if (r >= 0)
		r = make_directories(journal, change.real);
	if (r >= 0)
		r = begin_change(journal, path, &change);
	if (r >= 0)
		r = safe_write(journal_data_path(journal, next_number(journal), "after", after),
			       text, length, NULL, 0600);
	if (r >= 0)
		r = store_entry(journal, JOURNAL_FILE, change.real, change.before, "file");
	if (r < 0)
		return r;
	bool is_there = strcmp(change.before, "file") == 0;
	return forget_if_failed(journal, safe_write(change.here, text, length,
						    is_there ? change.here : NULL, mode));
}

int journal_remove_file(struct journal *journal, const char *path)
{
	struct change change;
	int r = begin_change(journal, path, &change);

	if (r >= 0)
		r = store_entry(journal, JOURNAL_FILE, change.real, change.before, "absent");
	return r < 0 ? r : forget_if_failed(journal, safe_unlink(change.here));
}

int journal_before_program(struct journal *journal, const char *path)
{
	struct change change;
	int r = begin_change(journal, path, &change);

	return r < 0 ? r
		     : store_entry(journal, JOURNAL_FILE, change.real, change.before, "unknown");
}
