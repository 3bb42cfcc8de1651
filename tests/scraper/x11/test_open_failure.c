/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The test is the X server: what it says, or does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "x11/open_failure.h"

static char name[32], reason[448];
static int listener;

/* A display of a number that no other server has. */
static void listen_as_x(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int n, r = -1;

	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	for (int try = 0; try < 20 && r < 0; try++) {
		snprintf(name, sizeof(name), ":%d", 20000 + (getpid() * 31 + try * 977) % 9000);
		n = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
			     "/tmp/.X11-unix/X%s", name + 1);
		r = bind(listener, (const struct sockaddr *)&address,
			 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n));
	}
	assert_int_equal(r, 0);
	assert_int_equal(listen(listener, 1), 0);
}

/* Explains while another process accepts one connection, and says `answer`. */
static void explain(const char *xauthority, const void *answer, size_t length)
{
	listen_as_x();
	pid_t pid = fork();
	if (pid == 0) {
		int fd = accept(listener, NULL, NULL);
		char setup[12];

		/* In two parts, as it may come. */
		bool well = recv(fd, setup, sizeof(setup), MSG_WAITALL) == sizeof(setup) &&
			    (setup[0] == 'l' || setup[0] == 'B') &&
			    send(fd, answer, length / 2, MSG_NOSIGNAL) == (ssize_t)(length / 2);
		usleep(20000);
		/* The first part may have been enough. */
		ssize_t n = send(fd, (const char *)answer + length / 2, length - length / 2,
				 MSG_NOSIGNAL);
		(void)n;
		_exit(!well);
	}
	assert_true(pid > 0);
	open_failure_explain(name, xauthority, reason, sizeof(reason));
	int status = 1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(listener);
	assert_non_null(strstr(reason, name));
}

static void test_full(void **state)
{
	static const char answer[] = "\0\x21\13\0\0\0\11\0Maximum number of clients reached\0\0";

	(void)state;
	explain(NULL, answer, 8 + 0x21 + 3);
	assert_non_null(strstr(reason, "full"));
}

static void test_wrong_key(void **state)
{
	static const char answer[] = "\0\x1b\13\0\0\0\7\0Invalid MIT-MAGIC-COOKIE-1 k\0";

	(void)state;
	explain("/run/some/Xauthority", answer, 8 + 0x1b);
	assert_non_null(strstr(reason, "authority file /run/some/Xauthority"));
	explain(NULL, answer, 8 + 0x1b);
	assert_non_null(strstr(reason, "own authority file"));
}

static void test_none(void **state)
{
	(void)state;
	listen_as_x();
	close(listener);
	open_failure_explain(name, NULL, reason, sizeof(reason));
	assert_non_null(strstr(reason, "There is no X server at display"));
	assert_non_null(strstr(reason, name));
}

/* It accepts connections, in the kernel, and does not read. */
static void test_hung(void **state)
{
	(void)state;
	listen_as_x();
	open_failure_explain(name, NULL, reason, sizeof(reason));
	assert_non_null(strstr(reason, "hangs"));
	close(listener);
}

static void test_nonsense(void **state)
{
	(void)state;
	explain(NULL, "\0\xff", 2); /* it ends in the middle */
	assert_non_null(strstr(reason, "refuses"));
	explain(NULL, "\1\0", 2);
	assert_non_null(strstr(reason, "has refused"));
	for (size_t i = 0; i < 3; i++) {
		static const char *const names[] = { "", ":", "host:0" };

		open_failure_explain(names[i], NULL, reason, sizeof(reason));
		assert_non_null(strstr(reason, "must be a local one"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),	 cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_none),	 cmocka_unit_test(test_hung),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
