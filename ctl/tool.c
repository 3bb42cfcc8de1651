/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tool.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "child.h"

static const char *const directories[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

static int find(const char *name, char ret_path[static PATH_MAX])
{
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		snprintf(ret_path, PATH_MAX, "%s/%s", directories[i], name);
		if (access(ret_path, X_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

bool tool_exists(const char *name)
{
	char path[PATH_MAX];

	return find(name, path) == 0;
}

int tool_run(const char *const arguments[], bool is_quiet)
{
	char path[PATH_MAX];
	const struct child child = { .path = path, .arguments = arguments, .is_quiet = is_quiet };
	int r = find(arguments[0], path);

	return r < 0 ? r : child_run(&child, NULL, 0);
}

int tool_become(const char *const arguments[])
{
	char path[PATH_MAX];
	int r = find(arguments[0], path);

	if (r < 0)
		return r;
	execv(path, (char *const *)(uintptr_t)arguments);
	return -errno;
}

int tool_read(const char *const arguments[], char *ret_output, size_t size)
{
	char path[PATH_MAX];
	const struct child child = { .path = path, .arguments = arguments, .is_quiet = true };
	int r = find(arguments[0], path);

	return r < 0 ? r : child_run(&child, ret_output, size);
}
