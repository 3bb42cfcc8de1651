/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal's directory: how its entries are stored. Used by journal.c and journal_undo.c alone.
 */
#ifndef GPUDESK_JOURNAL_FILES_H
#define GPUDESK_JOURNAL_FILES_H

#include <limits.h>

#include "journal.h"

struct journal {
	const struct ctl *ctl;
	char directory[CTL_ROOT_MAX + 64]; /* with the root in front */
	int lock;			   /* the directory; -1: it is not there yet */
	bool is_read_only;
	struct journal_entry *entries;
	size_t n_entries;
};

/* The file `suffix` ("before", "after") of an entry. */
const char *journal_data_path(const struct journal *journal, unsigned number, const char *suffix,
			      char ret_path[static CTL_PATH_MAX]);

/* Makes and locks the directory, where that was not done. */
int journal_files_begin(struct journal *journal);

/* Reads all entries; unless read-only, removes what belongs to none. */
int journal_files_load(struct journal *journal);

/* Stores the entry, whole, or removes it with its data. */
int journal_files_store(const struct journal *journal, const struct journal_entry *entry);
int journal_files_remove(const struct journal *journal, unsigned number);

/* What the link at `here` points to, "" where there is none. The caller frees it. */
int journal_read_target(const char *here, char **ret_target);

void journal_entry_finish(struct journal_entry *entry);

#endif
