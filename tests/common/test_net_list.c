/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

#include "common/net_list.h"

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct net_list parse(const char *text)
{
	struct net_list list;
	const char *bad = NULL;

	if (net_list_parse(text, &list, &bad) < 0)
		fail_msg("\"%s\" is refused at \"%s\"", text, bad);
	return list;
}

static bool contains(const struct net_list *list, const char *address)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, address, &in.sin_addr) == 1)
		return net_list_contains(list, (struct sockaddr *)&in);
	assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
	return net_list_contains(list, (struct sockaddr *)&in6);
}

static const struct membership {
	const char *list, *address;
	bool contained;
} memberships[] = {
	{ "127.0.0.0/8", "127.0.0.1", true },
	{ "127.0.0.0/8", "127.255.255.255", true },
	{ "127.0.0.0/8", "126.255.255.255", false },
	{ "127.0.0.0/8", "128.0.0.0", false },
	{ "127.0.0.0/8", "::1", false },
	{ "172.16.0.0/12", "172.15.255.255", false },
	{ "172.16.0.0/12", "172.16.0.0", true },
	{ "172.16.0.0/12", "172.31.255.255", true },
	{ "172.16.0.0/12", "172.32.0.0", false },
	{ "172.16.0.0/12", "::ffff:172.17.0.2", true },
	{ "172.16.0.0/12", "::ffff:172.32.0.1", false },
	{ "172.16.0.0/12", "::172.17.0.2", false },
	{ "::ffff:172.16.0.0/108", "172.17.0.2", true },
	{ "10.0.0.7", "10.0.0.7", true },
	{ "10.0.0.7", "10.0.0.6", false },
	{ "10.0.0.6/31", "10.0.0.7", true },
	{ "10.0.0.6/31", "10.0.0.8", false },
	{ "10.0.0.7/32", "10.0.0.7", true },
	{ "0.0.0.0/0", "255.1.2.3", true },
	{ "0.0.0.0/0", "::ffff:8.8.8.8", true },
	{ "0.0.0.0/0", "::1", false },
	{ "0.0.0.0/0", "2001:db8::1", false },
	{ "::/0", "2001:db8::1", true },
	{ "::/0", "::1", true },
	{ "::/0", "10.0.0.1", false },
	{ "::/0", "::ffff:10.0.0.1", false },
	{ "::/64", "::ffff:10.0.0.1", false },
	{ "::1", "::1", true },
	{ "::1", "::2", false },
	{ "::1", "127.0.0.1", false },
	{ "2001:db8::/33", "2001:db8:7fff::1", true },
	{ "2001:db8::/33", "2001:db8:8000::1", false },
	{ "fe80::/10", "febf::1", true },
	{ "fe80::/10", "fec0::1", false },
	{ "2001:db8::4/127", "2001:db8::5", true },
	{ "2001:db8::4/127", "2001:db8::6", false },
	{ "10.0.0.0/8, 192.168.0.0/16", "192.168.3.4", true },
	{ "10.0.0.0/8, 192.168.0.0/16", "192.169.3.4", false },
};

static void test_contains(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH_OF(memberships); i++) {
		const struct membership *m = &memberships[i];
		struct net_list list = parse(m->list);

		if (contains(&list, m->address) != m->contained)
			fail_msg("%s in %s: not %d", m->address, m->list, m->contained);
	}
}

static void test_other_families_are_in_no_block(void **state)
{
	struct net_list list = parse("0.0.0.0/0 ::/0");
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr unspecified = { .sa_family = AF_UNSPEC };

	(void)state;
	assert_false(net_list_contains(&list, (struct sockaddr *)&un));
	assert_false(net_list_contains(&list, &unspecified));
}

static void test_empty_list_contains_nothing(void **state)
{
	struct net_list list = { .n = 0 };

	(void)state;
	assert_false(contains(&list, "127.0.0.1"));
	assert_false(contains(&list, "::1"));
}

static const struct refusal {
	const char *text, *bad;
} refusals[] = {
	{ "", "" },
	{ " , ,", "" },
	{ "10.0.0.1/8", "10.0.0.1/8" },
	{ "10.0.0.0/8, 172.16.0.1/12, x", "172.16.0.1/12, x" },
	{ "10.0.0.0/33", "10.0.0.0/33" },
	{ "10.0.0.0/", "10.0.0.0/" },
	{ "10.0.0.0/08", "10.0.0.0/08" },
	{ "10.0.0.0/+8", "10.0.0.0/+8" },
	{ "10.0.0.0/8/8", "10.0.0.0/8/8" },
	{ "10.0.0.0/4294967304", "10.0.0.0/4294967304" },
	{ "10.0.0.0/255.0.0.0", "10.0.0.0/255.0.0.0" },
	{ "10.0.0/8", "10.0.0/8" },
	{ "10", "10" },
	{ "010.0.0.1", "010.0.0.1" },
	{ "256.0.0.1", "256.0.0.1" },
	{ "10.0.0.0 /8", "/8" },
	{ "2001:db8::1/64", "2001:db8::1/64" },
	{ "2001:db8::/129", "2001:db8::/129" },
	{ "fe80::1%eth0", "fe80::1%eth0" },
	{ "localhost", "localhost" },
	{ "127.0.0.1;10.0.0.1", "127.0.0.1;10.0.0.1" },
	{ "aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa",
	  "aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa" },
};

