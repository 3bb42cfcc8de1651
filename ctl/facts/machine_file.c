/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/whole_file.h"
#include "ctl.h"

enum { SMALL_FILE_MAX = 65536 };

int machine_file_read(const struct ctl *ctl, const char *path, size_t max, char **ret_text,
		      size_t *ret_length)
{
	char below[CTL_PATH_MAX];

	return whole_file_read(ctl_path(ctl, path, below), max, ret_text, ret_length);
}

int machine_file_read_line(const struct ctl *ctl, const char *path, char *ret_line, size_t size)
{
	char *text = NULL;
	int r = machine_file_read(ctl, path, SMALL_FILE_MAX, &text, NULL);

	if (r < 0)
		return r;
	snprintf(ret_line, size, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
	return 0;
}

int machine_file_read_link(const struct ctl *ctl, const char *path, char *ret_target, size_t size)
{
	char below[CTL_PATH_MAX];
	ssize_t length = readlink(ctl_link_path(ctl, path, below), ret_target, size - 1);

	if (length < 0)
		return -errno;
	ret_target[length] = '\0';
	return 0;
}

bool machine_file_exists(const struct ctl *ctl, const char *path)
{
	char below[CTL_PATH_MAX];

	return access(ctl_path(ctl, path, below), F_OK) == 0;
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	return length >= tail && strcmp(name + length - tail, suffix) == 0;
}

static bool is_wanted(const char *name, const char *suffix)
{
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && ends_with(name, suffix);
}

int machine_file_list(const struct ctl *ctl, const char *path, const char *suffix,
		      char ***ret_names)
{
	char below[CTL_PATH_MAX], **names;
	struct dirent **entries;
	int n = scandir(ctl_path(ctl, path, below), &entries, NULL, alphasort), n_names = 0;

	if (n < 0 && errno != ENOENT && errno != ENOTDIR)
		return -errno;
	names = n < 0 ? NULL : calloc((size_t)n + 1, sizeof(*names));
	for (int i = 0; i < n; i++) {
		char *name = entries[i]->d_name;

		/* It moves to the start of its block, as which it is freed. */
		if (names && is_wanted(name, suffix))
			names[n_names++] = memmove(entries[i], name, strlen(name) + 1);
		else
			free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	if (n >= 0 && !names)
		return -ENOMEM;
	*ret_names = names;
	return n_names;
}

void machine_file_free_names(char **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
}
