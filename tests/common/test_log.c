/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"

#define LONG_TEXT_BYTES 5000

/* What was written to stderr: a packet for each write(2). */
struct capture {
	char lines[4][8192];
	int n_lines;
};

enum stream { STREAM_OTHER, STREAM_IS_STDERR };

static void receive(int fd, struct capture *capture)
{
	for (;;) {
		char *line = capture->lines[capture->n_lines];
		ssize_t n = recv(fd, line, sizeof(capture->lines[0]) - 1, MSG_DONTWAIT);

		if (n < 0 || capture->n_lines == 3)
			return;
		line[n] = '\0';
		capture->n_lines++;
	}
}

static void name_journal(int fd, enum stream stream)
{
	char name[64];
	struct stat st;

	assert_return_code(fstat(fd, &st), errno);
	snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino + (stream == STREAM_OTHER));
	setenv("JOURNAL_STREAM", name, 1);
}

/* Calls `write_lines` while stderr is a socket; asserts nothing until stderr is back. */
static void capture_lines(struct capture *capture, enum stream stream, void (*write_lines)(void))
{
	int pair[2], saved = dup(STDERR_FILENO);

	memset(capture, 0, sizeof(*capture));
	assert_return_code(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), errno);
	name_journal(pair[1], stream);
	dup2(pair[1], STDERR_FILENO);
	log_init("gpudesk-test");
	write_lines();
	dup2(saved, STDERR_FILENO);
	receive(pair[0], capture);
	close(saved);
	close(pair[0]);
	close(pair[1]);
}

static int reset(void **state)
{
	(void)state;
	unsetenv("JOURNAL_STREAM");
	log_init("gpudesk-test");
	log_set_level(LOG_LEVEL_INFO);
	return 0;
}

static void write_each_level(void)
{
	log_error("one %d", 1);
	log_warning("two");
	log_info("three");
	log_debug("four");
}

static void test_names_program_and_level(void **state)
{
	struct capture capture;

	(void)state;
	capture_lines(&capture, STREAM_OTHER, write_each_level);
	assert_int_equal(capture.n_lines, 3);
	assert_string_equal(capture.lines[0], "gpudesk-test: error: one 1\n");
	assert_string_equal(capture.lines[1], "gpudesk-test: warning: two\n");
	assert_string_equal(capture.lines[2], "gpudesk-test: info: three\n");
}

static void test_prefixes_lines_for_the_journal(void **state)
{
	struct capture capture;

	(void)state;
	capture_lines(&capture, STREAM_IS_STDERR, write_each_level);
	assert_int_equal(capture.n_lines, 3);
	assert_string_equal(capture.lines[0], "<3>one 1\n");
	assert_string_equal(capture.lines[1], "<4>two\n");
	assert_string_equal(capture.lines[2], "<6>three\n");
}

static void write_about_a_viewer(void)
{
	log_viewer(LOG_LEVEL_WARNING, "10.0.0.1:5", "refused", "10.0.0.1:5: %s", "refused: no\n");
	log_viewer(LOG_LEVEL_DEBUG, "10.0.0.1:5", "refused", "not logged");
}

static void test_a_line_about_a_viewer(void **state)
{
	struct capture capture;

	(void)state;
	capture_lines(&capture, STREAM_OTHER, write_about_a_viewer);
	assert_int_equal(capture.n_lines, 1);
	assert_string_equal(capture.lines[0],
			    "gpudesk-test: warning: 10.0.0.1:5: refused: no\\x0a\n");
}

/* In place of journald's own socket. */
static bool journal_is_away;
static char entry[1024];

int __wrap_sd_journal_sendv(const struct iovec *fields, int n);
int __wrap_sd_journal_sendv(const struct iovec *fields, int n)
{
	size_t length = 0;

	for (int i = 0; i < n; i++)
		length += (size_t)snprintf(entry + length, sizeof(entry) - length, "%.*s|",
					   (int)fields[i].iov_len, (char *)fields[i].iov_base);
	return journal_is_away ? -ENOENT : 0;
}

static void test_fields_for_the_journal(void **state)
{
	struct capture capture;

	(void)state;
	journal_is_away = false;
	capture_lines(&capture, STREAM_IS_STDERR, write_about_a_viewer);
	assert_int_equal(capture.n_lines, 0);
	assert_string_equal(entry, "MESSAGE=10.0.0.1:5: refused: no\\x0a|PRIORITY=4|"
				   "SYSLOG_IDENTIFIER=gpudesk-test|GPUDESK_PEER=10.0.0.1:5|"
				   "GPUDESK_RESULT=refused|");
	journal_is_away = true;
	capture_lines(&capture, STREAM_IS_STDERR, write_about_a_viewer);
	assert_int_equal(capture.n_lines, 1);
	assert_string_equal(capture.lines[0], "<4>10.0.0.1:5: refused: no\\x0a\n");
}

static void write_debug(void)
{
	log_debug("four");
}

