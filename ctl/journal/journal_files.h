/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal's directory: how its entries are stored. Used by keep.c and keep_undo.c alone. */
#ifndef GPUDESK_CTL_KEEP_FILES_H
#define GPUDESK_CTL_KEEP_FILES_H

#include <limits.h>

#include "journal.h"

struct keep {
	const struct ctl *ctl;
	char directory[CTL_ROOT_MAX + 64]; /* with the root in front */
	int lock;			   /* the directory; -1: it is not there yet */
	bool is_read_only;
	struct keep_entry *entries;
	size_t n_entries;
};

/* The file `suffix` ("before", "after") of an entry. */
const char *keep_data_path(const struct keep *keep, unsigned number, const char *suffix,
			   char ret_path[static CTL_PATH_MAX]);

/* Makes and locks the directory, where that was not done. */
int keep_files_begin(struct keep *keep);

/* Reads all entries; unless read-only, removes what belongs to none. */
int keep_files_load(struct keep *keep);

/* Stores the entry, whole, or removes it with its data. */
int keep_files_store(const struct keep *keep, const struct keep_entry *entry);
int keep_files_remove(const struct keep *keep, unsigned number);

/* What the link at `here` points to, "" where there is none. The caller frees it. */
int keep_read_target(const char *here, char **ret_target);

void keep_entry_finish(struct keep_entry *entry);

#endif
