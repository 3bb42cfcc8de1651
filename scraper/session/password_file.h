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

/* In clear text, padded with NULs. Only ever in sodium_malloc'ed memory. */
struct vnc_passwords {
	uint8_t full[VNC_PASSWORD_SIZE];
	uint8_t view_only[VNC_PASSWORD_SIZE];
	bool has_view_only; /* false also if the second password is empty */
};

/*
 * Expands a leading "~/" to the effective user's home in the password database, not to $HOME: the
 * environment must not choose the file that decides who is accepted.
 * Returns 0, -ENAMETOOLONG, or -ENOENT if there is no such user or home.
 */
int password_file_path(const char *configured, char *ret_path, size_t size);

/*
 * Decodes a file's bytes. Returns 0, -ENODATA if the file or its first password is empty, or
 * -EINVAL for any other length than 8 and 16. *ret_passwords is zeroed on failure.
 */
int password_file_decode(const uint8_t *bytes, size_t length, struct vnc_passwords *ret_passwords);

/*
 * Reads the file, which must be a regular one of the effective user or root that no other user can
 * read or write. Symbolic links are followed: they are the user's own, we run as the user, and
 * their target is what is checked. Returns 0 and *ret_passwords, which the caller frees with
 * vnc_passwords_destroy as soon as it can; or -errno and the reason for the viewer and the log in
 * ret_reason.
 */
int password_file_load(const char *configured, struct vnc_passwords **ret_passwords,
		       char *ret_reason, size_t reason_size);

/* Zeroes and frees; NULL is fine. */
void vnc_passwords_destroy(struct vnc_passwords *passwords);

#endif
