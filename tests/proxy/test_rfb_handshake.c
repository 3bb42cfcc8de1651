/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/rfb_handshake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const uint8_t challenge[RFB_CHALLENGE_SIZE] = "0123456789abcde";
static const char response[] = "fedcba9876543210";

static void begin(struct rfb_handshake *h, const char *refusal)
{
	rfb_handshake_init(h, refusal);
	assert_int_equal(h->n_output, 12);
	assert_memory_equal(h->output, "RFB 003.008\n", 12);
	assert_int_equal(rfb_handshake_wants(h), 0);
	rfb_handshake_sent(h, 12);
	assert_int_equal(rfb_handshake_wants(h), 12);
}

static void feed(struct rfb_handshake *h, const char *text)
{
	rfb_handshake_feed(h, (const uint8_t *)text, strlen(text));
}

/* Checks all of the output, and drops it. */
static void expect_output(struct rfb_handshake *h, const char *bytes, size_t n)
{
	assert_int_equal(h->n_output, n);
	assert_memory_equal(h->output, bytes, n);
	rfb_handshake_sent(h, n);
}

/* It waits for the challenge, takes nothing meanwhile, and passes it on. */
static void give_challenge(struct rfb_handshake *h)
{
	assert_int_equal(h->state, RFB_CHALLENGE);
	assert_int_equal(h->n_output, 0);
	assert_int_equal(rfb_handshake_wants(h), 0);
	feed(h, "sent ahead");
	assert_int_equal(h->n_input, 0);
	rfb_handshake_challenge(h, challenge);
	assert_int_equal(h->state, RFB_RESPONSE);
}

static void expect_challenge(struct rfb_handshake *h)
{
	expect_output(h, (const char *)challenge, sizeof(challenge));
	assert_int_equal(rfb_handshake_wants(h), 16);
}

static void test_versions(void **state)
{
	static const struct {
		const char *text;
		unsigned minor;
	} cases[] = {
		{ "RFB 003.003\n", 3 }, { "RFB 003.007\n", 7 }, { "RFB 003.008\n", 8 },
		{ "RFB 003.000\n", 3 }, { "RFB 003.004\n", 3 }, { "RFB 003.005\n", 3 },
		{ "RFB 003.006\n", 3 }, { "RFB 003.009\n", 3 }, { "RFB 003.889\n", 3 },
		{ "RFB 003.999\n", 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rfb_handshake h;

		begin(&h, NULL);
		feed(&h, cases[i].text);
		assert_int_equal(h.minor, cases[i].minor);
		if (cases[i].minor != 3) {
			expect_output(&h, "\1\2", 2);
			assert_int_equal(rfb_handshake_wants(&h), 1);
			feed(&h, "\2");
		}
		give_challenge(&h);
		if (cases[i].minor == 3) {
			assert_memory_equal(h.output, "\0\0\0\2", 4);
			rfb_handshake_sent(&h, 4);
		}
		expect_challenge(&h);
		feed(&h, response);
		assert_int_equal(h.state, RFB_ANSWERED);
		assert_int_equal(rfb_handshake_wants(&h), 0);
		assert_memory_equal(h.response, response, 16);
		assert_null(h.error);
	}
}

static void test_bad_versions(void **state)
{
	static const char *const silent[] = {
		"GET / HTTP/1",	 "RFB 003.008\r", "RFB 003,008\n", "RFB 00a.008\n", "RFB 003.0 8\n",
		"RFB -03.008\n", "RFB 003.+08\n", "rfb 003.008\n", "            ",
	};
	static const char *const answered[] = { "RFB 004.000\n", "RFB 002.008\n", "RFB 999.999\n",
						"RFB 000.000\n" };
	struct rfb_handshake h;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(silent); i++) {
		begin(&h, NULL);
		feed(&h, silent[i]);
		assert_int_equal(h.state, RFB_OVER);
		assert_int_equal(h.n_output, 0);
		assert_non_null(h.error);
	}
	for (size_t i = 0; i < ARRAY_SIZE(answered); i++) {
		begin(&h, NULL);
		feed(&h, answered[i]);
		assert_int_equal(h.state, RFB_OVER);
		assert_true(h.n_output > 5);
		assert_memory_equal(h.output, "\0\0\0\0", 4);
		assert_int_equal(h.output[4], h.n_output - 5);
		assert_non_null(h.error);
	}
}

