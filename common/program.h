/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GPUDESK_PROGRAM_H
#define GPUDESK_PROGRAM_H

#include <stdbool.h>
#include <systemd/sd-event.h>

/*
 * Whether the file that this process was started from, or one of the libraries in it, was replaced,
 * as by an upgrade, or removed. False if that cannot be told.
 */
bool program_is_replaced(void);

/* SIGTERM and SIGINT end the event loop. Returns 0 or -errno. */
int program_end_by_signal(sd_event *event);

#endif
