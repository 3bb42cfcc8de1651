/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VNC servers that may hold gpudesk's port. */
#ifndef GPUDESK_OLD_SERVER_H
#define GPUDESK_OLD_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctl;

enum { OLD_SERVERS_MAX = 16, OLD_SERVER_UNIT_MAX = 64 };

struct old_server {
	char unit[OLD_SERVER_UNIT_MAX];
	const char *what; /* "TigerVNC on a virtual display" */
};

/*
 * The units of VNC servers that use `port`, whether they are installed or not: by the display
 * number in their name ("vncserver@:1.service" uses 5901), or for those without by what their file
 * says after -rfbport, else by the program's own default. Then those of any other name that are
 * enabled, and whose ExecStart= has that port or display. Returns how many, OLD_SERVERS_MAX at
 * most.
 */
size_t old_servers_find(const struct ctl *ctl, uint16_t port,
			struct old_server ret_servers[static OLD_SERVERS_MAX]);

/* Whether the unit is among them. */
bool old_servers_have(const struct old_server *servers, size_t n, const char *unit);

/* The documented unit: its file was written by hand, for this purpose alone. */
#define OLD_SERVER_DOCUMENTED "x0vncserver.service"

/* Whether a program named so in /proc/PID/comm is a VNC server. */
bool old_server_is_program(const char *command);

/*
 * Whether stopping the unit would end this process: it, or an ancestor, is in the unit or began on
 * the X display that such a server provides, the number in the unit's name.
 */
bool old_server_runs_us(const char *unit);

#endif
