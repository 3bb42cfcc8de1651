/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which access a response gives; libvncserver's code makes the responses, as in a viewer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "session/vnc_auth.h"
#include "tests/support/scratch.h"

/* From <rfb/rfbproto.h>. */
extern void rfbEncryptBytes(unsigned char *bytes, char *passwd);
extern int rfbEncryptAndStorePasswd(char *passwd, char *fname);

static uint8_t challenge[VNC_CHALLENGE_SIZE];

static enum vnc_access answer_to(const char *typed, const struct vnc_passwords *passwords)
{
	uint8_t response[VNC_CHALLENGE_SIZE];
	char password[16] = "";

	(void)snprintf(password, sizeof(password), "%s", typed);
	memcpy(response, challenge, sizeof(response));
	rfbEncryptBytes(response, password);
	return vnc_auth_check(challenge, response, passwords);
}

static void test_one_password(void **state)
{
	static const struct vnc_passwords passwords = { .full = "secret" };

	(void)state;
	assert_int_equal(answer_to("secret", &passwords), VNC_ACCESS_FULL);
	assert_int_equal(answer_to("Secret", &passwords), VNC_ACCESS_NONE);
	assert_int_equal(answer_to("secre", &passwords), VNC_ACCESS_NONE);
	assert_int_equal(answer_to("secret1", &passwords), VNC_ACCESS_NONE);
	/* No view-only password is not an empty one. */
	assert_int_equal(answer_to("", &passwords), VNC_ACCESS_NONE);
}

static void test_two_passwords(void **state)
{
	static const struct vnc_passwords passwords = {
		.full = "secret",
		.view_only = { 'l', 'o', 'o', 'k', 'o', 'n', 'l', 'y' },
		.has_view_only = true,
	};

	(void)state;
	assert_int_equal(answer_to("secret", &passwords), VNC_ACCESS_FULL);
	assert_int_equal(answer_to("lookonly", &passwords), VNC_ACCESS_VIEW_ONLY);
	/* Only eight characters count, as everywhere in VNC. */
	assert_int_equal(answer_to("lookonly!", &passwords), VNC_ACCESS_VIEW_ONLY);
	assert_int_equal(answer_to("lookonl", &passwords), VNC_ACCESS_NONE);
	assert_int_equal(answer_to("", &passwords), VNC_ACCESS_NONE);
}

static void test_same_password_twice_is_full(void **state)
{
	static const struct vnc_passwords passwords = {
		.full = "secret",
		.view_only = "secret",
		.has_view_only = true,
	};

	(void)state;
	assert_int_equal(answer_to("secret", &passwords), VNC_ACCESS_FULL);
}

static void test_every_bit_counts(void **state)
{
	static const struct vnc_passwords passwords = { .full = "secret" };
	uint8_t response[VNC_CHALLENGE_SIZE];
	char password[] = "secret";

	(void)state;
	memcpy(response, challenge, sizeof(response));
	rfbEncryptBytes(response, password);
	for (unsigned bit = 0; bit < 8 * sizeof(response); bit++) {
		response[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_equal(vnc_auth_check(challenge, response, &passwords), VNC_ACCESS_NONE);
		response[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	assert_int_equal(vnc_auth_check(challenge, response, &passwords), VNC_ACCESS_FULL);
}

/* The response that a cipher that fails would make the right one. */
static void test_challenge_sent_back(void **state)
{
	static const struct vnc_passwords passwords = { .full = "secret", .has_view_only = true };
	static const uint8_t zeros[VNC_CHALLENGE_SIZE];

	(void)state;
	assert_int_equal(vnc_auth_check(challenge, challenge, &passwords), VNC_ACCESS_NONE);
	assert_int_equal(vnc_auth_check(challenge, zeros, &passwords), VNC_ACCESS_NONE);
}

static char reason[256];

static int check_file(struct check_budget *budget, const char *path, const uint8_t *response,
		      enum vnc_access *ret_access)
{
	return vnc_auth_check_file(budget, UINT64_C(1000000000), path, challenge, response,
				   ret_access, reason, sizeof(reason));
}

static void test_file(void **state)
{
	struct check_budget budget = { 0 };
	enum vnc_access access = VNC_ACCESS_NONE;
	uint8_t response[VNC_CHALLENGE_SIZE];
	char password[] = "secret", path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s", scratch_path("passwd"));
	memcpy(response, challenge, sizeof(response));
	rfbEncryptBytes(response, password);

	assert_int_equal(check_file(&budget, path, response, &access), -ENOENT);
	assert_non_null(strstr(reason, "run vncpasswd"));
	assert_int_equal(access, VNC_ACCESS_NONE);

	assert_int_equal(rfbEncryptAndStorePasswd(password, path), 0);
	assert_int_equal(check_file(&budget, path, response, &access), 0);
	assert_int_equal(access, VNC_ACCESS_FULL);
	response[0] ^= 1;
	assert_int_equal(check_file(&budget, path, response, &access), 0);
	assert_int_equal(access, VNC_ACCESS_NONE);
}

/* Only wrong passwords count, and when there were too many, the right one is not looked at. */
static void test_too_many_wrong_ones(void **state)
{
	struct check_budget budget = { 0 };
	enum vnc_access access = VNC_ACCESS_NONE;
	uint8_t right[VNC_CHALLENGE_SIZE], wrong[VNC_CHALLENGE_SIZE] = { 0 };
	char password[] = "secret", path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s", scratch_path("passwd"));
	memcpy(right, challenge, sizeof(right));
	rfbEncryptBytes(right, password);
	for (int i = 0; i < CHECK_BUDGET_RESERVE; i++) /* there is no password */
		assert_int_equal(check_file(&budget, path, wrong, &access), -ENOENT);
	assert_int_equal(rfbEncryptAndStorePasswd(password, path), 0);
	for (int i = 0; i < CHECK_BUDGET_RESERVE; i++) {
		assert_int_equal(check_file(&budget, path, right, &access), 0);
		assert_int_equal(access, VNC_ACCESS_FULL);
		assert_int_equal(check_file(&budget, path, wrong, &access), 0);
		assert_int_equal(access, VNC_ACCESS_NONE);
	}
	for (unsigned i = 1; i < 3; i++) {
		assert_int_equal(check_file(&budget, path, right, &access), -EBUSY);
		assert_int_equal(access, VNC_ACCESS_NONE);
		assert_non_null(strstr(reason, "too many"));
		assert_int_equal(budget.n_refused, i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_password),
		cmocka_unit_test(test_two_passwords),
		cmocka_unit_test(test_same_password_twice_is_full),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_challenge_sent_back),
		cmocka_unit_test_setup_teardown(test_file, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_too_many_wrong_ones, scratch_create,
						scratch_remove),
	};

	if (vnc_auth_init() < 0)
		return 1;
	randombytes_buf(challenge, sizeof(challenge));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
