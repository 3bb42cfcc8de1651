/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a session record, and whether a record is stale: session_record.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/session_record.h"

#define HEAD "USER=exouser\nUID=1001\nSESSION=2\n"
#define MINIMAL HEAD "TYPE=x11\n"

static const char example_text[] = "USER=exouser\n"
				   "UID=1001\n"
				   "SESSION=2\n"
				   "SERVICE=gdm-autologin\n"
				   "TYPE=x11\n"
				   "SEAT=seat0\n"
				   "VTNR=2\n"
				   "XAUTHORITY=/run/user/1001/gdm/Xauthority\n"
				   "DISPLAY=:0\n"
				   "LEADER=1234\n"
				   "OPENED=2026-11-22T11:09:13Z\n";

static const struct session_record example = {
	.user = "exouser",
	.uid = 1001,
	.session = "2",
	.service = "gdm-autologin",
	.type = "x11",
	.seat = "seat0",
	.vtnr = 2,
	.xauthority = "/run/user/1001/gdm/Xauthority",
	.display = ":0",
	.leader = 1234,
	.opened = "2026-11-22T11:09:13Z",
};

static void assert_records_equal(const struct session_record *a, const struct session_record *b)
{
	assert_string_equal(a->user, b->user);
	assert_int_equal(a->uid, b->uid);
	assert_string_equal(a->session, b->session);
	assert_string_equal(a->service, b->service);
	assert_string_equal(a->type, b->type);
	assert_string_equal(a->seat, b->seat);
	assert_int_equal(a->vtnr, b->vtnr);
	assert_string_equal(a->xauthority, b->xauthority);
	assert_string_equal(a->display, b->display);
	assert_int_equal(a->leader, b->leader);
	assert_string_equal(a->opened, b->opened);
}

static void test_encodes_the_documented_text(void **state)
{
	char text[SESSION_RECORD_MAX];

	(void)state;
	assert_int_equal(session_record_encode(&example, text, sizeof(text)), strlen(example_text));
	assert_string_equal(text, example_text);
}

static void test_decodes_what_it_encodes(void **state)
{
	struct session_record minimal = { .user = "root", .session = "c1", .type = "wayland" };
	const struct session_record *records[] = { &example, &minimal };
	struct session_record decoded;
	char text[SESSION_RECORD_MAX];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int length = session_record_encode(records[i], text, sizeof(text));

		assert_true(length > 0);
		assert_int_equal(session_record_decode(text, (size_t)length, &decoded, NULL), 0);
		assert_records_equal(&decoded, records[i]);
	}
}

static void test_encodes_unknown_fields_as_empty(void **state)
{
	struct session_record record = { .user = "root", .session = "c1", .type = "x11" };
	char text[SESSION_RECORD_MAX];

	(void)state;
	assert_true(session_record_encode(&record, text, sizeof(text)) > 0);
	assert_string_equal(text, "USER=root\nUID=0\nSESSION=c1\nSERVICE=\nTYPE=x11\nSEAT=\nVTNR=\n"
				  "XAUTHORITY=\nDISPLAY=\nLEADER=\nOPENED=\n");
}

static void test_encode_needs_room_for_the_end(void **state)
{
	char text[sizeof(example_text)];

	(void)state;
	text[0] = '?';
	assert_int_equal(session_record_encode(&example, text, sizeof(text) - 1), -ENOSPC);
	assert_int_equal(session_record_encode(&example, text, 0), -ENOSPC);
	assert_int_equal(text[0], '?');
	assert_int_equal(session_record_encode(&example, text, sizeof(text)), sizeof(text) - 1);
}

static void assert_not_encoded(const struct session_record *record)
{
	char text[SESSION_RECORD_MAX] = "?";

	assert_int_equal(session_record_encode(record, text, sizeof(text)), -EINVAL);
	assert_string_equal(text, "?");
}

static void test_encode_refuses_what_decode_would(void **state)
{
	struct session_record record;

	(void)state;
#define REFUSED(member, text)                                                                      \
	do {                                                                                       \
		record = example;                                                                  \
		snprintf(record.member, sizeof(record.member), "%s", text);                        \
		assert_not_encoded(&record);                                                       \
	} while (0)
	REFUSED(user, "");
	REFUSED(user, "exo\nUID=0");
	REFUSED(user, "o'neill");
	REFUSED(session, "");
	REFUSED(session, "../2");
	REFUSED(session, ".2");
	REFUSED(type, "");
	REFUSED(display, ":0\177");
	REFUSED(seat, "seat\t0");
	REFUSED(xauthority, "Xauthority");
	REFUSED(opened, "yesterday");
	REFUSED(opened, "2026-11-22 11:09:13Z");
	record = example;
	record.uid = (uid_t)-1;
	assert_not_encoded(&record);
	record = example;
	record.leader = -1;
	assert_not_encoded(&record);
	record = example;
	record.vtnr = 4096;
	assert_not_encoded(&record);
	record = example;
	memset(record.service, 'x', sizeof(record.service)); /* no NUL */
	assert_not_encoded(&record);
#undef REFUSED
}

