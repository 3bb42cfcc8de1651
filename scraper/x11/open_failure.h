/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a display cannot be opened, which Xlib does not tell. */
#ifndef GPUDESK_OPEN_FAILURE_H
#define GPUDESK_OPEN_FAILURE_H

#include <stddef.h>

/*
 * Asks the X server of display `name` (":0") once more, and writes a sentence for the viewer and
 * the log. `xauthority` is the file that was used, NULL: Xlib's own choice. Waits for a second at
 * most.
 */
void open_failure_explain(const char *name, const char *xauthority, char *ret_reason, size_t size);

#endif
