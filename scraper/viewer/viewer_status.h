/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `gpudesk status` says of one viewer. */
#ifndef GPUDESK_VIEWER_STATUS_H
#define GPUDESK_VIEWER_STATUS_H

#include <stdio.h>

#include "viewer.h"

/* Writes the lines viewer.`n`.KEY=VALUE of control_protocol.h. `now`: µs, CLOCK_MONOTONIC. */
void viewer_report(const struct viewer *viewer, unsigned n, uint64_t now, FILE *answer);

#endif
