/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CONFIG_KEYS, the shipped gpudesk.conf and gpudesk.conf(5) say the same. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/config.h"
#include "common/config_table.h"

enum { DOCUMENT_MAX = 65536, ENTRY_MAX = 4096 };

#define LIMITS(field, TYPE, standard, minimum, maximum, guards, placeholder, help)                 \
	{ minimum, maximum },
static const struct {
	uint64_t minimum, maximum;
} limits[] = { CONFIG_KEYS(LIMITS) };
#undef LIMITS

static char shipped[DOCUMENT_MAX], manual[DOCUMENT_MAX];

static bool has_range(size_t key)
{
	return limits[key].maximum != 0 && limits[key].maximum != CONFIG_NEVER;
}

/* The source tree: make check says where; without it, the tests run in it. */
static const char *source_folder(void)
{
	const char *folder = getenv("GPUDESK_SRCDIR");

	if (!folder)
		folder = getenv("SRCDIR");
	return folder ? folder : ".";
}

static void read_document(const char *name, char text[DOCUMENT_MAX])
{
	char path[4096];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", source_folder(), name);
	file = fopen(path, "re");
	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	size = fread(text, 1, DOCUMENT_MAX - 1, file);
	fclose(file);
	assert_in_range(size, 1, DOCUMENT_MAX - 2);
	text[size] = '\0';
}

static int read_documents(void **state)
{
	(void)state;
	read_document("units/gpudesk.conf.in", shipped);
	read_document("man/gpudesk.conf.5.in", manual);
	return 0;
}

static void assert_contains(const char *text, const char *part, const char *what)
{
	if (!strstr(text, part))
		fail_msg("%s: no \"%s\" in \"%s\"", what, part, text);
}

/* Copies `text` with each run of white space, and "#" at the start of lines, as one blank. */
static void flatten(const char *text, size_t length, char flat[ENTRY_MAX])
{
	size_t used = 0;

	assert_in_range(length, 0, ENTRY_MAX - 2);
	for (size_t i = 0; i < length; i++) {
		bool line_start = i == 0 || text[i - 1] == '\n';
		bool blank = strchr(" \t\n", text[i]) || (line_start && text[i] == '#');

		if (!blank)
			flat[used++] = text[i];
		else if (used > 0 && flat[used - 1] != ' ')
			flat[used++] = ' ';
	}
	flat[used] = '\0';
}

/* Finds "#KEY = " in the shipped file, and its comment: what follows the blank line before it. */
static const char *find_shipped(const char *name, const char **ret_comment)
{
	char start[64];
	const char *line, *comment;

	snprintf(start, sizeof(start), "\n#%s = ", name);
	line = strstr(shipped, start);
	if (!line)
		fail_msg("no line \"#%s = \"", name);
	line++;
	for (comment = line; memcmp(comment - 2, "\n\n", 2) != 0; comment--)
		;
	*ret_comment = comment;
	return line;
}

static void test_shipped_file_has_each_key_in_order(void **state)
{
	const char *comment, *last = shipped;
	char flat[ENTRY_MAX], range[CONFIG_RANGE_MAX], expected[512];

	(void)state;
	for (size_t key = 0; key < config_n_keys; key++) {
		const struct config_key *k = &config_keys[key];
		const char *line = find_shipped(k->name, &comment);

		assert_true(comment > last);
		last = line;
		snprintf(expected, sizeof(expected), "#%s = %s\n", k->name, k->standard);
		if (strncmp(line, expected, strlen(expected)) != 0)
			fail_msg("not \"%s\"", expected);
		flatten(comment, (size_t)(line - comment), flat);
		assert_contains(flat, k->help, k->name);
		assert_int_equal(strstr(flat, "Guards access.") != NULL, k->guards_access);
		if (has_range(key)) {
			config_range(key, range);
			assert_contains(flat, range, k->name);
		}
	}
}

static void fail_at_report(const char *message, void *userdata)
{
	(void)userdata;
	fail_msg("%s", message);
}

/* Takes the "#" away from each "#key = value". Returns how many there were. */
static size_t uncomment_keys(char *text)
{
	size_t n = 0;

	for (char *hash = strstr(text, "\n#"); hash; hash = strstr(hash + 1, "\n#")) {
		const char *name = hash + 2;
		size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz_");

		if (length > 0 && strncmp(name + length, " = ", 3) == 0) {
			hash[1] = ' ';
			n++;
		}
	}
	return n;
}

static void test_shipped_file_is_the_defaults(void **state)
{
	struct config defaults, config;
	char text[DOCUMENT_MAX];

	(void)state;
	config_init(&defaults);
	assert_int_equal(config_parse("f", shipped, strlen(shipped), &config, fail_at_report, NULL),
			 0);
	assert_memory_equal(&config, &defaults, sizeof(config));

	strcpy(text, shipped);
	assert_int_equal(uncomment_keys(text), config_n_keys);
	assert_int_equal(config_parse("f", text, strlen(text), &config, fail_at_report, NULL), 0);
	assert_int_equal(config.is_set, (UINT64_C(1) << config_n_keys) - 1);
	config.is_set = 0;
	assert_memory_equal(&config, &defaults, sizeof(config));
}

/* The entry of a key in the manual: from its .It to the next one or the end of the list. */
static const char *find_in_manual(const struct config_key *k, char flat[ENTRY_MAX])
{
	char start[128];
	const char *entry, *end, *list_end;

	snprintf(start, sizeof(start), ".It Cm %s No = Ar %s\n", k->name, k->placeholder);
	entry = strstr(manual, start);
	if (!entry)
		fail_msg("no \"%s\"", start);
	end = strstr(entry + 1, "\n.It ");
	list_end = strstr(entry, "\n.El");
	assert_non_null(list_end);
	if (!end || end > list_end)
		end = list_end;
	flatten(entry, (size_t)(end - entry), flat);
	return entry;
}

static void test_manual_has_each_key_in_order(void **state)
{
	const char *last = manual;
	char flat[ENTRY_MAX], range[CONFIG_RANGE_MAX], expected[512];

	(void)state;
	for (size_t key = 0; key < config_n_keys; key++) {
		const struct config_key *k = &config_keys[key];
		const char *entry = find_in_manual(k, flat);

		assert_true(entry > last);
		last = entry;
		assert_contains(flat, k->help, k->name);
		snprintf(expected, sizeof(expected), "Default: .Ql %s ", k->standard);
		assert_contains(flat, expected, k->name);
		assert_int_equal(strstr(flat, ".Sy guards access") != NULL, k->guards_access);
		if (has_range(key)) {
			config_range(key, range);
			snprintf(expected, sizeof(expected), "range: %s.", range);
			assert_contains(flat, expected, k->name);
		}
	}
}

static void test_manual_has_no_other_key(void **state)
{
	size_t n = 0;

	(void)state;
	for (const char *entry = manual; (entry = strstr(entry, "\n.It Cm ")); entry++)
		n++;
	assert_int_equal(n, config_n_keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped_file_has_each_key_in_order),
		cmocka_unit_test(test_shipped_file_is_the_defaults),
		cmocka_unit_test(test_manual_has_each_key_in_order),
		cmocka_unit_test(test_manual_has_no_other_key),
	};

	return cmocka_run_group_tests(tests, read_documents, NULL);
}
