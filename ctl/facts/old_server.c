/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "old_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "common/whole_file.h"

enum { ENVIRONMENT_MAX = 8 << 20, STAT_MAX = 4096, ANCESTORS_MAX = 64 };

static const char tigervnc[] = "TigerVNC on a virtual display";

const struct old_server old_servers[] = {
	{ "vncserver@1.service", "TurboVNC or TigerVNC on a virtual display" },
	{ "vncserver@:1.service", tigervnc },
	{ "vncserver@\\:1.service", tigervnc },
	{ OLD_SERVER_DOCUMENTED, "TigerVNC's scraper, which gpudesk replaces" },
	{ NULL, NULL },
};

bool old_server_is_program(const char *command)
{
	/* The kernel keeps 15 characters of a name. */
	static const char *const names[] = { "Xvnc",	       "Xtigervnc", "Xtightvnc",
					     "Xvnc4",	       "Xrealvnc",  "x0vncserver",
					     "x0tigervncserv", "x11vnc",    "vino-server",
					     "krfb",	       "wayvnc",    "gnome-remote-de" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(command, names[i]) == 0)
			return true;
	return false;
}

/* Whether the process's environment began with DISPLAY=:1. */
static bool is_on_display_1(pid_t pid)
{
	char path[64], *text = NULL;
	bool found = false;
	size_t length = 0;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	if (whole_file_read(path, ENVIRONMENT_MAX, &text, &length) < 0)
		return false;
	for (size_t at = 0; at < length; at += strlen(text + at) + 1)
		if (strcmp(text + at, "DISPLAY=:1") == 0 || strcmp(text + at, "DISPLAY=:1.0") == 0)
			found = true;
	free(text);
	return found;
}

static pid_t parent_of(pid_t pid)
{
	char path[64], *text = NULL;
	const char *end;
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (whole_file_read(path, STAT_MAX, &text, NULL) < 0)
		return 0;
	/* The name, in parentheses, may have anything in it. */
	end = strrchr(text, ')');
	if (!end || sscanf(end, ") %*c %d", &parent) != 1)
		parent = 0;
	free(text);
	return parent;
}

static bool is_in_unit(pid_t pid, const char *unit)
{
	char *name = NULL;

	if (sd_pid_get_unit(pid, &name) < 0)
		return false;
	bool is = strcmp(name, unit) == 0;
	free(name);
	return is;
}

bool old_server_runs_us(const char *unit)
{
	bool has_display_1 = strncmp(unit, "vncserver@", strlen("vncserver@")) == 0;
	pid_t pid = getpid();

	for (int i = 0; i < ANCESTORS_MAX && pid > 1; i++, pid = parent_of(pid))
		if (is_in_unit(pid, unit) || (has_display_1 && is_on_display_1(pid)))
			return true;
	return false;
}
