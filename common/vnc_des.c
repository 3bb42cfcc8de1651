/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc_des.h"

#include <errno.h>
#include <nettle/des.h>
#include <sodium.h>
#include <string.h>

static uint8_t mirror(uint8_t byte)
{
	unsigned b = byte;

	b = (b & 0xf0) >> 4 | (b & 0x0f) << 4;
	b = (b & 0xcc) >> 2 | (b & 0x33) << 2;
	b = (b & 0xaa) >> 1 | (b & 0x55) << 1;
	return (uint8_t)b;
}

/* A weak key of DES is no error: the user chose the password. */
static void set_key(struct des_ctx *schedule, const uint8_t *key)
{
	uint8_t mirrored[VNC_DES_BLOCK];

	for (unsigned i = 0; i < VNC_DES_BLOCK; i++)
		mirrored[i] = mirror(key[i]);
	(void)des_set_key(schedule, mirrored);
	sodium_memzero(mirrored, sizeof(mirrored));
}

void vnc_des_encrypt(const uint8_t key[static VNC_DES_BLOCK], unsigned n_blocks,
		     const uint8_t *plain, uint8_t *ret_cipher)
{
	struct des_ctx schedule;

	set_key(&schedule, key);
	des_encrypt(&schedule, (size_t)n_blocks * VNC_DES_BLOCK, ret_cipher, plain);
	sodium_memzero(&schedule, sizeof(schedule));
}

void vnc_des_decrypt(const uint8_t key[static VNC_DES_BLOCK], unsigned n_blocks,
		     const uint8_t *cipher, uint8_t *ret_plain)
{
	struct des_ctx schedule;

	set_key(&schedule, key);
	des_decrypt(&schedule, (size_t)n_blocks * VNC_DES_BLOCK, ret_plain, cipher);
	sodium_memzero(&schedule, sizeof(schedule));
}

static const uint8_t file_key[VNC_DES_BLOCK] = { 23, 82, 107, 6, 35, 78, 88, 7 };

void vnc_des_hide(const uint8_t password[static VNC_DES_BLOCK],
		  uint8_t ret_hidden[static VNC_DES_BLOCK])
{
	vnc_des_encrypt(file_key, 1, password, ret_hidden);
}

void vnc_des_reveal(const uint8_t hidden[static VNC_DES_BLOCK],
		    uint8_t ret_password[static VNC_DES_BLOCK])
{
	vnc_des_decrypt(file_key, 1, hidden, ret_password);
}

int vnc_des_self_test(void)
{
	/* What every vncpasswd writes for "password". */
	static const uint8_t plain[] = "password";
	static const uint8_t cipher[] = { 0xdb, 0xd8, 0x3c, 0xfd, 0x72, 0x7a, 0x14, 0x58 };
	uint8_t result[VNC_DES_BLOCK] = { 0 };

	vnc_des_hide(plain, result);
	if (memcmp(result, cipher, sizeof(result)) != 0)
		return -ENOTSUP;
	vnc_des_reveal(cipher, result);
	if (memcmp(result, plain, sizeof(result)) != 0)
		return -ENOTSUP;
	return 0;
}