static void test_refusal(void **state)
{
	struct rfb_handshake h;

	(void)state;
	begin(&h, "no");
	feed(&h, "RFB 003.003\n");
	expect_output(&h, "\0\0\0\0\0\0\0\2no", 10);
	assert_int_equal(h.state, RFB_OVER);
	for (int minor = 7; minor <= 8; minor++) {
		begin(&h, "no");
		feed(&h, minor == 7 ? "RFB 003.007\n" : "RFB 003.008\n");
		expect_output(&h, "\0\0\0\0\2no", 7);
		assert_int_equal(h.state, RFB_OVER);
		assert_int_equal(rfb_handshake_wants(&h), 0);
		assert_null(h.error);
	}
}

static void test_security_types(void **state)
{
	(void)state;
	for (int minor = 7; minor <= 8; minor++) {
		for (int type = 0; type < 256; type++) {
			const uint8_t byte = (uint8_t)type;
			struct rfb_handshake h;

			begin(&h, NULL);
			feed(&h, minor == 7 ? "RFB 003.007\n" : "RFB 003.008\n");
			rfb_handshake_sent(&h, 2);
			rfb_handshake_feed(&h, &byte, 1);
			if (type == 2) {
				give_challenge(&h);
				continue;
			}
			assert_int_equal(h.state, RFB_OVER);
			assert_memory_equal(h.output, "\0\0\0\1", 4);
			assert_true(minor == 8 ? h.n_output > 8 : h.n_output == 4);
			assert_non_null(h.error);
		}
	}
}

static void go_to_response(struct rfb_handshake *h, const char *version)
{
	begin(h, NULL);
	feed(h, version);
	if (h->state == RFB_SECURITY) {
		rfb_handshake_sent(h, h->n_output);
		feed(h, "\2");
	}
	give_challenge(h);
	rfb_handshake_sent(h, h->n_output);
	feed(h, response);
	assert_int_equal(h->state, RFB_ANSWERED);
}

static void test_failures(void **state)
{
	struct rfb_handshake h;

	(void)state;
	go_to_response(&h, "RFB 003.003\n");
	rfb_handshake_fail(&h, "wrong");
	expect_output(&h, "\0\0\0\1", 4);
	go_to_response(&h, "RFB 003.007\n");
	rfb_handshake_fail(&h, "wrong");
	expect_output(&h, "\0\0\0\1", 4);
	go_to_response(&h, "RFB 003.008\n");
	rfb_handshake_fail(&h, "wrong");
	rfb_handshake_fail(&h, "once is enough");
	assert_int_equal(h.state, RFB_OVER);
	expect_output(&h, "\0\0\0\1\0\0\0\5wrong", 13);
}

/* If what the viewer reads next cannot be a failure, it gets none. */
static void test_failures_on_the_way(void **state)
{
	struct rfb_handshake h;

	(void)state;
	begin(&h, NULL);
	rfb_handshake_fail(&h, "stop");
	assert_int_equal(h.state, RFB_OVER);
	assert_int_equal(h.n_output, 0);

	begin(&h, NULL);
	feed(&h, "RFB 003.008\n");
	rfb_handshake_sent(&h, 2);
	rfb_handshake_fail(&h, "stop");
	assert_int_equal(h.n_output, 0);

	begin(&h, NULL);
	feed(&h, "RFB 003.003\n");
	rfb_handshake_challenge(&h, challenge);
	rfb_handshake_fail(&h, "stop");
	assert_int_equal(h.n_output, 4 + 16 + 4);
	assert_memory_equal(h.output + 20, "\0\0\0\1", 4);

	begin(&h, NULL);
	feed(&h, "RFB 003.003\n");
	rfb_handshake_fail(&h, "stop");
	assert_int_equal(h.state, RFB_OVER);
	expect_output(&h, "\0\0\0\0\0\0\0\4stop", 12);

	begin(&h, NULL);
	feed(&h, "RFB 003.008\n");
	rfb_handshake_sent(&h, 2);
	feed(&h, "\2");
	rfb_handshake_fail(&h, "stop");
	assert_int_equal(h.state, RFB_OVER);
	assert_int_equal(h.n_output, 0);
}

