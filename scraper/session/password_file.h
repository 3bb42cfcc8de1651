/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user's own password file, as vncpasswd writes it: 8 obfuscated bytes, and 8 more when there
 * is a view-only password.
 */
#ifndef GPUDESK_PASSWORD_FILE_H
#define GPUDESK_PASSWORD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VNC_PASSWORD_SIZE = 8, PASSWORD_FILE_MAX = 2 * VNC_PASSWORD_SIZE };

/* In clear, padded with NULs. Only ever in sodium_malloc'ed memory. */
struct vnc_passwords {
	uint8_t full[VNC_PASSWORD_SIZE];
	uint8_t view_only[VNC_PASSWORD_SIZE];
	bool has_view_only; /* an empty second password is none */
};

/*
 * Expands a leading "~/" by the password database's home of the effective user, not by $HOME: the
 * file decides who gets in, so the environment does not decide which file it is.
 * Returns 0, -ENAMETOOLONG, or -ENOENT when there is no such user or home.
 */
int password_file_path(const char *configured, char *ret_path, size_t size);

/*
 * Undoes the obfuscation of a file's bytes. Returns 0, -ENODATA when the file or its first password
 * is empty, or -EINVAL for any other length than 8 and 16. *ret_passwords is zeroed on failure.
 */
int password_file_decode(const uint8_t *bytes, size_t length, struct vnc_passwords *ret_passwords);

/*
 * Reads the file, which must be a regular one of the effective user or root that nobody else can
 * read or write. Symbolic links are followed: they are the user's own, we run as the user, and what
 * they lead to is what is checked. Returns 0 and *ret_passwords, which the caller
 * frees with vnc_passwords_destroy as soon as it has checked; or -errno and words for the viewer
 * and the log in ret_reason.
 */
int password_file_load(const char *configured, struct vnc_passwords **ret_passwords,
		       char *ret_reason, size_t reason_size);

/* Zeroes and frees; NULL is fine. */
void vnc_passwords_destroy(struct vnc_passwords *passwords);

#endif
