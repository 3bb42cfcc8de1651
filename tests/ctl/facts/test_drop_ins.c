/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drop-ins that systemd has not read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/drop_ins.h"
#include "tests/ctl/fake_tree.h"

static char etc_a[] = "/etc/systemd/system/gpudesk.socket.d/a.conf";
static char *none[] = { NULL }, *known[] = { etc_a, NULL };

static void test_folders(void **state)
{
	(void)state;
	assert_false(drop_ins_are_new(&fake_ctl, "gpudesk.socket", none));
	fake_tree_write(etc_a, "");
	assert_true(drop_ins_are_new(&fake_ctl, "gpudesk.socket", none));
	assert_false(drop_ins_are_new(&fake_ctl, "gpudesk.socket", known));
	assert_false(drop_ins_are_new(&fake_ctl, "gpudesk.service", none));
	fake_tree_write("/etc/systemd/system/gpudesk.socket.d/note.txt", "");
	assert_false(drop_ins_are_new(&fake_ctl, "gpudesk.socket", known));
	/* /etc comes first. */
	fake_tree_write("/run/systemd/system/gpudesk.socket.d/a.conf", "");
	assert_false(drop_ins_are_new(&fake_ctl, "gpudesk.socket", known));
	fake_tree_write("/run/systemd/system/gpudesk.socket.d/b.conf", "");
	assert_true(drop_ins_are_new(&fake_ctl, "gpudesk.socket", known));
}

static void test_instances(void **state)
{
	static const char name[] = "gpudesk-scraper@exo.user.service";

	(void)state;
	fake_tree_write("/etc/systemd/system/gpudesk-scraper@other.service.d/a.conf", "");
	assert_false(drop_ins_are_new(&fake_ctl, name, none));
	fake_tree_write("/etc/systemd/system/gpudesk-scraper@.service.d/a.conf", "");
	assert_true(drop_ins_are_new(&fake_ctl, name, none));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_create, scratch_remove)
	const struct CMUnitTest tests[] = { TEST(test_folders), TEST(test_instances) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
