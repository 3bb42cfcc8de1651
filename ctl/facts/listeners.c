/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>

#include "ctl.h"
#include "machine_file.h"

enum { TABLE_MAX = 4 << 20, TCP_LISTENING = 0x0a, PATH_SIZE = 300 };

/* The kernel prints an address as 32-bit words in the machine's byte order. */
static int parse_address(const char *hex, struct listener *listener)
{
	uint32_t words[4] = { 0 };
	size_t n = strlen(hex) / 8;

	if (n != 1 && n != 4)
		return -EINVAL;
	listener->is_any = true;
	for (size_t i = 0; i < n; i++) {
		if (sscanf(hex + 8 * i, "%8" SCNx32, &words[i]) != 1)
			return -EINVAL;
		listener->is_any &= words[i] == 0;
	}
	return inet_ntop(n == 1 ? AF_INET : AF_INET6, words, listener->address,
			 sizeof(listener->address))
		       ? 0
		       : -EINVAL;
}

/* A line of /proc/net/tcp. Returns whether it is a socket that listens on `port`. */
static bool parse_line(const char *line, uint16_t port, struct listener *ret_listener)
{
	struct listener listener = { .port = port };
	char address[40];
	unsigned local_port, state;

	if (sscanf(line,
		   " %*u: %32[0-9A-Fa-f]:%4x %*[0-9A-Fa-f]:%*4x %2x %*s %*s %*s %*s %*s %" SCNu64,
		   address, &local_port, &state, &listener.inode) != 4)
		return false;
	if (state != TCP_LISTENING || local_port != port || parse_address(address, &listener) < 0)
		return false;
	*ret_listener = listener;
	return true;
}

static int read_table(const struct ctl *ctl, const char *path, uint16_t port,
		      struct listener *listeners, size_t max, size_t *n)
{
	char *text, *save = NULL;
	int r = machine_file_read(ctl, path, TABLE_MAX, &text, NULL);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (char *line = strtok_r(text, "\n", &save); line && *n < max;
	     line = strtok_r(NULL, "\n", &save))
		if (parse_line(line, port, &listeners[*n]))
			++*n;
	free(text);
	return 0;
}

static void describe_holder(const struct ctl *ctl, pid_t pid, struct listener *listener)
{
	char path[PATH_SIZE], *unit;

	listener->pid = pid;
	listener->unit[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	if (machine_file_read_line(ctl, path, listener->command, sizeof(listener->command)) < 0)
		listener->command[0] = '\0';
	/* Below --root, processes are made up. */
	if (ctl->root[0] || sd_pid_get_unit(pid, &unit) < 0)
		return;
	snprintf(listener->unit, sizeof(listener->unit), "%s", unit);
	free(unit);
}

/* Fills in the listeners that this process holds, and none with a lower pid. */
static void find_held(const struct ctl *ctl, pid_t pid, struct listener *listeners, size_t n)
{
	char path[PATH_SIZE], target[64], wanted[64], **names = NULL;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	int n_names = machine_file_list(ctl, path, "", &names);
	for (int i = 0; i < n_names; i++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%.16s", (int)pid, names[i]);
		if (machine_file_read_link(ctl, path, target, sizeof(target)) < 0 ||
		    strncmp(target, "socket:", 7) != 0)
			continue;
		for (size_t j = 0; j < n; j++) {
			snprintf(wanted, sizeof(wanted), "socket:[%" PRIu64 "]",
				 listeners[j].inode);
			if ((listeners[j].pid == 0 || pid < listeners[j].pid) &&
			    strcmp(target, wanted) == 0)
				describe_holder(ctl, pid, &listeners[j]);
		}
	}
	machine_file_free_names(names, n_names);
}

bool listener_is_service(const struct listener *listener)
{
	const char *suffix = strrchr(listener->unit, '.');

	return suffix && strcmp(suffix, ".service") == 0 &&
	       strncmp(listener->unit, "user@", 5) != 0 && strncmp(listener->unit, "gdm", 3) != 0;
}

int listeners_read(const struct ctl *ctl, uint16_t port, struct listener *ret_listeners, size_t max)
{
	char **names = NULL;
	size_t n = 0;
	int r = read_table(ctl, "/proc/net/tcp", port, ret_listeners, max, &n);

	if (r >= 0)
		r = read_table(ctl, "/proc/net/tcp6", port, ret_listeners, max, &n);
	if (r < 0 || n == 0)
		return r;
	int n_names = machine_file_list(ctl, "/proc", "", &names);
	for (int i = 0; i < n_names; i++)
		if (names[i][strspn(names[i], "0123456789")] == '\0')
			find_held(ctl, atoi(names[i]), ret_listeners, n);
	machine_file_free_names(names, n_names);
	return n_names < 0 ? n_names : (int)n;
}
