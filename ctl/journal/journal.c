/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal_files.h"
#include "safe_write.h"

enum { LINKS_MAX = 16 }; /* from one to the next */

/* Removes what a change that was interrupted has left beside its file. */
static void tidy(const struct keep *keep)
{
	char here[CTL_PATH_MAX], saved[CTL_PATH_MAX + sizeof(KEEP_SAVED_SUFFIX)];

	for (size_t i = 0; i < keep->n_entries; i++) {
		if (keep->entries[i].kind != KEEP_FILE && keep->entries[i].kind != KEEP_LINK)
			continue;
		disk_tidy(ctl_path(keep->ctl, keep->entries[i].name, here));
		snprintf(saved, sizeof(saved), "%s" KEEP_SAVED_SUFFIX, here);
		disk_tidy(saved);
	}
}

int keep_open(const struct ctl *ctl, bool is_read_only, struct keep **ret_keep)
{
	struct keep *keep = calloc(1, sizeof(*keep));
	int r;

	if (!keep)
		return -ENOMEM;
	keep->ctl = ctl;
	keep->is_read_only = is_read_only;
	keep->lock = -1;
	snprintf(keep->directory, sizeof(keep->directory), "%s" KEEP_DIRECTORY, ctl->root);
	r = keep_files_load(keep);
	if (r < 0) {
		keep_close(keep);
		return r;
	}
	if (!is_read_only)
		tidy(keep);
	*ret_keep = keep;
	return 0;
}

void keep_close(struct keep *keep)
{
	if (!keep)
		return;
	for (size_t i = 0; i < keep->n_entries; i++)
		keep_entry_finish(&keep->entries[i]);
	free(keep->entries);
	if (keep->lock >= 0)
		close(keep->lock);
	free(keep);
}

size_t keep_entries(const struct keep *keep, const struct keep_entry **ret_entries)
{
	*ret_entries = keep->entries;
	return keep->n_entries;
}

uint64_t keep_time(const struct keep *keep, size_t index)
{
	char path[CTL_PATH_MAX];
	struct stat status;

	if (stat(keep_data_path(keep, keep->entries[index].number, "entry", path), &status) < 0)
		return 0;
	return (uint64_t)status.st_mtim.tv_sec * 1000000 + (uint64_t)status.st_mtim.tv_nsec / 1000;
}

/* ---- Recording ------------------------------------------------------------------------------- */

static unsigned next_number(const struct keep *keep)
{
	return keep->n_entries ? keep->entries[keep->n_entries - 1].number + 1 : 1;
}

