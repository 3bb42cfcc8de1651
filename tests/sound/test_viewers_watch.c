/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A watch, with a process in the scraper's place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/scratch.h"
#include "viewers_watch.h"

struct seen {
	unsigned n;
	char reason[128];
};

static void on_changed(const char *reason, void *userdata)
{
	struct seen *seen = userdata;

	seen->n++;
	snprintf(seen->reason, sizeof(seen->reason), "%s", reason ? reason : "");
}

/* In the scraper's place: answers the one who asks with each text in turn, and ends. */
static pid_t scraper(int listener, const char *const *texts)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	char question[16];
	int fd = accept(listener, NULL, NULL);
	bool is_right = recv(fd, question, sizeof(question), 0) == 5 &&
			memcmp(question, "watch", 5) == 0;
	for (; is_right && *texts; texts++)
		is_right = send(fd, *texts, strlen(*texts), 0) > 0;
	_exit(!is_right);
}

static void wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_watch(void **state)
{
	static const char *const texts[] = {
		"ok\nversion=1\nviewer.0.peer=172.17.0.2:40000\nviewer.0.link=local\n"
		"viewer.12.peer=[fe80::1%2]:9\nviewers=2\n",
		/* Not a viewer's address. */
		"ok\nxviewer.0.peer=1.2.3.4:5\nviewer.0.peers=1.2.3.4:5\n"
		"session=viewer.0.peer=1.2.3.4:5\nviewer.0.peer=1.2.3.40:5\nviewer.1.peer=\n",
		NULL,
	};
	const char *path = scratch_path("control");
	struct viewers_watch *watch = NULL;
	struct seen seen = { 0 };
	sd_event *event = NULL;

	(void)state;
	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(viewers_watch_start(event, path, on_changed, &seen, &watch), -ENOENT);
	int listener = scratch_listen(path, SOCK_SEQPACKET, 1);
	pid_t pid = scraper(listener, texts);
	assert_int_equal(viewers_watch_start(event, path, on_changed, &seen, &watch), 0);
	wait_for(pid);
	assert_int_equal(seen.n, 0);
	assert_true(viewers_watch_has(watch, "172.17.0.2"));
	assert_true(viewers_watch_has(watch, "fe80::1%2"));
	assert_false(viewers_watch_has(watch, "172.17.0.20"));
	assert_false(viewers_watch_has(watch, "172.17.0"));
	assert_false(viewers_watch_has(watch, ""));

	assert_true(sd_event_run(event, 0) > 0);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.reason, "");
	assert_false(viewers_watch_has(watch, "172.17.0.2"));
	assert_false(viewers_watch_has(watch, "1.2.3.4"));
	assert_true(viewers_watch_has(watch, "1.2.3.40"));
	assert_true(sd_event_run(event, 0) > 0);
	assert_string_equal(seen.reason, "the scraper has ended");
	assert_null(viewers_watch_end(watch));
	close(listener);
	sd_event_unref(event);
}

/* Of a scraper that knows no such question, or ends at once. */
static void test_no_answer(void **state)
{
	static const char *const texts[][2] = { { "error unknown request\n", NULL },
						{ "ok", NULL },
						{ NULL, NULL } };
	const char *path = scratch_path("control");
	struct viewers_watch *watch = NULL;
	struct seen seen = { 0 };
	sd_event *event = NULL;

	(void)state;
	assert_true(sd_event_new(&event) >= 0);
	int listener = scratch_listen(path, SOCK_SEQPACKET, 1);
	for (size_t i = 0; i < 3; i++) {
		pid_t pid = scraper(listener, texts[i]);

		assert_int_equal(viewers_watch_start(event, path, on_changed, &seen, &watch),
				 texts[i][0] ? -EPROTO : -ENOTCONN);
		assert_null(watch);
		wait_for(pid);
	}
	close(listener);
	sd_event_unref(event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_watch, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_no_answer, scratch_create, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
