/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VNC authentication (RFC 6143, 7.2.2): which password the response proves. */
#ifndef GPUDESK_VNC_AUTH_H
#define GPUDESK_VNC_AUTH_H

#include <stddef.h>
#include <stdint.h>

#include "check_budget.h"
#include "password_file.h"

enum { VNC_CHALLENGE_SIZE = 16 };

enum vnc_access {
	VNC_ACCESS_NONE, /* wrong password */
	VNC_ACCESS_VIEW_ONLY,
	VNC_ACCESS_FULL,
};

/*
 * Once, before any check: prepares libsodium and tests the cipher by known answers. Returns 0, or
 * -ENOTSUP: then no viewer can be accepted.
 */
int vnc_auth_init(void);

/* In constant time: both passwords are always checked. If they are the same, access is full. */
enum vnc_access vnc_auth_check(const uint8_t challenge[static VNC_CHALLENGE_SIZE],
			       const uint8_t response[static VNC_CHALLENGE_SIZE],
			       const struct vnc_passwords *passwords);

/*
 * The same with the passwords of a file, read now and wiped at once, as far as the budget allows.
 * `password_file` is as in the configuration ("~/.vnc/passwd"). Returns 0 and *ret_access; or
 * -errno if there is no usable password, and the reason for the viewer and the log in ret_reason
 * ("no VNC password is set for exouser: run vncpasswd (or gpudesk passwd)"); -EBUSY if there were
 * too many wrong ones before `now`, and a reason.
 */
int vnc_auth_check_file(struct check_budget *budget, uint64_t now, const char *password_file,
			const uint8_t challenge[static VNC_CHALLENGE_SIZE],
			const uint8_t response[static VNC_CHALLENGE_SIZE],
			enum vnc_access *ret_access, char *ret_reason, size_t reason_size);

#endif