/* Makes room for one more entry. */
static int begin(struct keep *keep)
{
	struct keep_entry *entries;
	int r = keep_files_begin(keep);

	if (r < 0)
		return r;
	entries = reallocarray(keep->entries, keep->n_entries + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	keep->entries = entries;
	return 0;
}

static int record(struct keep *keep, enum keep_kind kind, const char *name, const char *before,
		  const char *after)
{
	struct keep_entry entry = {
		.number = next_number(keep),
		.kind = kind,
		.name = strdup(name),
		.before = strdup(before),
		.after = strdup(after),
	};
	int r = begin(keep);

	if (r == 0 && !(entry.name && entry.before && entry.after))
		r = -ENOMEM;
	if (r == 0)
		r = keep_files_store(keep, &entry);
	if (r == 0)
		keep->entries[keep->n_entries++] = entry;
	else
		keep_entry_finish(&entry);
	return r;
}

int keep_drop(struct keep *keep, size_t index)
{
	struct keep_entry *entry = &keep->entries[index];
	int r = keep_files_remove(keep, entry->number);

	if (r < 0)
		return r;
	keep_entry_finish(entry);
	keep->n_entries--;
	memmove(entry, entry + 1, (keep->n_entries - index) * sizeof(*entry));
	return 0;
}

/* Where a change that was recorded could not be made, it is not recorded; its error stays. */
static int made_or_dropped(struct keep *keep, int r)
{
	if (r < 0)
		(void)keep_drop(keep, keep->n_entries - 1);
	return r;
}

int keep_note(struct keep *keep, enum keep_kind kind, const char *name, const char *before)
{
	return record(keep, kind, name, before, "");
}

/* ---- Files ----------------------------------------------------------------------------------- */

/*
 * Follows the links that a file's name may be, as the machine sees them: absolute ones begin at the
 * root that the machine has.
 */
static int follow(const struct keep *keep, const char *path, char ret_path[static CTL_PATH_MAX])
{
	char here[CTL_PATH_MAX], *target;
	const char *slash;
	int r, length;

	snprintf(ret_path, CTL_PATH_MAX, "%s", path);
	for (int i = 0; i < LINKS_MAX; i++) {
		r = disk_read_link(ctl_path(keep->ctl, ret_path, here), &target);
		if (r < 0)
			return r == -EINVAL || r == -ENOENT ? 0 : r;
		slash = strrchr(ret_path, '/');
		length = target[0] == '/' ? 0 : (int)(slash - ret_path + 1);
		snprintf(here, sizeof(here), "%.*s%s", length, ret_path, target);
		free(target);
		snprintf(ret_path, CTL_PATH_MAX, "%s", here);
	}
	return -ELOOP;
}

static int make_directories(struct keep *keep, const char *path)
{
	char directory[CTL_PATH_MAX], here[CTL_PATH_MAX];
	struct stat status;
	int r = 0;

	for (const char *end = strchr(path + 1, '/'); end && r == 0; end = strchr(end + 1, '/')) {
		snprintf(directory, sizeof(directory), "%.*s", (int)(end - path), path);
		ctl_path(keep->ctl, directory, here);
		if (stat(here, &status) == 0)
			continue;
		r = record(keep, KEEP_DIRECTORY_MADE, directory, "", "");
		if (r == 0)
			r = made_or_dropped(keep, disk_make_directory(here, 0755));
	}
	return r;
}

/* Copies what is there to the next entry's data. Returns what there is, or NULL and an error. */
static const char *keep_aside(struct keep *keep, const char *here, int *ret_error)
{
	char before[CTL_PATH_MAX];
	struct stat status;
	int r = keep_files_begin(keep);

	if (r == 0 && lstat(here, &status) < 0) {
		r = -errno;
		if (r == -ENOENT)
			return "absent";
	}
	if (r == 0)
		r = disk_copy(here, keep_data_path(keep, next_number(keep), "before", before));
	if (r == 0)
		return "file";
	*ret_error = r;
	return NULL;
}

int keep_write_file(struct keep *keep, const char *path, const char *text, size_t length,
		    mode_t mode)
{
	char real[CTL_PATH_MAX], here[CTL_PATH_MAX], after[CTL_PATH_MAX];
	const char *before;
	int r = follow(keep, path, real);

	if (r == 0)
		r = make_directories(keep, real);
	if (r < 0)
		return r;
	ctl_path(keep->ctl, real, here);
	before = keep_aside(keep, here, &r);
	if (!before)
		return r;
	r = disk_write(keep_data_path(keep, next_number(keep), "after", after), text, length, NULL,
		       0600);
	if (r == 0)
		r = record(keep, KEEP_FILE, real, before, "file");
	if (r < 0)
		return r;
	r = disk_write(here, text, length, strcmp(before, "file") == 0 ? here : NULL, mode);
	return made_or_dropped(keep, r);
}

int keep_remove_file(struct keep *keep, const char *path)
{
	char real[CTL_PATH_MAX], here[CTL_PATH_MAX];
	const char *before;
	int r = follow(keep, path, real);

	if (r < 0)
		return r;
	before = keep_aside(keep, ctl_path(keep->ctl, real, here), &r);
	if (!before)
		return r;
	r = record(keep, KEEP_FILE, real, before, "absent");
	if (r < 0)
		return r;
	return made_or_dropped(keep, disk_unlink(here));
}

int keep_before_program(struct keep *keep, const char *path)
{
	char real[CTL_PATH_MAX], here[CTL_PATH_MAX];
	const char *before;
	int r = follow(keep, path, real);

	if (r < 0)
		return r;
	before = keep_aside(keep, ctl_path(keep->ctl, real, here), &r);
	return before ? record(keep, KEEP_FILE, real, before, "unknown") : r;
}

static int learn_after(struct keep *keep, struct keep_entry *entry)
{
	char here[CTL_PATH_MAX], after[CTL_PATH_MAX];
	int r = disk_copy(ctl_path(keep->ctl, entry->name, here),
			  keep_data_path(keep, entry->number, "after", after));
	char *word;

	if (r < 0 && r != -ENOENT)
		return r;
	word = strdup(r == 0 ? "file" : "absent");
	if (!word)
		return -ENOMEM;
	free(entry->after);
	entry->after = word;
	return keep_files_store(keep, entry);
}

int keep_after_program(struct keep *keep)
{
	int r = 0;

	for (size_t i = keep->n_entries; i-- > 0 && r == 0;) {
		if (strcmp(keep->entries[i].after, "unknown") != 0)
			break;
		r = learn_after(keep, &keep->entries[i]);
	}
	return r;
}

/* ---- Links ----------------------------------------------------------------------------------- */

int keep_make_link(struct keep *keep, const char *path, const char *target)
{
	char here[CTL_PATH_MAX], *before;
	int r = make_directories(keep, path);

	if (r < 0)
		return r;
	r = keep_read_target(ctl_path(keep->ctl, path, here), &before);
	if (r < 0)
		return r;
	r = record(keep, KEEP_LINK, path, before, target);
	free(before);
	return r < 0 ? r : made_or_dropped(keep, disk_link(target, here));
}

int keep_remove_link(struct keep *keep, const char *path)
{
	char here[CTL_PATH_MAX], *before;
	int r = keep_read_target(ctl_path(keep->ctl, path, here), &before);

	if (r < 0)
		return r;
	r = record(keep, KEEP_LINK, path, before, "");
	free(before);
	return r < 0 ? r : made_or_dropped(keep, disk_unlink(here));
}
