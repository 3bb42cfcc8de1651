/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/arrival.h"

static void test_key_of_an_unknown_family(void **state)
{
	const struct sockaddr unknown = { .sa_family = AF_UNIX };
	const struct peer_key zero = { .bytes = { 0 } };
	struct peer_key key;

	(void)state;
	memset(&key, 0xff, sizeof(key));
	peer_get_key(&unknown, ARRIVAL_ADDRESSED, &key);
	assert_memory_equal(&key, &zero, sizeof(key));
}

static struct peer_key get_key(const char *text, int arrival)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct peer_key key;

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
		peer_get_key((const struct sockaddr *)&in, arrival, &key);
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
		peer_get_key((const struct sockaddr *)&in6, arrival, &key);
	}
	return key;
}

static bool are_one(const char *a, const char *b, int arrival)
{
	struct peer_key x = get_key(a, arrival), y = get_key(b, arrival);

	return memcmp(&x, &y, sizeof(x)) == 0;
}

static void test_what_is_one_source(void **state)
{
	(void)state;
	assert_true(are_one("172.17.0.2", "::ffff:172.17.0.2", ARRIVAL_BRIDGE));
	assert_false(are_one("172.17.0.2", "172.17.0.3", ARRIVAL_BRIDGE));
	assert_false(are_one("::ffff:172.17.0.2", "::ffff:172.17.0.3", ARRIVAL_ADDRESSED));
	assert_true(are_one("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", ARRIVAL_ADDRESSED));
	assert_false(are_one("2001:db8:1:2::1", "2001:db8:1:3::1", ARRIVAL_ADDRESSED));
}

static void test_containers_share_no_source(void **state)
{
	(void)state;
	assert_false(are_one("fd00:17::2", "fd00:17::3", ARRIVAL_BRIDGE));
	assert_true(are_one("fd00:17::2", "fd00:17::2", ARRIVAL_BRIDGE));
	assert_false(are_one("fe80::2", "fe80::3", ARRIVAL_ADDRESSED));
}

static void test_this_machine_is_one_source(void **state)
{
	(void)state;
	assert_true(are_one("127.0.0.1", "127.255.3.4", ARRIVAL_LOOPBACK));
	assert_true(are_one("127.0.0.1", "172.17.0.1", ARRIVAL_LOOPBACK));
	assert_true(are_one("::1", "127.0.0.1", ARRIVAL_LOOPBACK));
	assert_true(are_one("fd00:17::1", "127.0.0.1", ARRIVAL_LOOPBACK));
}

static bool are_one_network(const char *a, const char *b, int arrival)
{
	struct peer_key keys[] = { get_key(a, arrival), get_key(b, arrival) }, x, y;

	peer_get_network(&keys[0], &x);
	peer_get_network(&keys[1], &y);
	return memcmp(&x, &y, sizeof(x)) == 0;
}

static void test_what_is_one_network(void **state)
{
	(void)state;
	assert_true(are_one_network("172.17.0.2", "::ffff:172.17.0.255", ARRIVAL_BRIDGE));
	assert_false(are_one_network("172.17.0.2", "172.17.1.2", ARRIVAL_BRIDGE));
	assert_true(are_one_network("fd00:17::2", "fd00:17::3:0:0:1", ARRIVAL_BRIDGE));
	assert_false(are_one_network("fd00:17::2", "fd00:17:0:1::2", ARRIVAL_BRIDGE));
	assert_true(are_one_network("2001:db8:1:2::1", "2001:db8:1:3::1", ARRIVAL_ADDRESSED));
	assert_false(are_one_network("2001:db8:1:2::1", "2001:db8:2:2::1", ARRIVAL_ADDRESSED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_of_an_unknown_family),
		cmocka_unit_test(test_what_is_one_source),
		cmocka_unit_test(test_containers_share_no_source),
		cmocka_unit_test(test_this_machine_is_one_source),
		cmocka_unit_test(test_what_is_one_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
