/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions to logind that need no running one: what it does not know is reported as unknown. What
 * it says of real sessions is tested in the virtual machine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/session_facts.h"

static void test_unknown_sessions(void **state)
{
	static const char *const ids[] = { "no-such-session", "", "../users/0", "a b" };

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct session_facts facts;

		memset(&facts, 0xff, sizeof(facts));
		session_facts_read(ids[i], &facts);
		assert_false(facts.known);
		assert_false(facts.closing);
		assert_int_equal(facts.leader, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
