/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* With an environment of its own: the caller's may be anything. */
static int spawn(const char *path, const char *const argv[], bool is_quiet, pid_t *ret_pid)
{
	char path_variable[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	char debconf[] = "DEBIAN_FRONTEND=noninteractive";
	char *const environment[] = { path_variable, locale, debconf, NULL };
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r != 0)
		return -r;
	r = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	if (r == 0 && is_quiet)
		r = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (r == 0)
		r = posix_spawn(ret_pid, path, &actions, NULL, (char *const *)(uintptr_t)argv,
				environment);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

int tool_run(const char *const argv[], bool is_quiet)
{
	char path[PATH_MAX];
	int status, r = find(argv[0], path);
	pid_t pid = 0;

	if (r < 0)
		return r;
	r = spawn(path, argv, is_quiet, &pid);
	if (r < 0)
		return r;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}
