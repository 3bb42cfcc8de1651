/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of text in aligned columns. */
#ifndef GPUDESK_TABLE_H
#define GPUDESK_TABLE_H

#include <stddef.h>
#include <stdio.h>

enum { TABLE_COLUMNS_MAX = 10, TABLE_ROWS_MAX = 512, TABLE_CELL_MAX = 128 };

struct table {
	const char *alignment; /* of each column: 'l' or 'r' */
	size_t n_rows;
	char (*cells)[TABLE_CELL_MAX]; /* [row][column], in one piece */
};

/* Empty; finish frees it. */
static inline struct table table_of(const char *alignment)
{
	return (struct table){ .alignment = alignment };
}
void table_finish(struct table *table);

/*
 * Adds a row of as many strings as there are columns, divided by tabs: printf(3) with one line. The
 * control characters of names do no harm. What is too long is cut, what is too much left out.
 */
void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Each line begins with `indent`. Columns that are empty in all rows are left out. */
void table_print(const struct table *table, const char *indent, FILE *out);

#endif
