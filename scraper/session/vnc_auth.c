/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc_auth.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>

#include "common/vnc_des.h"

int vnc_auth_init(void)
{
	if (sodium_init() < 0)
		return -ENOTSUP;
	return vnc_des_self_test();
}

static bool response_matches(const uint8_t *challenge, const uint8_t *response,
			     const uint8_t password[static VNC_PASSWORD_SIZE])
{
	uint8_t expected[VNC_CHALLENGE_SIZE];
	vnc_des_encrypt(password, VNC_CHALLENGE_SIZE / VNC_DES_BLOCK, challenge, expected);
	bool matches = sodium_memcmp(expected, response, sizeof(expected)) == 0;
	sodium_memzero(expected, sizeof(expected));
	return matches;
}

enum vnc_access vnc_auth_check(const uint8_t challenge[static VNC_CHALLENGE_SIZE],
			       const uint8_t response[static VNC_CHALLENGE_SIZE],
			       const struct vnc_passwords *passwords)
{
	const bool full = response_matches(challenge, response, passwords->full);
	const bool view_only = response_matches(challenge, response, passwords->view_only) &
			       passwords->has_view_only;

	if (full)
		return VNC_ACCESS_FULL;
	return view_only ? VNC_ACCESS_VIEW_ONLY : VNC_ACCESS_NONE;
}

int vnc_auth_check_file(struct check_budget *budget, uint64_t now, const char *password_file,
			const uint8_t challenge[static VNC_CHALLENGE_SIZE],
			const uint8_t response[static VNC_CHALLENGE_SIZE],
			enum vnc_access *ret_access, char *ret_reason, size_t reason_size)
{
	struct vnc_passwords *passwords;
	int r;

	if (!check_budget_take(budget, now)) {
		snprintf(ret_reason, reason_size, "too many wrong passwords; try again");
		return -EBUSY;
	}
	r = password_file_load(password_file, &passwords, ret_reason, reason_size);
	if (r >= 0) {
		*ret_access = vnc_auth_check(challenge, response, passwords);
		vnc_passwords_destroy(passwords);
	}
	if (r < 0 || *ret_access != VNC_ACCESS_NONE)
		check_budget_give_back(budget);
	return r;
}
