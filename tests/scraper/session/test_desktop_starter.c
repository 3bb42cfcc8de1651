/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests the desktop's start from a real socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "session/desktop_starter.h"
#include "tests/scraper/event_loop.h"
#include "tests/support/scratch.h"

static sd_event *event;
static int listener = -1, peer = -1;
static struct desktop_starter *starter;

/* The answers, one letter and the text each. */
static char heard[8192];
static bool over;

static void on_answer(enum desktop_answer answer, const char *text, void *userdata)
{
	const size_t length = strlen(heard);

	assert_ptr_equal(userdata, &heard);
	assert_false(over);
	(void)snprintf(heard + length, sizeof(heard) - length, "%c:%s|", "srRe"[answer], text);
	if (answer == DESKTOP_REFUSED || answer == DESKTOP_END) {
		over = true;
		starter = desktop_starter_destroy(starter);
	}
}

static int setup(void **state)
{
	heard[0] = '\0';
	over = false;
	if (scratch_create(state) < 0 || sd_event_new(&event) < 0)
		return -1;
	listener = scratch_listen(scratch_path("desktop"), SOCK_STREAM, 8);
	if (desktop_starter_start(event, scratch_path("desktop"), on_answer, heard, &starter) < 0)
		return -1;
	peer = accept(listener, NULL, NULL);
	return peer < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	starter = desktop_starter_destroy(starter);
	(void)close(peer);
	(void)close(listener);
	event = sd_event_unref(event);
	return scratch_remove(state);
}

static void say(const char *text)
{
	assert_int_equal(send(peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	event_loop_run_ready(event);
}

static void hang_up(void)
{
	assert_int_equal(shutdown(peer, SHUT_RDWR), 0);
	event_loop_run(event, &over, 10);
}

static void test_lines(void **state)
{
	(void)state;
	say("starting gdm.service\n");
	assert_string_equal(heard, "s:gdm.service|");
	say("running since ");
	say("noon\nstarting\n");
	assert_string_equal(heard, "s:gdm.service|r:since noon|s:|");
	hang_up();
	assert_string_equal(heard, "s:gdm.service|r:since noon|s:|e:|");
	assert_null(starter);
}

static void test_refusal_is_the_last_word(void **state)
{
	(void)state;
	say("starting x\nrefused alice works here\nrunning y\nrefused again\n");
	assert_true(over);
	assert_string_equal(heard, "s:x|R:alice works here|");
}

static void test_refusal_without_newline(void **state)
{
	(void)state;
	say("refused no");
	assert_string_equal(heard, "");
	hang_up();
	assert_string_equal(heard, "R:no|");
}

static void test_nothing_is_said(void **state)
{
	(void)state;
	hang_up();
	assert_string_equal(heard, "e:|");
}

static void test_nonsense_is_skipped(void **state)
{
	(void)state;
	say("\n\nhello\nrefusedly no\nSTARTING x\nstarting a\tb\x1b[1m\n");
	assert_string_equal(heard, "s:a?b?[1m|");
	hang_up();
	assert_string_equal(heard, "s:a?b?[1m|e:|");
}

static void test_long_line_is_cut(void **state)
{
	char text[3000] = "starting ";

	(void)state;
	memset(text + 9, 'x', sizeof(text) - 11);
	text[sizeof(text) - 2] = '\n';
	text[sizeof(text) - 1] = '\0';
	say(text);
	assert_int_equal(strlen(heard), 2 + (DESKTOP_LINE_MAX - 1 - 9) + 1);
	say("running y\n");
	assert_non_null(strstr(heard, "x|r:y|"));
}

static void test_endless_lines_end(void **state)
{
	(void)state;
	for (unsigned i = 0; i < DESKTOP_LINES_MAX; i++)
		say("starting\n");
	assert_false(over);
	say("starting\n");
	assert_true(over);
	assert_int_equal(strlen(heard), 3 * DESKTOP_LINES_MAX + 3);
}

static void test_destroyed_before_any_answer(void **state)
{
	char byte;

	(void)state;
	starter = desktop_starter_destroy(starter);
	assert_int_equal(recv(peer, &byte, 1, 0), 0);
	event_loop_run_ready(event);
	assert_string_equal(heard, "");
}

static void test_cannot_connect(void **state)
{
	struct desktop_starter *none = NULL;
	char path[200];
	int busy, waiting;

	(void)state;
	memset(path, 'p', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(desktop_starter_start(event, path, on_answer, heard, &none),
			 -ENAMETOOLONG);
	assert_int_equal(
		desktop_starter_start(event, scratch_path("none"), on_answer, heard, &none),
		-ENOENT);
	(void)close(scratch_listen(scratch_path("dead"), SOCK_STREAM, 1));
	assert_int_equal(
		desktop_starter_start(event, scratch_path("dead"), on_answer, heard, &none),
		-ECONNREFUSED);
	busy = scratch_listen(scratch_path("busy"), SOCK_STREAM, 0);
	waiting = scratch_connect(scratch_path("busy"), SOCK_STREAM);
	assert_int_equal(
		desktop_starter_start(event, scratch_path("busy"), on_answer, heard, &none),
		-EAGAIN);
	(void)close(waiting);
	(void)close(busy);
	assert_null(none);
}

#define TEST_CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_CASE(test_lines),
		TEST_CASE(test_refusal_is_the_last_word),
		TEST_CASE(test_refusal_without_newline),
		TEST_CASE(test_nothing_is_said),
		TEST_CASE(test_nonsense_is_skipped),
		TEST_CASE(test_long_line_is_cut),
		TEST_CASE(test_endless_lines_end),
		TEST_CASE(test_destroyed_before_any_answer),
		TEST_CASE(test_cannot_connect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
