/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables and JSON, with any bytes in the machine's names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "table.h"

/* How it is printed; the caller frees it. */
static char *printed(const struct table *table)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	table_print(table, "> ", out);
	fclose(out);
	return text;
}

static void check(const struct table *table, const char *expected)
{
	char *text = printed(table);

	assert_string_equal(text, expected);
	free(text);
}

static void test_aligned(void **state)
{
	struct table table = table_of("lrl");

	(void)state;
	check(&table, "");
	table_add(&table, "a\t%d\tb", 5);
	table_add(&table, "long\t%d\tc d", 1234);
	table_add(&table, "\xc3\xa4\t7\t");
	check(&table, "> a        5  b\n> long  1234  c d\n> \xc3\xa4        7  \n");
	table_finish(&table);
	check(&table, "");
}

static void test_empty_columns(void **state)
{
	struct table table = table_of("lll");

	(void)state;
	table_add(&table, "a\t\tb");
	table_add(&table, "c\t\t");
	check(&table, "> a  b\n> c  \n");
	table_finish(&table);
	table_add(&table, "only");
	check(&table, "> only\n");
	table_finish(&table);
}

static void test_odd_cells(void **state)
{
	struct table table = table_of("ll");
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	table_add(&table, "a\x1b[31m\nb\ttoo\tmany");
	check(&table, "> a?[31m?b  too\n");
	table_finish(&table);
	table_add(&table, "%s\tb", text);
	char *cut = printed(&table);
	assert_int_equal(strlen(cut), 2 + TABLE_CELL_MAX - 1 + 2 + 1 + 1);
	free(cut);
	table_finish(&table);
	for (int i = 0; i < TABLE_ROWS_MAX + 5; i++)
		table_add(&table, "%d\t", i);
	assert_int_equal(table.n_rows, TABLE_ROWS_MAX);
	table_finish(&table);
}

static void check_json(const char *text, const char *expected)
{
	json_t *json = json_text(text);

	assert_non_null(json);
	assert_string_equal(json_string_value(json), expected);
	json_decref(json);
}

static void test_json_text(void **state)
{
	json_t *none = json_text(NULL);

	(void)state;
	assert_true(json_is_null(none));
	json_decref(none);
	check_json("", "");
	check_json("plain \"quoted\" \n", "plain \"quoted\" \n");
	check_json("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	check_json("\xff", "\xef\xbf\xbd");
	check_json("a\xffz", "a\xef\xbf\xbdz");
	check_json("\xc3\xa4\xc3", "\xc3\xa4\xef\xbf\xbd");
	check_json("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	check_json("\xe2\x82\xac\x80\xf0\x9f\x98",
		   "\xe2\x82\xac\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		   "\xef\xbf\xbd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aligned),
		cmocka_unit_test(test_empty_columns),
		cmocka_unit_test(test_odd_cells),
		cmocka_unit_test(test_json_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
