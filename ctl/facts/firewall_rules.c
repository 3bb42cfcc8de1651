/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firewall.h"

enum { RULES_MAX = 16 << 20 };

/* All that comes, up to a limit; NUL terminated. */
static int read_output(int fd, char **ret_text)
{
	size_t length = 0, room = 65536;
	char *text = malloc(room), *more;
	ssize_t n = 1;

	while (text && n > 0 && length < RULES_MAX) {
		n = read(fd, text + length, room - length - 1);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			length += (size_t)n;
		if (length + 1 < room)
			continue;
		room *= 2;
		more = realloc(text, room);
		if (!more)
			free(text);
		text = more;
	}
	if (!text)
		return -ENOMEM;
	text[length] = '\0';
	*ret_text = text;
	return 0;
}

static int spawn(const char *path, char *const arguments[], int output, pid_t *ret_pid)
{
	char *const environment[] = { (char[]){ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" },
				      (char[]){ "LC_ALL=C" }, NULL };
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r != 0)
		return -r;
	r = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, output, 1);
	if (r == 0)
		r = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (r == 0)
		r = posix_spawn(ret_pid, path, &actions, NULL, arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

static int capture(const char *path, char *const arguments[], char **ret_text)
{
	int ends[2], status = -1, r;
	char *text = NULL;
	pid_t pid = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	r = spawn(path, arguments, ends[1], &pid);
	close(ends[1]);
	if (r == 0) {
		r = read_output(ends[0], &text);
		close(ends[0]);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (r == 0 && status != 0)
			r = -EACCES;
	} else {
		close(ends[0]);
	}
	if (r < 0)
		free(text);
	else
		*ret_text = text;
	return r;
}

int firewall_read_rules(char **ret_text)
{
	char *const nft[] = { (char[]){ "nft" }, (char[]){ "list" }, (char[]){ "ruleset" }, NULL };
	char *const iptables[] = { (char[]){ "iptables-save" }, NULL };
	int r = -ENOENT;

	if (access("/usr/sbin/nft", X_OK) == 0)
		r = capture("/usr/sbin/nft", nft, ret_text);
	if (r < 0 && access("/usr/sbin/iptables-save", X_OK) == 0)
		r = capture("/usr/sbin/iptables-save", iptables, ret_text);
	return r;
}
