/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VNC servers that held port 5901 before gpudesk. */
#ifndef GPUDESK_OLD_SERVER_H
#define GPUDESK_OLD_SERVER_H

#include <stdbool.h>

/*
 * The units that used the port: Exosphere's under all its names (the backslash in Ansible's is part
 * of the name), and the one that was documented before. Ends with { 0 }.
 */
extern const struct old_server {
	const char *unit, *what;
} old_servers[];

/* The documented unit: its file was written by hand, for this purpose alone. */
#define OLD_SERVER_DOCUMENTED "x0vncserver.service"

/* Whether a program named so in /proc/PID/comm is a VNC server. */
bool old_server_is_program(const char *command);

/*
 * Whether stopping the unit would end this process: it, or an ancestor, is in the unit or began on
 * the X display :1 that such a server provides.
 */
bool old_server_runs_us(const char *unit);

#endif
