/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a user's VNC password file, also as root into a home that its user controls: in there
 * everything is done with that user's rights alone (setfsuid(2)) and without following symbolic
 * links, so no link leads anywhere that the user could not write.
 */
#ifndef GPUDESK_PASSWORD_STORE_H
#define GPUDESK_PASSWORD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/vnc_des.h"

enum { PASSWORD_STORE_ERROR_MAX = 512, PASSWORD_STORE_PATH_MAX = 2048 };

/* Whose file and where; strings are the caller's. */
struct password_owner {
	const char *name;
	uid_t uid;
	gid_t gid;
	const char *home;
	const char *configured; /* password_file: absolute, or "~/..." */
};

/*
 * Stores `hidden` (vnc_des_hide) as the password, or as the view-only one; the other entry stays as
 * it is. The file is replaced as a whole, with mode 0600 and the owner. Folders below the home that
 * are missing are made, with mode 0700. Returns 0 and the file's path; or -errno and words in
 * ret_error, and the file is what it was: -EPERM where others could tamper with it, -ENODATA for a
 * view-only password without another. After sodium_init().
 */
int password_store(const struct password_owner *owner, bool view_only,
		   const uint8_t hidden[static VNC_DES_BLOCK],
		   char ret_path[static PASSWORD_STORE_PATH_MAX],
		   char ret_error[static PASSWORD_STORE_ERROR_MAX]);

#endif