static void assert_refused(const char *text, size_t length, unsigned at_line)
{
	struct session_record record, before;
	unsigned line = 99;

	memset(&record, 0x5a, sizeof(record));
	memset(&before, 0x5a, sizeof(before));
	assert_int_equal(session_record_decode(text, length, &record, &line), -EINVAL);
	assert_int_equal(line, at_line);
	assert_memory_equal(&record, &before, sizeof(record));
	assert_int_equal(session_record_decode(text, length, &record, NULL), -EINVAL);
}

static void test_decode_is_strict(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} bad[] = {
		{ "", 0 },
		{ HEAD, 0 },
		{ "UID=1001\nSESSION=2\nTYPE=x11\n", 0 },
		{ "USER=exouser\nSESSION=2\nTYPE=x11\n", 0 },
		{ "USER=exouser\nUID=1001\nTYPE=x11\n", 0 },
		{ HEAD "TYPE=x11", 4 },
		{ HEAD "TYPE=\n", 4 },
		{ HEAD "\nTYPE=x11\n", 4 },
		{ "# a comment\n" MINIMAL, 1 },
		{ " " MINIMAL, 1 },
		{ MINIMAL "DISPLAY\n", 5 },
		{ MINIMAL "=x\n", 5 },
		{ MINIMAL "display=:0\n", 5 },
		{ MINIMAL "1X=:0\n", 5 },
		{ MINIMAL "DISPLAY =:0\n", 5 },
		{ MINIMAL "DISPLAY= :0\n", 5 },
		{ MINIMAL "DISPLAY=:0\r\n", 5 },
		{ MINIMAL "DISPLAY=:0;reboot\n", 5 },
		{ MINIMAL "DISPLAY=$(reboot)\n", 5 },
		{ MINIMAL "DISPLAY=\":0\"\n", 5 },
		{ MINIMAL "DISPLAY=':0\n", 5 },
		{ MINIMAL "DISPLAY='\n", 5 },
		{ MINIMAL "DISPLAY=':'0'\n", 5 },
		{ MINIMAL "DISPLAY=:0\nDISPLAY=:0\n", 6 },
		{ MINIMAL "DISPLAY=\nDISPLAY=:0\n", 6 },
		{ MINIMAL "TYPE=wayland\n", 5 },
		{ MINIMAL "XAUTHORITY=Xauthority\n", 5 },
		{ MINIMAL "OPENED=2026-11-22T11:09:13\n", 5 },
		{ MINIMAL "OPENED=2026-11-2xT11:09:13Z\n", 5 },
		{ MINIMAL "VTNR=-1\n", 5 },
		{ MINIMAL "VTNR=4096\n", 5 },
		{ MINIMAL "VTNR=2x\n", 5 },
		{ MINIMAL "LEADER=2147483648\n", 5 },
		{ MINIMAL "LEADER=+1\n", 5 },
		{ MINIMAL "UNKNOWN=$x\n", 5 },
		{ "USER=exouser\nUID=\nSESSION=2\nTYPE=x11\n", 2 },
		{ "USER=exouser\nUID=4294967295\nSESSION=2\nTYPE=x11\n", 2 },
		{ "USER=exouser\nUID=18446744073709552617\nSESSION=2\nTYPE=x11\n", 2 },
		{ "USER=exouser\nUID=exouser\nSESSION=2\nTYPE=x11\n", 2 },
		{ "USER=exouser\nUID=1001\nSESSION=../2\nTYPE=x11\n", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(bad[i].text, strlen(bad[i].text), bad[i].line);
	assert_refused("USER=a\0b\nUID=1\nSESSION=2\nTYPE=x11\n", 34, 1);
}

static void test_decode_bounds(void **state)
{
	static const char with_room[] = MINIMAL "LEADER=2147483647\nVTNR=4095\n";
	char text[SESSION_RECORD_MAX + 2];
	struct session_record record;
	size_t length;

	(void)state;
	assert_int_equal(session_record_decode(with_room, strlen(with_room), &record, NULL), 0);
	assert_int_equal(record.leader, 2147483647);
	assert_int_equal(record.vtnr, 4095);

	/* A SEAT of 63 characters fits, one of 64 does not. */
	length = (size_t)snprintf(text, sizeof(text), MINIMAL "SEAT=%063d\n", 0);
	assert_int_equal(session_record_decode(text, length, &record, NULL), 0);
	length = (size_t)snprintf(text, sizeof(text), MINIMAL "SEAT=%064d\n", 0);
	assert_refused(text, length, 5);

	/* A text of SESSION_RECORD_MAX bytes is one, a longer one is not. */
	for (size_t size = SESSION_RECORD_MAX; size <= SESSION_RECORD_MAX + 1; size++) {
		length = (size_t)snprintf(text, sizeof(text), MINIMAL "PADDING=");
		memset(text + length, 'x', size - 1 - length);
		text[size - 1] = '\n';
		if (size == SESSION_RECORD_MAX)
			assert_int_equal(session_record_decode(text, size, &record, NULL), 0);
		else
			assert_refused(text, size, 0);
	}
}

static void test_decode_refuses_a_text_cut_anywhere_in_a_line(void **state)
{
	size_t length = strlen(example_text);
	size_t complete = (size_t)(strstr(example_text, "SEAT=") - example_text);
	struct session_record record;

	(void)state;
	for (size_t cut = 0; cut < length; cut++) {
		bool at_end = cut >= complete && example_text[cut - 1] == '\n';

		assert_int_equal(session_record_decode(example_text, cut, &record, NULL),
				 at_end ? 0 : -EINVAL);
	}
}

static void test_decode_skips_keys_of_later_versions(void **state)
{
	static const char text[] = "FORMAT=2\n" MINIMAL "FORMAT=3\nX_1='a b'\n";
	struct session_record record;

	(void)state;
	assert_int_equal(session_record_decode(text, strlen(text), &record, NULL), 0);
	assert_string_equal(record.user, "exouser");
	assert_string_equal(record.display, "");
	assert_int_equal(record.leader, 0);
}

/* A shell that sources a record must get each value as it is, whatever is in it. */
static void test_a_shell_reads_it_and_runs_nothing(void **state)
{
	static const char nasty[] = "DOM\\exo $(echo x)`echo y`;\"~*#|&\xc3\xa9=";
	struct session_record record = example, decoded;
	char text[SESSION_RECORD_MAX], command[2 * SESSION_RECORD_MAX], read_back[256] = "";
	FILE *shell;
	int length;

	(void)state;
	snprintf(record.user, sizeof(record.user), "%s", nasty);
	length = session_record_encode(&record, text, sizeof(text));
	assert_true(length > 0);
	assert_int_equal(session_record_decode(text, (size_t)length, &decoded, NULL), 0);
	assert_records_equal(&decoded, &record);

	snprintf(command, sizeof(command), "%sprintf '%%s %%s' \"$USER\" \"$DISPLAY\"", text);
	shell = popen(command, "r");
	assert_non_null(shell);
	assert_true(fread(read_back, 1, sizeof(read_back) - 1, shell) > 0);
	assert_int_equal(pclose(shell), 0);
	assert_memory_equal(read_back, nasty, strlen(nasty));
	assert_string_equal(read_back + strlen(nasty), " :0");
}

static void test_ids(void **state)
{
	static const char *const good[] = { "2", "c1", "A-b_9" };
	static const char *const bad[] = { "",	  ".",	 "..", "../2",	   ".2.abcdef", "a/b",
					   "a b", "2\n", "2'", "\xc3\xa9", "a.b" };
	char longest[65];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(session_record_id_is_valid(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(session_record_id_is_valid(bad[i]));
	snprintf(longest, sizeof(longest), "%063d", 1);
	assert_true(session_record_id_is_valid(longest));
	snprintf(longest, sizeof(longest), "%064d", 1);
	assert_false(session_record_id_is_valid(longest));
}

static void assert_reason(struct session_facts facts, const char *word)
{
	const char *reason = session_record_stale_reason(&example, &facts);

	if (!word) {
		assert_null(reason);
		return;
	}
	assert_non_null(reason);
	assert_non_null(strstr(reason, word));
}

static void test_stale_reasons(void **state)
{
	struct session_facts fresh = { .known = true, .uid = 1001, .leader = 1234 }, facts;

	(void)state;
	assert_reason(fresh, NULL);
	facts = fresh;
	facts.leader = 0; /* an older logind does not say */
	assert_reason(facts, NULL);
	facts = fresh;
	facts.known = false;
	assert_reason(facts, "logind no longer knows");
	facts = fresh;
	facts.uid = 1002;
	assert_reason(facts, "another user");
	facts = fresh;
	facts.leader = 1235;
	assert_reason(facts, "another process");
	facts = fresh;
	facts.closing = true;
	assert_reason(facts, "closing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encodes_the_documented_text),
		cmocka_unit_test(test_decodes_what_it_encodes),
		cmocka_unit_test(test_encodes_unknown_fields_as_empty),
		cmocka_unit_test(test_encode_needs_room_for_the_end),
		cmocka_unit_test(test_encode_refuses_what_decode_would),
		cmocka_unit_test(test_decode_is_strict),
		cmocka_unit_test(test_decode_bounds),
		cmocka_unit_test(test_decode_refuses_a_text_cut_anywhere_in_a_line),
		cmocka_unit_test(test_decode_skips_keys_of_later_versions),
		cmocka_unit_test(test_a_shell_reads_it_and_runs_nothing),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_stale_reasons),
	};

	return cmocka_run_group_tests_name("session_record", tests, NULL, NULL);
}