static void test_refuses(void **state)
{
	struct net_list untouched, list;

	(void)state;
	memset(&untouched, 0x5a, sizeof(untouched));
	for (size_t i = 0; i < LENGTH_OF(refusals); i++) {
		const char *bad = NULL;

		memcpy(&list, &untouched, sizeof(list));
		if (net_list_parse(refusals[i].text, &list, &bad) != -EINVAL)
			fail_msg("\"%s\" is not refused", refusals[i].text);
		assert_string_equal(bad, refusals[i].bad);
		assert_memory_equal(&list, &untouched, sizeof(list));
		assert_int_equal(net_list_parse(refusals[i].text, &list, NULL), -EINVAL);
	}
}

static void test_takes_no_more_blocks_than_fit(void **state)
{
	char text[(NET_LIST_MAX + 1) * 16] = "";
	struct net_list list;
	const char *bad;
	size_t length = 0;

	(void)state;
	for (int i = 0; i < NET_LIST_MAX; i++)
		length += (size_t)sprintf(text + length, "10.0.0.%d,", i);
	list = parse(text);
	assert_int_equal(list.n, NET_LIST_MAX);
	assert_true(contains(&list, "10.0.0.63"));
	strcpy(text + length, "10.0.1.0");
	assert_int_equal(net_list_parse(text, &list, &bad), -E2BIG);
	assert_string_equal(bad, "10.0.1.0");
	assert_int_equal(list.n, NET_LIST_MAX);
}

static void test_formats(void **state)
{
	static const char *const texts[][2] = {
		{ "127.0.0.0/8", "127.0.0.0/8" },
		{ "10.0.0.7,\t::1  fe80::/10 ,", "10.0.0.7/32, ::1/128, fe80::/10" },
		{ "0.0.0.0/0 ::/0", "0.0.0.0/0, ::/0" },
		{ "::ffff:10.0.0.0/104", "10.0.0.0/8" },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < LENGTH_OF(texts); i++) {
		struct net_list list = parse(texts[i][0]), again;
		int length = net_list_format(&list, text, sizeof(text));

		assert_string_equal(text, texts[i][1]);
		assert_int_equal(length, strlen(texts[i][1]));
		assert_int_equal(net_list_format(&list, text, (size_t)length + 1), length);
		assert_int_equal(net_list_format(&list, text, (size_t)length), -ENOSPC);
		again = parse(texts[i][1]);
		assert_memory_equal(&again, &list, sizeof(list));
	}
}

static void expect6(const char *address, uint16_t port, uint32_t scope, const char *text,
		    const char *host)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port),
				    .sin6_scope_id = scope };
	char result[NET_PEER_TEXT_MAX];

	assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
	net_format_peer((const struct sockaddr *)&in6, result);
	assert_string_equal(result, text);
	net_format_host((const struct sockaddr *)&in6, result);
	assert_string_equal(result, host);
}

static void test_peers_as_text(void **state)
{
	const struct sockaddr_in in = { .sin_family = AF_INET,
					.sin_port = htons(34567),
					.sin_addr.s_addr = htonl(0xac110002) };
	const struct sockaddr unknown = { .sa_family = AF_UNIX };
	char result[NET_PEER_TEXT_MAX];

	(void)state;
	net_format_peer((const struct sockaddr *)&in, result);
	assert_string_equal(result, "172.17.0.2:34567");
	expect6("::1", 1, 0, "[::1]:1", "::1");
	expect6("::ffff:172.17.0.2", 65535, 0, "172.17.0.2:65535", "172.17.0.2");
	expect6("fe80::1", 80, 2, "[fe80::1%2]:80", "fe80::1%2");
	expect6("2001:db8:1234:5678:9abc:def0:1234:5678", 65535, UINT32_MAX,
		"[2001:db8:1234:5678:9abc:def0:1234:5678%4294967295]:65535",
		"2001:db8:1234:5678:9abc:def0:1234:5678%4294967295");
	net_format_peer(&unknown, result);
	assert_string_equal(result, "unknown:0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contains),
		cmocka_unit_test(test_other_families_are_in_no_block),
		cmocka_unit_test(test_empty_list_contains_nothing),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_takes_no_more_blocks_than_fit),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_peers_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
