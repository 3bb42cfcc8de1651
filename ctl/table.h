/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in aligned columns. */
#ifndef GPUDESK_TABLE_H
#define GPUDESK_TABLE_H

#include <stddef.h>
#include <stdio.h>

enum { TABLE_COLUMNS_MAX = 10, TABLE_ROWS_MAX = 512, TABLE_CELL_MAX = 128 };

struct table {
	const char *alignment; /* of each column: 'l' or 'r' */
	size_t n_rows;
	char (*cells)[TABLE_CELL_MAX]; /* rows * columns, row by row */
};

/* An empty table, for table_finish(). */
static inline struct table table_of(const char *alignment)
{
	return (struct table){ .alignment = alignment };
}
void table_finish(struct table *table);

/*
 * Adds a row: as many cells as there are columns, separated by tabs, formatted as by printf(3).
 * Control characters are replaced, cells that are too long are cut, and rows beyond the maximum
 * dropped.
 */
void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Each line begins with `indent`. Columns that are empty in all rows are not printed. */
void table_print(const struct table *table, const char *indent, FILE *out);

#endif
