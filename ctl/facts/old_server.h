/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VNC servers that held port 5901 before. */
#ifndef GPUDESK_OLD_SERVER_H
#define GPUDESK_OLD_SERVER_H

#include <stdbool.h>

#include "ctl.h"

/*
 * Units that serve display :1, so port 5901: the documented setup's, and Exosphere's under all its
 * names (in Ansible's, the backslash is a part of it). NULL terminated.
 */
extern const char *const old_server_units[];

/* Whether a program of that name (as in /proc/PID/comm) is a VNC server. */
bool old_server_is_program(const char *command);

/*
 * Whether this process, or one of those that it descends from, is in the unit, or has the X
 * display :1 of such a server for its own: then stopping that ends us.
 */
bool old_server_is_around_us(const char *unit);

#endif
