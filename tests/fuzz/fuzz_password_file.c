/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a password file: refused, or passwords that encode to the same bytes. */
#include <errno.h>
#include <sodium.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "common/vnc_des.h"
#include "scraper/session/password_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require_same(const uint8_t *password, const uint8_t *bytes)
{
	uint8_t again[VNC_DES_BLOCK];

	vnc_des_hide(password, again);
	require(memcmp(again, bytes, sizeof(again)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const struct vnc_passwords none;
	struct vnc_passwords passwords;
	int r;

	memset(&passwords, 0xa5, sizeof(passwords));
	r = password_file_decode(bytes, length, &passwords);
	if (r < 0) {
		require(memcmp(&passwords, &none, sizeof(none)) == 0);
		require(r == -EINVAL || r == -ENODATA);
		require((r == -EINVAL) == (length != 0 && length != 8 && length != 16));
		return 0;
	}
	require(length == 8 || length == 16);
	require(passwords.full[0] != '\0');
	require_same(passwords.full, bytes);
	if (length == 16)
		require_same(passwords.view_only, bytes + 8);
	else
		require(!passwords.has_view_only);
	return 0;
}
