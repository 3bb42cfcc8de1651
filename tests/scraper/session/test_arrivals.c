/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Viewers that wait for the display. What is answered goes through here (ld's --wrap). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/log.h"
#include "session/arrivals.h"

struct handoff_reply {
	handoff_gone_fn gone;
	void *userdata;
	int n_answers;
	enum handoff_result result;
	const char *reason;
};

void __wrap_handoff_reply_on_gone(struct handoff_reply *reply, handoff_gone_fn gone,
				  void *userdata);
void __wrap_handoff_reply_on_gone(struct handoff_reply *reply, handoff_gone_fn gone, void *userdata)
{
	reply->gone = gone;
	reply->userdata = userdata;
}

int __wrap_handoff_reply_send(struct handoff_reply *reply, enum handoff_result result,
			      const char *reason);
int __wrap_handoff_reply_send(struct handoff_reply *reply, enum handoff_result result,
			      const char *reason)
{
	reply->n_answers++;
	reply->result = result;
	reply->reason = reason;
	return 0;
}

enum { N = 3 };

static struct handoff_reply replies[N];
static struct arrival viewers[N];
static struct arrivals list;

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static int set_up(void **state)
{
	(void)state;
	list = (struct arrivals){ 0 };
	for (int i = 0; i < N; i++) {
		replies[i] = (struct handoff_reply){ 0 };
		viewers[i] = (struct arrival){ .reply = &replies[i] };
		viewers[i].fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		(void)snprintf(viewers[i].peer, sizeof(viewers[i].peer), "peer %d", i);
		assert_int_equal(arrivals_add(&list, &viewers[i]), 0);
		assert_int_equal(arrivals_count(&list), i + 1);
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (struct arrival *viewer; (viewer = arrivals_take(&list)); free(viewer))
		arrival_refuse(viewer, "the test is over", "over");
	for (int i = 0; i < N; i++) {
		assert_int_equal(replies[i].n_answers, 1);
		assert_false(is_open(viewers[i].fd));
	}
	return 0;
}

static void test_all_are_taken_once(void **state)
{
	bool seen[N] = { false };

	(void)state;
	for (int i = 0; i < N; i++) {
		struct arrival *viewer = arrivals_take(&list);
		int which = (int)(viewer->reply - replies);

		assert_false(seen[which]);
		seen[which] = true;
		assert_string_equal(viewer->peer, viewers[which].peer);
		assert_null(viewer->reply->gone);
		arrival_turn_away(viewer, HANDOFF_WRONG_PASSWORD, NULL);
		assert_int_equal(replies[which].result, HANDOFF_WRONG_PASSWORD);
		free(viewer);
	}
	assert_null(arrivals_take(&list));
	assert_int_equal(arrivals_count(&list), 0);
}

static void test_proxies_that_go(void **state)
{
	(void)state;
	for (int i = 1; i < N; i++) {
		replies[i].gone(&replies[i], replies[i].userdata);
		assert_int_equal(replies[i].result, HANDOFF_NOT_POSSIBLE);
		assert_null(replies[i].reason);
		assert_false(is_open(viewers[i].fd));
		assert_int_equal(arrivals_count(&list), N - i);
	}
	assert_true(is_open(viewers[0].fd));
}

static void test_what_a_refused_viewer_is_told(void **state)
{
	struct arrival *viewer = arrivals_take(&list);

	(void)state;
	arrival_refuse(viewer, "for the log", "for the viewer");
	assert_int_equal(viewer->reply->result, HANDOFF_NOT_POSSIBLE);
	assert_string_equal(viewer->reply->reason, "for the viewer");
	free(viewer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_are_taken_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_proxies_that_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_a_refused_viewer_is_told, set_up,
						tear_down),
	};

	log_init("test");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
