/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/socket_unit.h"
#include "tests/ctl/fake_tree.h"

#define DROP_IN "/etc/systemd/system/gpudesk.socket.d/override.conf"

static uint16_t ports[SOCKET_UNIT_PORTS_MAX];

static void check_one(uint16_t wanted)
{
	assert_int_equal(socket_unit_ports(&fake_ctl, ports), 1);
	assert_int_equal(ports[0], wanted);
}

static void test_values(void **state)
{
	char address[SOCKET_UNIT_ADDRESS_MAX];
	uint16_t port;

	(void)state;
	assert_int_equal(socket_unit_parse("[::1]:5901", address, &port), 0);
	assert_string_equal(address, "::1");
	assert_int_equal(socket_unit_parse("5950", address, &port), 0);
	assert_string_equal(address, "::");
	assert_int_equal(port, 5950);
	assert_int_equal(socket_unit_parse("[fe80::17]:5951%docker0", address, &port), 0);
	assert_string_equal(address, "fe80::17");
	assert_int_equal(port, 5951);
	assert_true(socket_unit_parse("[fe80::17]:5951%", address, &port) < 0);
	assert_true(socket_unit_parse("/run/x.sock", address, &port) < 0);
	assert_true(socket_unit_parse("127.0.0.1:65536", address, &port) < 0);
	assert_true(socket_unit_parse("127.0.0.1:0", address, &port) < 0);
}

static void test_files(void **state)
{
	(void)state;
	check_one(5901); /* no file */
	fake_tree_write("/usr/lib/systemd/system/gpudesk.socket",
			"[Unit]\nListenStream=1\n[Socket]\nListenStream=172.17.0.1:5902\n");
	check_one(5902);
	fake_tree_write(DROP_IN, "[Socket]\nListenStream=127.0.0.1:5950\n"
				 " ListenStream = 172.17.0.1:5950 \n#ListenStream=6\n");
	assert_int_equal(socket_unit_ports(&fake_ctl, ports), 2);
	assert_int_equal(ports[0], 5902);
	assert_int_equal(ports[1], 5950);
	fake_tree_write(DROP_IN, "[Socket]\nListenStream=\nListenStream=172.17.0.1:5950\n");
	check_one(5950);
	fake_tree_write("/usr/lib/systemd/system/gpudesk.socket.d/10.conf",
			"[Socket]\nListenStream=7\n");
	check_one(5950); /* the administrator's is read last */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test_setup_teardown(test_files, scratch_create, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
