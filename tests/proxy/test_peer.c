/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

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
		cmocka_unit_test(test_key_of_an_unknown_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
