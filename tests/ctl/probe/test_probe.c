/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What x-probe's output means, and x-probe itself on a real X server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/vnc_des.h"
#include "probe/password_check.h"
#include "probe/probe.h"
#include "tests/ctl/fake_tree.h"

static void parse(const char *text, struct probe *ret_probe)
{
	char copy[1024];

	(void)snprintf(copy, sizeof(copy), "%s", text);
	probe_parse(copy, ret_probe);
}

static void test_output(void **state)
{
	struct probe probe;

	(void)state;
	parse("PASSWORD_PATH=/home/a/.vnc/passwd\nPASSWORD_PROBLEM=\nDISPLAY=:1\nX=1\nDEPTH=24\n"
	      "SIZE=640x480\nSHM=1\nSHM_VERSION=1.2\nDAMAGE=0\nGL_RENDERER=a=b\nNONSENSE=1\n"
	      "no value\nDONE=1\n",
	      &probe);
	assert_true(probe.has_password);
	assert_string_equal(probe.password_problem, "");
	assert_string_equal(probe.display, ":1");
	assert_true(probe.has_x);
	assert_int_equal(probe.depth, 24);
	assert_true(probe.has_shm);
	assert_false(probe.has_damage);
	assert_string_equal(probe.renderer, "a=b");
	parse("X=1\nDEPTH=2", &probe);
	parse("", &probe);
	assert_false(probe.has_x);
}

static void test_long_values_are_cut(void **state)
{
	struct probe probe;
	char text[600];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "DISPLAY=", 8);
	parse(text, &probe);
	assert_int_equal(strlen(probe.display), sizeof(probe.display) - 1);
}

static char file[CTL_PATH_MAX];

static void write_bytes(const void *bytes, size_t length, mode_t mode)
{
	FILE *stream;

	fake_tree_write("/vnc/passwd", "");
	(void)ctl_path(&fake_ctl, "/vnc/passwd", file);
	stream = fopen(file, "w");
	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, length, stream), length);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(chmod(file, mode), 0);
}

static void expect_problem(const char *words)
{
	struct password_check look;

	password_check(file, &look);
	if (words ? !strstr(look.problem, words) : look.problem[0] != '\0')
		fail_msg("wanted: %s, is: %s", words ? words : "none", look.problem);
}

static void test_password_files(void **state)
{
	uint8_t password[VNC_DES_BLOCK] = { 's', 'e', 'k', 'r', 'e', 't', '1', '2' };
	uint8_t hidden[3 * VNC_DES_BLOCK] = { 0 };
	struct password_check look;

	(void)state;
	(void)ctl_path(&fake_ctl, "/vnc/passwd", file);
	expect_problem("there is no");
	vnc_des_hide(password, hidden);
	write_bytes(hidden, 8, 0600);
	expect_problem(NULL);
	write_bytes(hidden, 8, 0640);
	expect_problem("mode 0640: others may read");
	write_bytes(hidden, 8, 0622);
	expect_problem("others may write");
	write_bytes(hidden, 0, 0600);
	expect_problem("is empty");
	write_bytes(hidden, 7, 0600);
	expect_problem("it has 7 bytes");
	write_bytes(hidden, 24, 0600);
	expect_problem("more than 16 bytes");

	vnc_des_hide(password, hidden + 8);
	write_bytes(hidden, 16, 0600);
	password_check(file, &look);
	assert_true(look.has_view_only);
	assert_string_equal(look.warning, "");
	memset(password, 0, sizeof(password));
	vnc_des_hide(password, hidden + 8);
	write_bytes(hidden, 16, 0600);
	password_check(file, &look);
	assert_string_equal(look.problem, "");
	assert_false(look.has_view_only);
	vnc_des_hide(password, hidden);
	write_bytes(hidden, 8, 0600);
	expect_problem("the password in");

	(void)ctl_path(&fake_ctl, "/vnc", file);
	expect_problem("not a regular file");
}

static void test_folder_for_all(void **state)
{
	struct password_check look;
	char folder[CTL_PATH_MAX];

	(void)state;
	write_bytes("12345678", 8, 0600);
	assert_int_equal(chmod(ctl_path(&fake_ctl, "/vnc", folder), 0777), 0);
	password_check(file, &look);
	assert_non_null(strstr(look.warning, "mode 0777: others may replace"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_long_values_are_cut),
		cmocka_unit_test_setup_teardown(test_password_files, scratch_create,
						scratch_remove),
		cmocka_unit_test_setup_teardown(test_folder_for_all, scratch_create,
						scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
