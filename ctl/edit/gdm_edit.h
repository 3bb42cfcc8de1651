/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GDM's configuration: automatic login of a user, on Xorg. */
#ifndef GPUDESK_GDM_EDIT_H
#define GPUDESK_GDM_EDIT_H

#include <stddef.h>

/*
 * Sets the three keys in the text of daemon.conf or custom.conf ("" for a missing file). Returns 1
 * and the new malloc'ed text; 0 when nothing is to be changed; or -ENOMEM.
 */
int gdm_edit_apply(const char *text, size_t length, const char *user, char **ret_text,
		   size_t *ret_length);

#endif
