/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "session/status_words.h"

static struct status_text text;

static void write_it(struct status_facts facts)
{
	facts.user = "exouser";
	facts.desktop = facts.desktop ? facts.desktop : "";
	facts.reason = facts.reason ? facts.reason : "";
	memset(&text, 0x55, sizeof(text));
	status_words_write(&facts, &text);
}

static void test_a_desktop_that_starts(void **state)
{
	(void)state;
	write_it((struct status_facts){ .may_start = true, .desktop = "gdm.service" });
	assert_string_equal(text.headline, "Starting exouser's desktop...");
	assert_string_equal(text.steps, "[.] display manager (gdm.service)\n"
					"[ ] login\n"
					"[ ] X server\n"
					"[ ] first picture\n");
	assert_string_equal(text.reason, "");
	assert_string_equal(text.advice, "");
	write_it((struct status_facts){ .step = STATUS_X_SERVER, .may_start = true });
	assert_string_equal(text.steps, "[x] display manager\n"
					"[x] login\n"
					"[.] X server\n"
					"[ ] first picture\n");
}

static void test_one_that_is_only_waited_for(void **state)
{
	(void)state;
	write_it((struct status_facts){ .step = STATUS_LOGIN });
	assert_string_equal(text.headline, "Waiting for exouser's desktop...");
}

static void test_a_given_display(void **state)
{
	(void)state;
	write_it((struct status_facts){ .first = STATUS_CONNECTION, .step = STATUS_CONNECTION });
	assert_string_equal(text.steps, "[.] first picture\n");
}

static void test_a_session_that_has_ended(void **state)
{
	(void)state;
	write_it((struct status_facts){ .has_ended = true, .may_start = true });
	assert_string_equal(text.headline,
			    "exouser's session has ended. Waiting for the next one...");
}

static void test_a_reason(void **state)
{
	char reason[sizeof(text.reason) + 100];

	(void)state;
	write_it((struct status_facts){ .reason = "GDM shows its login screen." });
	assert_string_equal(text.headline, "exouser's desktop cannot be shown yet.");
	assert_string_equal(text.reason, "GDM shows its login screen.");
	assert_non_null(strstr(text.advice, "sudo gpudesk doctor"));
	/* One that is too long is cut. */
	memset(reason, 'r', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	write_it((struct status_facts){ .reason = reason });
	assert_int_equal(strlen(text.reason), sizeof(text.reason) - 1);
}

/* The server compares texts byte by byte. */
static void test_equal_facts_give_equal_bytes(void **state)
{
	struct status_text other;

	(void)state;
	write_it((struct status_facts){ .reason = "a" });
	other = text;
	memset(&text, 0xaa, sizeof(text));
	status_words_write(
		&(struct status_facts){ .user = "exouser", .desktop = "", .reason = "a" }, &text);
	assert_memory_equal(&text, &other, sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_desktop_that_starts),
		cmocka_unit_test(test_one_that_is_only_waited_for),
		cmocka_unit_test(test_a_given_display),
		cmocka_unit_test(test_a_session_that_has_ended),
		cmocka_unit_test(test_a_reason),
		cmocka_unit_test(test_equal_facts_give_equal_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
