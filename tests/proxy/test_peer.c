/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void expect6(const char *address, uint16_t port, uint32_t scope, const char *text,
		    const char *host)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port),
				    .sin6_scope_id = scope };
	char result[PEER_TEXT_MAX];

	assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
	peer_format((const struct sockaddr *)&in6, result);
	assert_string_equal(result, text);
	peer_format_host((const struct sockaddr *)&in6, result);
	assert_string_equal(result, host);
}

static void test_format(void **state)
{
	const struct sockaddr_in in = { .sin_family = AF_INET,
					.sin_port = htons(34567),
					.sin_addr.s_addr = htonl(0xac110002) };
	const struct sockaddr unknown = { .sa_family = AF_UNIX };
	char result[PEER_TEXT_MAX];

	(void)state;
	peer_format((const struct sockaddr *)&in, result);
	assert_string_equal(result, "172.17.0.2:34567");
	expect6("::1", 1, 0, "[::1]:1", "::1");
	expect6("::ffff:172.17.0.2", 65535, 0, "172.17.0.2:65535", "172.17.0.2");
	expect6("fe80::1", 80, 2, "[fe80::1%2]:80", "fe80::1%2");
	expect6("2001:db8:1234:5678:9abc:def0:1234:5678", 65535, UINT32_MAX,
		"[2001:db8:1234:5678:9abc:def0:1234:5678%4294967295]:65535",
		"2001:db8:1234:5678:9abc:def0:1234:5678%4294967295");
	peer_format(&unknown, result);
	assert_string_equal(result, "unknown:0");
}

static void test_key_of_an_unknown_family(void **state)
{
	const struct sockaddr unknown = { .sa_family = AF_UNIX };
	const struct peer_key zero = { .bytes = { 0 } };
	struct peer_key key;

	(void)state;
	memset(&key, 0xff, sizeof(key));
	peer_get_key(&unknown, &key);
	assert_memory_equal(&key, &zero, sizeof(key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_key_of_an_unknown_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
