/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GDM's configuration: it logs a user in automatically, to Xorg. */
#ifndef GPUDESK_GDM_EDIT_H
#define GPUDESK_GDM_EDIT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Sets the keys (WaylandEnable only if this GDM knows it: facts/x_server.h) in the text of
 * daemon.conf or custom.conf, "" for a missing file. Returns 1 and the new text, for the caller to
 * free; 0 if it needs no change; -EINVAL if GDM would not read the new text so, as where NUL bytes
 * are in the file; or -ENOMEM.
 */
int gdm_edit_apply(const char *text, size_t length, const char *user, bool has_wayland,
		   char **ret_text, size_t *ret_length);

#endif
