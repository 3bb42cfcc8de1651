/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DES as VNC uses it, against the published example and against libvncserver's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <string.h>

#include "common/vnc_des.h"

/* From <rfb/rfbproto.h>. */
extern void rfbEncryptBytes(unsigned char *bytes, char *passwd);

static void test_self_test(void **state)
{
	(void)state;
	assert_int_equal(vnc_des_self_test(), 0);
}

/* The worked example of most textbooks: key 133457799BBCDFF1. VNC mirrors the bits of each byte. */
static void test_published_example(void **state)
{
	static const uint8_t key[8] = { 0xc8, 0x2c, 0xea, 0x9e, 0xd9, 0x3d, 0xfb, 0x8f };
	static const uint8_t plain[8] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef };
	static const uint8_t cipher[8] = { 0x85, 0xe8, 0x13, 0x54, 0x0f, 0x0a, 0xb4, 0x05 };
	uint8_t result[8];

	(void)state;
	vnc_des_encrypt(key, 1, plain, result);
	assert_memory_equal(result, cipher, 8);
	vnc_des_decrypt(key, 1, cipher, result);
	assert_memory_equal(result, plain, 8);
}

static void test_same_as_libvncserver(void **state)
{
	char password[9] = "";
	uint8_t challenge[16], mine[16];

	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		/* Printable and not empty: libgcrypt refuses weak keys, and rfbEncryptBytes does
		 * not tell. */
		const size_t length = 1 + i % 8;

		memset(password, 0, sizeof(password));
		for (size_t j = 0; j < length; j++)
			password[j] = (char)('!' + randombytes_uniform('~' - '!' + 1));
		randombytes_buf(challenge, sizeof(challenge));
		vnc_des_encrypt((const uint8_t *)password, 2, challenge, mine);
		rfbEncryptBytes(challenge, password);
		assert_memory_equal(mine, challenge, sizeof(mine));
	}
}

static void test_in_place_and_back(void **state)
{
	static const uint8_t key[8] = { 1, 2, 3, 0xff, 5, 6, 7, 8 };
	uint8_t bytes[16] = "sixteen letters", original[16];

	(void)state;
	memcpy(original, bytes, sizeof(bytes));
	vnc_des_encrypt(key, 2, bytes, bytes);
	assert_memory_not_equal(bytes, original, 8);
	assert_memory_not_equal(bytes + 8, original + 8, 8);
	vnc_des_decrypt(key, 2, bytes, bytes);
	assert_memory_equal(bytes, original, sizeof(bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_self_test),
		cmocka_unit_test(test_published_example),
		cmocka_unit_test(test_same_as_libvncserver),
		cmocka_unit_test(test_in_place_and_back),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
