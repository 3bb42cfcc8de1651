/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a user's VNC password file. In a home directory, root does so with the rights of that user
 * only (setfsuid(2)) and without following symbolic links, so that no link leads to a place that
 * the user could not write to.
 */
#ifndef GPUDESK_PASSWORD_STORE_H
#define GPUDESK_PASSWORD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/vnc_des.h"

enum { PASSWORD_STORE_ERROR_MAX = 512, PASSWORD_STORE_PATH_MAX = 2048 };

/* Whose file, and where. The strings stay the caller's. */
struct password_owner {
	const char *name;
	uid_t uid;
	gid_t gid;
	const char *home;
	const char *configured; /* password_file: absolute, or "~/..." */
};

/*
 * Stores `hidden` (vnc_des_hide) as the password or the view-only password; the other one stays.
 * The file is replaced as a whole, with mode 0600, and missing folders in the home are created,
 * with mode 0700. Returns 0 and the file's path; or -errno and why in ret_error, and the file has
 * not changed: -EPERM if others could tamper with it, -ENODATA for a view-only password without the
 * other one. Call sodium_init() first.
 */
int password_store(const struct password_owner *owner, bool view_only,
		   const uint8_t hidden[static VNC_DES_BLOCK],
		   char ret_path[static PASSWORD_STORE_PATH_MAX],
		   char ret_error[static PASSWORD_STORE_ERROR_MAX]);

#endif
