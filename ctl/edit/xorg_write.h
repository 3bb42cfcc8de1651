/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Xorg configuration for the desktop on an NVIDIA card. */
#ifndef GPUDESK_XORG_WRITE_H
#define GPUDESK_XORG_WRITE_H

#include <stddef.h>

/* Returns 0 and the malloc'ed text of a whole file, or -ENOMEM. `bus_id` as gpus.h has it. */
int xorg_write(const char *bus_id, char **ret_text, size_t *ret_length);

/*
 * Changes the value in line `line` (from 1), which is a BusID's, and nothing else. Returns 0 and
 * the malloc'ed text, -EINVAL when there is no such value in it, or -ENOMEM.
 */
int xorg_write_bus_id(const char *text, size_t length, unsigned line, const char *bus_id,
		      char **ret_text, size_t *ret_length);

#endif
