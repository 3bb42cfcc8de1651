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
};

enum { N_KINDS = sizeof(kind_names) / sizeof(kind_names[0]) };

const char *journal_data_path(const struct journal *journal, unsigned number, const char *suffix,
			      char ret_path[static CTL_PATH_MAX])
{
	snprintf(ret_path, CTL_PATH_MAX, "%s/%04u.%s", journal->directory, number, suffix);
	return ret_path;
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

/* Takes the value of the next line of "kind=file\nname=...\n...". The caller frees it. */
static char *take_value(char **text, const char *key)
{
	size_t length = strlen(key);
	char *value = *text;

	if (strncmp(value, key, length) != 0 || value[length] != '=')
		return NULL;
	value += length + 1;
	char *end = strchr(value, '\n');
	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return strdup(value);
}

static int kind_of(const char *name)
{
	for (int kind = 0; name && kind < N_KINDS; kind++)
		if (strcmp(name, kind_names[kind]) == 0)
			return kind;
	return -EBADMSG;
}

static int entry_parse(char *text, struct journal_entry *ret_entry)
{
	struct journal_entry entry = { .number = ret_entry->number };
	char *name = take_value(&text, "kind");
	int kind = kind_of(name);

	free(name);
	if (kind < 0)
		return kind;
	entry.kind = (enum journal_kind)kind;
	entry.name = take_value(&text, "name");
	entry.before = take_value(&text, "before");
	entry.after = take_value(&text, "after");
	if (!entry.name || !entry.before || !entry.after || *text) {
		journal_entry_finish(&entry);
		return -EBADMSG;
	}
	*ret_entry = entry;
	return 0;
}

/* An entry that cannot be read is kept as such: it must not stand in the way of the others. */
static int entry_damaged(struct journal_entry *entry)
{
	struct journal_entry damaged = { .number = entry->number, .kind = JOURNAL_DAMAGED };
	char name[32];

	snprintf(name, sizeof(name), "%04u.entry", entry->number);
	damaged.name = strdup(name);
	damaged.before = strdup("");
	damaged.after = strdup("");
	if (!damaged.name || !damaged.before || !damaged.after) {
		journal_entry_finish(&damaged);
		return -ENOMEM;
	}
	*entry = damaged;
	return 0;
}

static int entry_load(const struct journal *journal, struct journal_entry *entry)
{
	char path[CTL_PATH_MAX], *text;
	size_t length;
	int r = safe_read(journal_data_path(journal, entry->number, "entry", path), &text, &length);

	if (r == -ENOMEM)
		return r;
	if (r >= 0) {
		r = entry_parse(text, entry);
		free(text);
	}
	return r < 0 ? entry_damaged(entry) : 0;
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

static int load_names(struct journal *journal, DIR *stream)
{
	struct dirent *file;

	while ((file = readdir(stream)) != NULL) {
		int number = entry_number(file->d_name);
		struct journal_entry *entries;

		if (number < 0)
			continue;
		entries = reallocarray(journal->entries, journal->n_entries + 1, sizeof(*entries));
		if (!entries)
			return -ENOMEM;
		journal->entries = entries;
		entries[journal->n_entries++] = (struct journal_entry){
			.number = (unsigned)number
		};
	}
	if (journal->n_entries > 0)
		qsort(journal->entries, journal->n_entries, sizeof(*journal->entries), by_number);
	return 0;
}

static bool has_number(const struct journal *journal, unsigned long number)
{
	for (size_t i = 0; i < journal->n_entries; i++)
		if (journal->entries[i].number == number)
			return true;
	return false;
}

/* Data without an entry belongs to a change that was never made, or is undone. */
static void remove_orphans(const struct journal *journal, DIR *stream)
{
	struct dirent *file;

	rewinddir(stream);
	while ((file = readdir(stream)) != NULL) {
		if (strcmp(file->d_name, ".") == 0 || strcmp(file->d_name, "..") == 0)
			continue;
		if (file->d_name[0] == '.' || !has_number(journal, strtoul(file->d_name, NULL, 10)))
			unlinkat(dirfd(stream), file->d_name, 0);
	}
}

static int load_from(struct journal *journal, DIR *stream)
{
	int r = load_names(journal, stream);

	for (size_t i = 0; i < journal->n_entries && r >= 0; i++)
		r = entry_load(journal, &journal->entries[i]);
	if (r >= 0 && !journal->is_read_only)
		remove_orphans(journal, stream);
	return r;
}

int journal_files_load(struct journal *journal)
{
	int r = lock_directory(journal);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	/* A copy, as closedir() closes it: the lock stays. */
	int fd = fcntl(journal->lock, F_DUPFD_CLOEXEC, 3);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	if (!stream) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	rewinddir(stream);
	r = load_from(journal, stream);
	closedir(stream);
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