static void test_drops_what_is_below_the_level(void **state)
{
	struct capture capture;

	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	assert_int_equal(log_get_level(), LOG_LEVEL_ERROR);
	capture_lines(&capture, STREAM_OTHER, write_each_level);
	assert_int_equal(capture.n_lines, 1);
	log_set_level(LOG_LEVEL_DEBUG);
	capture_lines(&capture, STREAM_OTHER, write_debug);
	assert_int_equal(capture.n_lines, 1);
	assert_string_equal(capture.lines[0], "gpudesk-test: debug: four\n");
}

static void write_strange_bytes(void)
{
	log_info("a\nb\tc\x1b[31m\x7f");
	log_info("Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x98\x80 \xef\xbf\xbd");
	/* C1, a lone byte, an overlong slash, a surrogate, above U+10FFFF, a cut character */
	log_info("\xc2\x9b \xff \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82");
}

static void test_escapes_what_is_not_text(void **state)
{
	struct capture capture;

	(void)state;
	capture_lines(&capture, STREAM_IS_STDERR, write_strange_bytes);
	assert_int_equal(capture.n_lines, 3);
	assert_string_equal(capture.lines[0], "<6>a\\x0ab\\x09c\\x1b[31m\\x7f\n");
	assert_string_equal(capture.lines[1],
			    "<6>Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x98\x80 \xef\xbf\xbd\n");
	assert_string_equal(capture.lines[2], "<6>\\xc2\\x9b \\xff \\xc0\\xaf \\xed\\xa0\\x80 "
					      "\\xf4\\x90\\x80\\x80 \\xe2\\x82\n");
}

static void write_long_lines(void)
{
	static char text[LONG_TEXT_BYTES + 1];

	memset(text, 'x', LONG_TEXT_BYTES);
	log_info("%s", text);
	memset(text, '\n', LONG_TEXT_BYTES);
	log_info("%s", text);
	/* An odd start, so that cutting would split a character. */
	for (size_t i = 0; i < LONG_TEXT_BYTES / 3; i++)
		memcpy(text + i * 3, "\xe2\x82\xac", 3);
	log_info("%s", text);
}

static void test_cuts_long_lines(void **state)
{
	struct capture capture;
	const char *escaped;
	size_t length;

	(void)state;
	capture_lines(&capture, STREAM_IS_STDERR, write_long_lines);
	assert_int_equal(capture.n_lines, 3);
	for (int i = 0; i < 3; i++) {
		length = strlen(capture.lines[i]);
		assert_in_range(length, 2000, 2048);
		assert_string_equal(capture.lines[i] + length - 4, "...\n");
	}
	escaped = capture.lines[1] + strlen("<6>");
	assert_int_equal(strspn(escaped, "\\x0a"), strlen(escaped) - 4);
	assert_int_equal((strlen(escaped) - 4) % 4, 0);
	assert_int_equal((strlen(capture.lines[2]) - strlen("<6>...\n")) % 3, 0);
	assert_null(strchr(capture.lines[2], '\\'));
}

/* The longest text that is not cut, and one byte more. */
static void write_at_the_limit(void)
{
	static char text[2048];
	const size_t fits = 2048 - strlen("<6>") - strlen("...\n");

	memset(text, 'x', fits + 1);
	text[fits] = '\0';
	log_info("%s", text);
	text[fits] = 'x';
	log_info("%s", text);
}

static void test_cuts_no_earlier_than_needed(void **state)
{
	struct capture capture;

	(void)state;
	capture_lines(&capture, STREAM_IS_STDERR, write_at_the_limit);
	assert_int_equal(capture.n_lines, 2);
	assert_null(strchr(capture.lines[0], '.'));
	assert_int_equal(strlen(capture.lines[0]), 2048 - 3);
	assert_non_null(strstr(capture.lines[1], "x...\n"));
	assert_int_equal(strlen(capture.lines[1]), 2048);
}

static void write_errno(void)
{
	errno = ENOENT;
	log_error("%m");
}

static void test_knows_and_keeps_errno(void **state)
{
	struct capture capture;
	int saved = dup(STDERR_FILENO), after;

	(void)state;
	capture_lines(&capture, STREAM_OTHER, write_errno);
	assert_string_equal(capture.lines[0], "gpudesk-test: error: No such file or directory\n");

	close(STDERR_FILENO);
	errno = ENOENT;
	log_error("nobody reads this");
	after = errno;
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(after, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names_program_and_level, reset, reset),
		cmocka_unit_test_setup_teardown(test_a_line_about_a_viewer, reset, reset),
		cmocka_unit_test_setup_teardown(test_fields_for_the_journal, reset, reset),
		cmocka_unit_test_setup_teardown(test_prefixes_lines_for_the_journal, reset, reset),
		cmocka_unit_test_setup_teardown(test_drops_what_is_below_the_level, reset, reset),
		cmocka_unit_test_setup_teardown(test_escapes_what_is_not_text, reset, reset),
		cmocka_unit_test_setup_teardown(test_cuts_long_lines, reset, reset),
		cmocka_unit_test_setup_teardown(test_cuts_no_earlier_than_needed, reset, reset),
		cmocka_unit_test_setup_teardown(test_knows_and_keeps_errno, reset, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
