/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pam_gpudesk's line in a PAM service file. */
#ifndef GPUDESK_PAM_EDIT_H
#define GPUDESK_PAM_EDIT_H

#include <stddef.h>

#define PAM_EDIT_LINE "session    optional    pam_gpudesk.so"

/*
 * Moves the line to the end of the file, or adds it there: after pam_systemd. Returns 0 and the new
 * text, for the caller to free, or -ENOMEM.
 */
int pam_edit_apply(const char *text, size_t length, char **ret_text, size_t *ret_length);

#endif
