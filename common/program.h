/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GPUDESK_PROGRAM_H
#define GPUDESK_PROGRAM_H

#include <stdbool.h>

/*
 * Whether another file, or none, has taken the place of the one that this process was started from,
 * as an upgrade does. False where that cannot be told.
 */
bool program_is_replaced(void);

#endif
