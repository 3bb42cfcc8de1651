/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Xorg configuration for a desktop on an NVIDIA card. */
#ifndef GPUDESK_XORG_WRITE_H
#define GPUDESK_XORG_WRITE_H

#include <stddef.h>

/* The text of the whole file. Returns 0, and the caller frees it; or -ENOMEM. */
int xorg_write(const char *bus_id, char **ret_text, size_t *ret_length);

/*
 * Changes the quoted value in a line, counted from 1: its BusID. Returns 0 and the new text, for
 * the caller to free; -EINVAL if the line has no such value; or -ENOMEM.
 */
int xorg_write_bus_id(const char *text, size_t length, unsigned line, const char *bus_id,
		      char **ret_text, size_t *ret_length);

#endif
