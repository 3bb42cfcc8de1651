/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who listens: in a made-up /proc, and in the real one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "facts/listeners.h"
#include "tests/ctl/fake_tree.h"

static const char table_head[] = "  sl  local_address rem_address   st tx_queue rx_queue tr "
				 "tm->when retrnsmt   uid  timeout "
				 "inode\n";

/* 172.17.0.1:5901 listens; 0.0.0.0:22 too; 172.17.0.1:5901 is connected. */
static const char tcp[] = "   0: 010011AC:170D 00000000:0000 0A 00000000:00000000 00:00000000 "
			  "00000000     0        0 "
			  "4711 1 0000000000000000 100 0 0 10 0\n"
			  "   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 "
			  "00000000     0        0 "
			  "4712 1 0000000000000000 100 0 0 10 0\n"
			  "   2: 010011AC:170D 020011AC:D431 01 00000000:00000000 00:00000000 "
			  "00000000     0        0 "
			  "4713 1 0000000000000000 100 0 0 10 0\n";

static const char tcp6[] =
	"   0: 00000000000000000000000000000000:170D 00000000000000000000000000000000:0000 0A "
	"00000000:00000000 00:00000000 00000000  1001        0 4714 1 0000000000000000 100 0 0 10 "
	"0\n";

static void write_tables(void)
{
	char text[2048];

	(void)snprintf(text, sizeof(text), "%s%s", table_head, tcp);
	fake_tree_write("/proc/net/tcp", text);
	(void)snprintf(text, sizeof(text), "%s%s", table_head, tcp6);
	fake_tree_write("/proc/net/tcp6", text);
}

static void test_holders(void **state)
{
	struct listener listeners[4];

	(void)state;
	write_tables();
	fake_tree_link("/proc/1/fd/33", "socket:[4711]");
	fake_tree_write("/proc/1/comm", "systemd\n");
	fake_tree_link("/proc/20/fd/3", "socket:[4711]");
	fake_tree_link("/proc/1000/fd/7", "socket:[4714]"); /* a child of 345 */
	fake_tree_link("/proc/345/fd/0", "/dev/null");
	fake_tree_link("/proc/345/fd/7", "socket:[4714]");
	fake_tree_write("/proc/345/comm", "Xvnc\n");

	assert_int_equal(listeners_read(&fake_ctl, 5901, listeners, 4), 2);
	assert_string_equal(listeners[0].address, "172.17.0.1");
	assert_false(listeners[0].is_any);
	assert_int_equal(listeners[0].pid, 1);
	assert_string_equal(listeners[0].command, "systemd");
	assert_string_equal(listeners[1].address, "::");
	assert_true(listeners[1].is_any);
	assert_int_equal(listeners[1].pid, 345);
	assert_string_equal(listeners[1].command, "Xvnc");

	assert_int_equal(listeners_read(&fake_ctl, 5901, listeners, 1), 1);
	assert_int_equal(listeners_read(&fake_ctl, 5900, listeners, 4), 0);
}

static void test_nobody_to_be_seen(void **state)
{
	struct listener listeners[4];

	(void)state;
	write_tables();
	assert_int_equal(listeners_read(&fake_ctl, 22, listeners, 4), 1);
	assert_int_equal(listeners[0].pid, 0);
	assert_true(listeners[0].is_any);
	fake_tree_write("/proc/net/tcp", "nonsense\n:::\n 1: 0 0 0A\n");
	assert_int_equal(listeners_read(&fake_ctl, 22, listeners, 4), 0);
}

static void test_services(void **state)
{
	static const struct {
		struct listener listener;
		bool is_service;
	} rows[] = {
		{ { .unit = "vncserver@:1.service" }, true },
		{ { .unit = "session-2.scope" }, false },
		{ { .unit = "user@1001.service" }, false },
		{ { .unit = "gdm3.service" }, false },
		{ { .unit = "" }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(listener_is_service(&rows[i].listener), rows[i].is_service);
}

static void test_a_real_listener(void **state)
{
	const struct ctl ctl = { .root = "" };
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	struct listener listeners[4];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	assert_int_equal(listeners_read(&ctl, ntohs(address.sin_port), listeners, 4), 1);
	assert_string_equal(listeners[0].address, "127.0.0.1");
	assert_int_equal(listeners[0].pid, getpid());
	assert_string_equal(listeners[0].command, "test_listeners");
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_holders, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_nobody_to_be_seen, scratch_create,
						scratch_remove),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_a_real_listener),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
