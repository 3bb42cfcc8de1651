/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static size_t n_columns(const struct table *table)
{
	return strlen(table->alignment);
}

void table_finish(struct table *table)
{
	free(table->cells);
	*table = (struct table){ .alignment = table->alignment };
}

/* Copies up to the next tab. Returns the rest. */
static const char *take_cell(const char *text, char ret_cell[static TABLE_CELL_MAX])
{
	size_t length = strcspn(text, "\t"), n = 0;

	for (size_t i = 0; i < length && n < TABLE_CELL_MAX - 1; i++, n++)
		ret_cell[n] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i];
	ret_cell[n] = '\0';
	return text + length + (text[length] == '\t');
}

void table_add(struct table *table, const char *format, ...)
{
	char line[TABLE_COLUMNS_MAX * TABLE_CELL_MAX];
	size_t columns = n_columns(table);
	va_list arguments;

	if (table->n_rows >= TABLE_ROWS_MAX)
		return;
	void *cells = reallocarray(table->cells, (table->n_rows + 1) * columns, TABLE_CELL_MAX);

	if (!cells)
		return;
	table->cells = cells;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	const char *rest = line;
	for (size_t i = 0; i < columns; i++)
		rest = take_cell(rest, table->cells[table->n_rows * columns + i]);
	table->n_rows++;
}

/* In characters: continuation bytes of UTF-8 do not count. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static void print_cell(const char *text, size_t width, char alignment, FILE *out)
{
	int fill = (int)(width - width_of(text));

	if (alignment == 'r')
		fprintf(out, "%*s%s", fill, "", text);
	else
		fprintf(out, "%s%*s", text, fill, "");
}

void table_print(const struct table *table, const char *indent, FILE *out)
{
	size_t columns = n_columns(table), widths[TABLE_COLUMNS_MAX] = { 0 }, last = 0;

	for (size_t i = 0; i < table->n_rows * columns; i++) {
		size_t width = width_of(table->cells[i]);

		if (width > widths[i % columns])
			widths[i % columns] = width;
	}
	for (size_t i = 0; i < columns; i++)
		last = widths[i] ? i : last;
	for (size_t row = 0; row < table->n_rows; row++) {
		const char *gap = indent;

		for (size_t i = 0; i <= last; i++) {
			if (!widths[i])
				continue;
			fputs(gap, out);
			gap = "  ";
			const char *text = table->cells[row * columns + i];
			bool ends = i == last && table->alignment[i] == 'l';

			print_cell(text, ends ? width_of(text) : widths[i], table->alignment[i],
				   out);
		}
		fputc('\n', out);
	}
}
