/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "journal_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "safe_write.h"

static const char *const kind_names[] = {
	[JOURNAL_FILE] = "file",       [JOURNAL_DIRECTORY_MADE] = "directory",
	[JOURNAL_UNIT] = "unit",       [JOURNAL_ENABLED] = "enabled",
	[JOURNAL_DEFAULT] = "default", [JOURNAL_MEMBER] = "member",
	[JOURNAL_PORT] = "port",       [JOURNAL_PROFILE] = "profile",
	[JOURNAL_UNDOING] = "undoing",
};

enum { N_KINDS = sizeof(kind_names) / sizeof(kind_names[0]) };

const char *journal_data_path(const struct journal *journal, unsigned number, const char *suffix,
			      char ret_path[static CTL_PATH_MAX])
{
	snprintf(ret_path, CTL_PATH_MAX, "%s/%04u.%s", journal->directory, number, suffix);
	return ret_path;
}

int journal_entry_init(struct journal_entry *ret_entry, unsigned number, enum journal_kind kind,
		       const char *name, const char *before, const char *after)
{
	struct journal_entry entry = {
		.number = number,
		.kind = kind,
		.name = strdup(name),
		.before = strdup(before),
		.after = strdup(after),
	};

	if (!entry.name || !entry.before || !entry.after) {
		journal_entry_finish(&entry);
		return -ENOMEM;
	}
	*ret_entry = entry;
	return 0;
}

void journal_entry_finish(struct journal_entry *entry)
{
	free(entry->name);
	free(entry->before);
	free(entry->after);
}

static int lock_directory(struct journal *journal)
{
	journal->lock = open(journal->directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (journal->lock < 0)
		return -errno;
	if (journal->is_read_only || flock(journal->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

/* Makes the directory, for root only, and those above it. */
static int make_directories(const char *directory)
{
	char path[CTL_PATH_MAX];
	int r = 0;

	for (const char *end = directory; end && r >= 0;) {
		end = strchr(end + 1, '/');
		snprintf(path, sizeof(path), "%.*s",
			 end ? (int)(end - directory) : (int)strlen(directory), directory);
		r = safe_make_directory(path, end ? 0755 : 0700);
		if (r == -EEXIST)
			r = 0;
	}
	return r;
}

int journal_files_begin(struct journal *journal)
{
	if (journal->lock >= 0)
		return 0;
	int r = make_directories(journal->directory);
	return r < 0 ? r : lock_directory(journal);
}

static int kind_of(const char *name)
{
	for (int kind = 0; kind < N_KINDS; kind++)
		if (strcmp(name, kind_names[kind]) == 0)
			return kind;
	return -EBADMSG;
}

/* "kind=file\nname=...\nbefore=...\nafter=...\n" */
static int entry_parse(char *text, struct journal_entry *ret_entry)
{
	static const char *const keys[] = { "kind=", "name=", "before=", "after=" };
	char *values[4];

	for (size_t i = 0; i < 4; i++) {
		char *line = strsep(&text, "\n");

		if (!text || strncmp(line, keys[i], strlen(keys[i])) != 0)
			return -EBADMSG;
		values[i] = line + strlen(keys[i]);
	}
	int kind = kind_of(values[0]);
	if (kind < 0 || *text)
		return -EBADMSG;
	return journal_entry_init(ret_entry, ret_entry->number, (enum journal_kind)kind, values[1],
				  values[2], values[3]);
}

/* An entry that cannot be read is kept as such: it must not stand in the way of the others. */
static int entry_damaged(struct journal_entry *entry)
{
	char name[32];

	snprintf(name, sizeof(name), "%04u.entry", entry->number);
	return journal_entry_init(entry, entry->number, JOURNAL_DAMAGED, name, "", "");
}

static int entry_load(const struct journal *journal, struct journal_entry *entry)
{
	char path[CTL_PATH_MAX], *text;
	size_t length;
	int r = safe_read(journal_data_path(journal, entry->number, "entry", path), &text, &length);

	if (r >= 0) {
		r = entry_parse(text, entry);
		free(text);
	}
	return r < 0 && r != -ENOMEM ? entry_damaged(entry) : r;
}

/* The number of "0007.entry", -1 for any other name. */
static int entry_number(const char *name)
{
	char *end;
	long number = strtol(name, &end, 10);

	return end != name && strcmp(end, ".entry") == 0 && number > 0 && number < INT_MAX
		       ? (int)number
		       : -1;
}

static int by_number(const void *a, const void *b)
{
	const struct journal_entry *one = a, *other = b;

	return (one->number > other->number) - (one->number < other->number);
}

static int is_file(const struct dirent *file)
{
	return strcmp(file->d_name, ".") != 0 && strcmp(file->d_name, "..") != 0;
}

static int load_entries(struct journal *journal, struct dirent **files, int n)
{
	int r = 0;

	journal->entries = calloc((size_t)n + 1, sizeof(*journal->entries));
	if (!journal->entries)
		return -ENOMEM;
	for (int i = 0; i < n; i++) {
		int number = entry_number(files[i]->d_name);

		if (number >= 0)
			journal->entries[journal->n_entries++].number = (unsigned)number;
	}
	qsort(journal->entries, journal->n_entries, sizeof(*journal->entries), by_number);
	for (size_t i = 0; i < journal->n_entries && r >= 0; i++)
		r = entry_load(journal, &journal->entries[i]);
	return r;
}

static bool has_number(const struct journal *journal, unsigned long number)
{
	for (size_t i = 0; i < journal->n_entries; i++)
		if (journal->entries[i].number == number)
			return true;
	return false;
}

/* Data without an entry belongs to a change that was never made, or is undone. */
static void remove_orphans(const struct journal *journal, struct dirent **files, int n)
{
	for (int i = 0; i < n; i++) {
		const char *name = files[i]->d_name;

		if (name[0] == '.' || !has_number(journal, strtoul(name, NULL, 10)))
			unlinkat(journal->lock, name, 0);
	}
}

int journal_files_load(struct journal *journal)
{
	struct dirent **files;
	int r = lock_directory(journal);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	int n = scandirat(journal->lock, ".", &files, is_file, NULL);
	if (n < 0)
		return -errno;
	r = load_entries(journal, files, n);
	if (r >= 0 && !journal->is_read_only)
		remove_orphans(journal, files, n);
	for (int i = 0; i < n; i++)
		free(files[i]);
	free(files);
	return r;
}

int journal_files_store(const struct journal *journal, const struct journal_entry *entry)
{
	char path[CTL_PATH_MAX], *text;
	int length = asprintf(&text, "kind=%s\nname=%s\nbefore=%s\nafter=%s\n",
			      kind_names[entry->kind], entry->name, entry->before, entry->after);

	if (length < 0)
		return -ENOMEM;
	int r = safe_write(journal_data_path(journal, entry->number, "entry", path), text,
			   (size_t)length, NULL, 0600);
	free(text);
	return r;
}

/* The entry first: data without one is removed later. */
int journal_files_remove(const struct journal *journal, unsigned number)
{
	char path[CTL_PATH_MAX];
	int r = safe_unlink(journal_data_path(journal, number, "entry", path));

	if (r < 0)
		return r;
	unlink(journal_data_path(journal, number, "before", path));
	unlink(journal_data_path(journal, number, "after", path));
	return 0;
}