static void test_challenges_that_nobody_waits_for(void **state)
{
	struct rfb_handshake h;

	(void)state;
	begin(&h, NULL);
	rfb_handshake_challenge(&h, challenge);
	assert_int_equal(h.state, RFB_VERSION);
	go_to_response(&h, "RFB 003.008\n");
	rfb_handshake_challenge(&h, challenge);
	assert_int_equal(h.state, RFB_ANSWERED);
	assert_int_equal(h.n_output, 0);
	rfb_handshake_fail(&h, "stop");
	rfb_handshake_challenge(&h, challenge);
	expect_output(&h, "\0\0\0\1\0\0\0\4stop", 12);
}

static void test_long_reasons_are_cut(void **state)
{
	char text[2 * RFB_REASON_MAX];
	struct rfb_handshake h;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	go_to_response(&h, "RFB 003.008\n");
	rfb_handshake_fail(&h, text);
	assert_int_equal(h.n_output, 8 + RFB_REASON_MAX - 1);
	assert_memory_equal(h.output + 4, "\0\0\1\377", 4);

	begin(&h, text);
	feed(&h, "RFB 003.003\n");
	assert_int_equal(h.n_output, 8 + RFB_REASON_MAX - 1);

	/* The longest output: a challenge that is not yet written, and a failure. */
	begin(&h, NULL);
	feed(&h, "RFB 003.008\n");
	rfb_handshake_sent(&h, 2);
	feed(&h, "\2");
	rfb_handshake_challenge(&h, challenge);
	rfb_handshake_fail(&h, text);
	assert_int_equal(h.n_output, 16 + 8 + RFB_REASON_MAX - 1);
	assert_true(h.n_output <= RFB_OUTPUT_MAX);
}

static void test_one_byte_at_a_time(void **state)
{
	static const char input[] = "RFB 003.008\n\2fedcba9876543210";
	struct rfb_handshake h;

	(void)state;
	rfb_handshake_init(&h, "");
	for (size_t i = 0; i < sizeof(input) - 1; i++) {
		rfb_handshake_challenge(&h, challenge); /* once it is waited for */
		while (h.n_output > 0)
			rfb_handshake_sent(&h, 1);
		assert_true(rfb_handshake_wants(&h) > 0);
		rfb_handshake_feed(&h, (const uint8_t *)input + i, 1);
	}
	assert_int_equal(h.state, RFB_ANSWERED);
	assert_memory_equal(h.response, response, 16);
}

static void test_nothing_is_taken_that_is_not_wanted(void **state)
{
	struct rfb_handshake h;

	(void)state;
	rfb_handshake_init(&h, NULL);
	feed(&h, "RFB 003.008\n"); /* our version is not yet written */
	assert_int_equal(h.minor, 0);
	rfb_handshake_sent(&h, 100);
	feed(&h, "RFB 003.008\n\2 and more");
	assert_int_equal(h.state, RFB_SECURITY);
	rfb_handshake_sent(&h, 2);
	feed(&h, "\2and more");
	give_challenge(&h);
	rfb_handshake_sent(&h, 16);
	feed(&h, "fedcba9876543210 and more");
	assert_int_equal(h.state, RFB_ANSWERED);
	feed(&h, "more");
	assert_int_equal(h.state, RFB_ANSWERED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_bad_versions),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_security_types),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_failures_on_the_way),
		cmocka_unit_test(test_challenges_that_nobody_waits_for),
		cmocka_unit_test(test_long_reasons_are_cut),
		cmocka_unit_test(test_one_byte_at_a_time),
		cmocka_unit_test(test_nothing_is_taken_that_is_not_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
