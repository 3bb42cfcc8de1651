/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit_links.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "edit/lines.h"
#include "facts/machine_file.h"
#include "facts/unit_files.h"
#include "journal/safe_write.h"

/* Calls `visit` for the unit's links in directories with that suffix, until it returns not 0. */
static int visit_in(struct setup *setup, const char *suffix, const char *unit,
		    int (*visit)(struct setup *setup, const char *path))
{
	char **names, path[UNIT_FILE_PATH_MAX], here[CTL_PATH_MAX];
	int n = machine_file_list(setup->ctl, UNIT_FILES_DIRECTORY, suffix, &names), r = 0;
	struct stat status;

	if (n < 0)
		return n;
	for (int i = 0; i < n && r == 0; i++) {
		snprintf(path, sizeof(path), UNIT_FILES_DIRECTORY "/%s/%s", names[i], unit);
		if (lstat(ctl_path(setup->ctl, path, here), &status) == 0 &&
		    S_ISLNK(status.st_mode))
			r = visit(setup, path);
	}
	machine_file_free_names(names, n);
	return r;
}

static int visit_all(struct setup *setup, const char *unit,
		     int (*visit)(struct setup *setup, const char *path))
{
	int r = visit_in(setup, ".wants", unit, visit);

	return r == 0 ? visit_in(setup, ".requires", unit, visit) : r;
}

static int stop(struct setup *setup, const char *path)
{
	(void)setup;
	(void)path;
	return 1;
}

bool unit_links_exist(const struct setup *setup, const char *unit)
{
	return visit_all((struct setup *)(uintptr_t)setup, unit, stop) == 1;
}

static int remove_link(struct setup *setup, const char *path)
{
	setup->needs_reload = true;
	return journal_remove_link(setup->journal, path);
}

int unit_links_remove(struct setup *setup, const char *unit)
{
	return visit_all(setup, unit, remove_link);
}

/* ---- The links that the unit file asks for --------------------------------------------------- */

static int add_word(char ***words, int *n, const char *word, size_t length)
{
	char **grown = reallocarray(*words, (size_t)*n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	*words = grown;
	grown[*n] = strndup(word, length);
	if (!grown[*n])
		return -ENOMEM;
	++*n;
	return 0;
}

static int add_words(char ***words, int *n, const char *text, size_t length)
{
	const char *end = text + length;
	int r = 0;

	while (text < end && r >= 0) {
		const char *start = text;

		while (text < end && *text != ' ' && *text != '\t')
			text++;
		if (text > start)
			r = add_word(words, n, start, (size_t)(text - start));
		else
			text++;
	}
	return r;
}

int unit_links_install_words(const char *text, size_t length, const char *key, char ***ret_words)
{
	static const char section[] = "[Install]";
	size_t key_length = strlen(key);
	const char *cursor = text;
	bool in_install = false;
	char **words = NULL;
	struct line line;
	int n = 0, r = 0;

	while (r >= 0 && line_next(&cursor, text + length, &line)) {
		if (line.start[0] == '[')
			in_install = line.bare == strlen(section) &&
				     memcmp(line.start, section, line.bare) == 0;
		else if (in_install && line.bare > key_length && line.start[key_length] == '=' &&
			 memcmp(line.start, key, key_length) == 0)
			r = add_words(&words, &n, line.start + key_length + 1,
				      line.bare - key_length - 1);
	}
	if (r < 0) {
		machine_file_free_names(words, n);
		return r;
	}
	*ret_words = words;
	return n;
}

/* The link TARGET.wants/UNIT. Returns 1 if it was made, or is missing, else 0 or -errno. */
static int make_link(struct setup *setup, const char *target, const char *suffix, const char *unit,
		     const char *file, bool only_count)
{
	char path[UNIT_FILE_PATH_MAX], here[CTL_PATH_MAX];
	struct stat status;

	snprintf(path, sizeof(path), UNIT_FILES_DIRECTORY "/%s.%s/%s", target, suffix, unit);
	if (lstat(ctl_path(setup->ctl, path, here), &status) == 0)
		return 0;
	if (only_count)
		return 1;
	setup->needs_reload = true;
	int r = journal_make_link(setup->journal, path, file);
	return r < 0 ? r : 1;
}

static int make_links(struct setup *setup, const char *unit, const char *file, const char *text,
		      size_t length, bool only_count)
{
	static const char *const keys[][2] = { { "WantedBy", "wants" },
					       { "RequiredBy", "requires" } };
	int made = 0, r = 0;

	for (int k = 0; k < 2 && r >= 0; k++) {
		char **targets;
		int n = unit_links_install_words(text, length, keys[k][0], &targets);

		if (n < 0)
			return n;
		for (int i = 0; i < n && r >= 0; i++) {
			r = make_link(setup, targets[i], keys[k][1], unit, file, only_count);
			made += r > 0;
		}
		machine_file_free_names(targets, n);
	}
	return r < 0 ? r : made;
}

int unit_links_make(struct setup *setup, const char *unit, bool only_count)
{
	char file[UNIT_FILE_PATH_MAX], here[CTL_PATH_MAX], *text = NULL;
	size_t length = 0;
	int r = unit_file_find(setup->ctl, unit, file);

	if (r >= 0)
		r = safe_read(ctl_path(setup->ctl, file, here), &text, &length);
	if (r < 0)
		return r;
	r = make_links(setup, unit, file, text, length, only_count);
	free(text);
	return r;
}
