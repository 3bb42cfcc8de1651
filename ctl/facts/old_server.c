/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "old_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "common/whole_file.h"
#include "machine_file.h"
#include "unit_files.h"

enum { ENVIRONMENT_MAX = 8 << 20, STAT_MAX = 4096, ANCESTORS_MAX = 64, UNIT_FILE_MAX = 65536 };

enum { DISPLAY_PORT = 5900, DISPLAYS_MAX = 100 }; /* display N is at port 5900 + N */

static const char tigervnc[] = "TigerVNC on a virtual display";

/*
 * With the display's number in the name: Exosphere's under all its names (the backslash in
 * Ansible's is part of the name), and the distributions' own.
 */
static const struct {
	const char *prefix;
	int digits; /* at least */
	const char *what;
} numbered[] = {
	{ "vncserver@", 1, "TurboVNC or TigerVNC on a virtual display" },
	{ "vncserver@:", 1, tigervnc },
	{ "vncserver@\\:", 1, tigervnc },
	{ "vncserver@:", 2, tigervnc },
	{ "tigervncserver@:", 1, tigervnc },
	{ "tigervncserver@", 1, tigervnc },
};

/* The others, with the ports that they use unless told otherwise. */
static const struct {
	const char *unit, *what;
	uint16_t first, last;
} named[] = {
	{ OLD_SERVER_DOCUMENTED, "TigerVNC's scraper, which gpudesk replaces", 5900, 5900 },
	{ "x11vnc.service", "x11vnc", 5900, 5900 },
	{ "vncserver-x11-serviced.service", "RealVNC of the screen", 5900, 5900 },
	/* 5999 is its own; each desktop that it starts takes the next display. */
	{ "vncserver-virtuald.service", "RealVNC on virtual displays", 5901, 5999 },
};

/* The text of the unit's file, for the caller to free; NULL: there is none. */
static char *read_unit(const struct ctl *ctl, const char *unit)
{
	char path[UNIT_FILE_PATH_MAX], *text = NULL;

	if (unit_file_find(ctl, unit, path) < 0 ||
	    machine_file_read(ctl, path, UNIT_FILE_MAX, &text, NULL) < 0)
		return NULL;
	return text;
}

/* The number after -rfbport; 0: none. */
static unsigned find_port(const char *text)
{
	unsigned port = 0;

	for (const char *at = text; port == 0 && (at = strstr(at, "-rfbport")) != NULL;) {
		at += strlen("-rfbport");
		if (strchr(" \t=", *at))
			(void)sscanf(at, "%*[ \t=\"']%u", &port);
	}
	return port;
}

static unsigned port_in_file(const struct ctl *ctl, const char *unit)
{
	char *text = read_unit(ctl, unit);
	unsigned port = text ? find_port(text) : 0;

	free(text);
	return port;
}

/* That of the display which a command of a VNC server creates, as "vncserver :1"; 0: none. */
static unsigned port_of_display(const char *command)
{
	static const char option[] = "-display";
	unsigned display;
	int end;

	if (!strstr(command, "vnc"))
		return 0;
	for (const char *at = command; (at = strstr(at, " :")) != NULL; at++) {
		bool is_shown = at - command >= (int)strlen(option) &&
				memcmp(at - strlen(option), option, strlen(option)) == 0;

		if (!is_shown && sscanf(at, " :%2u%n", &display, &end) == 1 &&
		    strchr(" \"'", at[end]))
			return DISPLAY_PORT + display;
	}
	return 0;
}

/* Whether what the unit starts is a VNC server at that port. */
static bool starts_at(const struct ctl *ctl, const char *unit, uint16_t port)
{
	char *text = read_unit(ctl, unit), *rest = text, *line;
	bool found = false;

	while (!found && (line = strsep(&rest, "\n")) != NULL) {
		if (strncmp(line, "ExecStart=", strlen("ExecStart=")) != 0)
			continue;
		unsigned told = find_port(line);
		found = (told ? told : port_of_display(line)) == port;
	}
	free(text);
	return found;
}

static bool uses(const struct ctl *ctl, size_t index, uint16_t port)
{
	unsigned told = port_in_file(ctl, named[index].unit);

	return told ? told == port : named[index].first <= port && port <= named[index].last;
}

