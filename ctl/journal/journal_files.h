/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the journal's entries are stored. For journal.c and journal_undo.c only. */
#ifndef GPUDESK_JOURNAL_FILES_H
#define GPUDESK_JOURNAL_FILES_H

#include <limits.h>

#include "journal.h"

struct journal {
	const struct ctl *ctl;
	char directory[CTL_ROOT_MAX + 64]; /* below --root */
	int lock;			   /* the directory; -1: there is none yet */
	bool is_read_only;
	struct journal_entry *entries;
	size_t n_entries;
};

/* The file `suffix` ("before", "after") of an entry. */
const char *journal_data_path(const struct journal *journal, unsigned number, const char *suffix,
			      char ret_path[static CTL_PATH_MAX]);

/* Makes and locks the directory if that was not done yet. */
int journal_files_begin(struct journal *journal);

/* Reads all entries; unless read-only, removes data that belongs to none. */
int journal_files_load(struct journal *journal);

/* Stores the entry, or removes it with its data. */
int journal_files_store(const struct journal *journal, const struct journal_entry *entry);
int journal_files_remove(const struct journal *journal, unsigned number);

/* Copies the texts into an entry. Returns 0 or -ENOMEM, and then leaves *ret_entry alone. */
int journal_entry_init(struct journal_entry *ret_entry, unsigned number, enum journal_kind kind,
		       const char *name, const char *before, const char *after);
void journal_entry_finish(struct journal_entry *entry);

#endif
