/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GDM's configuration: it logs a user in automatically, to Xorg. */
#ifndef GPUDESK_GDM_EDIT_H
#define GPUDESK_GDM_EDIT_H

#include <stdbool.h>
#include <stddef.h>

/* What GDM is to do; facts/x_sessions.h says which keys it knows. */
struct gdm_edit {
	const char *user;     /* is logged in automatically */
	bool has_wayland;     /* GDM knows WaylandEnable, which becomes false */
	const char *fallback; /* FallbackSession; NULL: stays as it is */
};

/*
 * Sets the keys in the text of daemon.conf or custom.conf, "" for a missing file; XorgEnable only
 * if it is false there. Returns 1 and the new text, for the caller to free; 0 if it needs no
 * change; -EINVAL if GDM would not read the new text so, as where NUL bytes are in the file; or
 * -ENOMEM.
 */
int gdm_edit_apply(const struct gdm_edit *edit, const char *text, size_t length, char **ret_text,
		   size_t *ret_length);

#endif