static size_t add_by_name(const struct ctl *ctl, uint16_t port, struct old_server *ret_servers)
{
	unsigned display = (unsigned)port - DISPLAY_PORT;
	size_t n = 0;

	_Static_assert(sizeof(numbered) / sizeof(numbered[0]) + sizeof(named) / sizeof(named[0]) <=
			       OLD_SERVERS_MAX,
		       "all fit");
	for (size_t i = 0; i < sizeof(numbered) / sizeof(numbered[0]); i++) {
		/* In two digits it is another name only below 10. */
		if (port < DISPLAY_PORT || display >= DISPLAYS_MAX ||
		    (display >= 10 && numbered[i].digits == 2))
			continue;
		snprintf(ret_servers[n].unit, OLD_SERVER_UNIT_MAX, "%s%0*u.service",
			 numbered[i].prefix, numbered[i].digits, display);
		ret_servers[n++].what = numbered[i].what;
	}
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (!uses(ctl, i, port))
			continue;
		snprintf(ret_servers[n].unit, OLD_SERVER_UNIT_MAX, "%s", named[i].unit);
		ret_servers[n++].what = named[i].what;
	}
	return n;
}

bool old_servers_have(const struct old_server *servers, size_t n, const char *unit)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(servers[i].unit, unit) == 0)
			return true;
	return false;
}

/* Adds those of one "multi-user.target.wants". Returns how many there are then. */
static size_t add_wanted(const struct ctl *ctl, const char *folder, uint16_t port,
			 struct old_server *servers, size_t n)
{
	char path[UNIT_FILE_PATH_MAX], **names = NULL;

	snprintf(path, sizeof(path), UNIT_FILES_DIRECTORY "/%s", folder);
	int n_names = machine_file_list(ctl, path, ".service", &names);
	for (int i = 0; i < n_names && n < OLD_SERVERS_MAX; i++) {
		if (strlen(names[i]) >= OLD_SERVER_UNIT_MAX ||
		    old_servers_have(servers, n, names[i]) || !starts_at(ctl, names[i], port))
			continue;
		snprintf(servers[n].unit, OLD_SERVER_UNIT_MAX, "%s", names[i]);
		servers[n++].what = "a VNC server, by its unit's file";
	}
	machine_file_free_names(names, n_names);
	return n;
}

/* Those of other names, which are enabled. */
static size_t add_enabled(const struct ctl *ctl, uint16_t port, struct old_server *servers,
			  size_t n)
{
	char **folders = NULL;
	int n_folders = machine_file_list(ctl, UNIT_FILES_DIRECTORY, ".wants", &folders);

	for (int i = 0; i < n_folders; i++)
		n = add_wanted(ctl, folders[i], port, servers, n);
	machine_file_free_names(folders, n_folders);
	return n;
}

size_t old_servers_find(const struct ctl *ctl, uint16_t port,
			struct old_server ret_servers[static OLD_SERVERS_MAX])
{
	return add_enabled(ctl, port, ret_servers, add_by_name(ctl, port, ret_servers));
}

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

/* Whether the process's environment began with that DISPLAY, of this machine. */
static bool is_on_display(pid_t pid, unsigned display)
{
	char path[64], wanted[2][32], *text = NULL;
	bool found = false;
	size_t length = 0;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	snprintf(wanted[0], sizeof(wanted[0]), "DISPLAY=:%u", display);
	snprintf(wanted[1], sizeof(wanted[1]), "DISPLAY=:%u.0", display);
	if (whole_file_read(path, ENVIRONMENT_MAX, &text, &length) < 0)
		return false;
	for (size_t at = 0; at < length; at += strlen(text + at) + 1)
		if (strcmp(text + at, wanted[0]) == 0 || strcmp(text + at, wanted[1]) == 0)
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
	const char *at = strstr(unit, "vncserver@");
	unsigned display = 0;
	bool has_display = at && sscanf(at, "vncserver@%*[:\\]%u", &display) == 1;
	pid_t pid = getpid();

	if (at && !has_display)
		has_display = sscanf(at, "vncserver@%u", &display) == 1;
	for (int i = 0; i < ANCESTORS_MAX && pid > 1; i++, pid = parent_of(pid))
		if (is_in_unit(pid, unit) || (has_display && is_on_display(pid, display)))
			return true;
	return false;
}
