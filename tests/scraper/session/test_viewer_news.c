/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "session/viewer_news.h"

/* Names of one letter, in capitals if they may only look. */
static struct viewer_list list(const char *names)
{
	struct viewer_list made = { 0 };

	for (; *names; names++) {
		char peer[] = { *names, '\0' };

		viewer_list_add(&made, peer, *names < 'a');
	}
	return made;
}

static void check(const char *before, const char *now, const char *summary, const char *body)
{
	struct viewer_list a = list(before), b = list(now);
	struct viewer_news news = { "untouched", "" };
	char full[200];

	assert_int_equal(viewer_news_write(&a, &b, &news), summary != NULL);
	snprintf(full, sizeof(full), "Remote desktop: %s", summary ? summary : "");
	assert_string_equal(news.summary, summary ? full : "untouched");
	if (summary)
		assert_string_equal(news.body, body);
}

static void test_nothing_new(void **state)
{
	(void)state;
	check("", "", NULL, NULL);
	check("abA", "Aba", NULL, NULL);
	check("aab", "aba", NULL, NULL);
}

static void test_one(void **state)
{
	(void)state;
	check("", "a", "viewer a connected", "Connected now: a.");
	check("a", "aB", "viewer B connected", "Connected now: a, B (view only).");
	check("ab", "b", "viewer a disconnected", "Connected now: b.");
	check("a", "", "viewer a disconnected", "No viewer is connected now.");
	check("a", "aa", "viewer a connected", "Connected now: a, a.");
	check("aa", "a", "viewer a disconnected", "Connected now: a.");
}

static void test_several(void **state)
{
	(void)state;
	check("", "ab", "2 viewers connected", "Connected now: a, b.");
	check("abc", "c", "2 viewers disconnected", "Connected now: c.");
	check("ab", "bc", "1 viewer connected, 1 disconnected", "Connected now: b, c.");
	check("ab", "bcd", "2 viewers connected, 1 disconnected", "Connected now: b, c, d.");
	check("", "abcd", "4 viewers connected", "Connected now: a, b, c, d.");
	check("abcd", "abcde", "viewer e connected", "Connected now: a, b, c, d and 1 more.");
}

/* The longest names, and more viewers than are connected at the same time. */
static void test_limits(void **state)
{
	struct viewer_list full = { 0 }, none = { 0 };
	struct viewer_news news;
	char peer[HANDOFF_PEER_MAX];

	(void)state;
	for (unsigned i = 0; i <= VIEWER_LIST_MAX; i++) {
		memset(peer, 'x', sizeof(peer));
		snprintf(peer + sizeof(peer) - 4, 4, "%03u", i);
		viewer_list_add(&full, peer, true);
	}
	assert_int_equal(full.n, VIEWER_LIST_MAX);
	assert_string_equal(full.viewers[VIEWER_LIST_MAX - 1].peer + sizeof(peer) - 4, "063");
	assert_true(viewer_news_write(&none, &full, &news));
	assert_string_equal(news.summary, "Remote desktop: 64 viewers connected");
	assert_string_equal(news.body + strlen(news.body) - 29, "x003 (view only) and 60 more.");
	full.n = 1;
	assert_true(viewer_news_write(&none, &full, &news));
	assert_string_equal(news.summary + strlen(news.summary) - 14, "x000 connected");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_new),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
