/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a viewer sends: each message is acted on, or handed to libvncserver or the callbacks. */
#ifndef GPUDESK_VIEWER_MESSAGES_H
#define GPUDESK_VIEWER_MESSAGES_H

#include <stdbool.h>

#include "viewer.h"

/*
 * Reads what has come, a bounded amount, and handles each whole message. Ends the viewer when it
 * hung up or sent what it may not.
 */
void viewer_read_messages(struct viewer *viewer);

/*
 * Handles keys and pointers that have come and are next in line, and nothing else: for the time
 * when an update is being made. Returns whether there was something.
 */
bool viewer_take_input(struct viewer *viewer);

#endif
