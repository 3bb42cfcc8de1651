/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Distributions by their os-release. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "facts/distribution.h"
#include "tests/ctl/fake_tree.h"

static const struct {
	const char *text;
	enum distribution_family family;
	const char *id, *version, *gdm_config;
} rows[] = {
	{ "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n",
	  DISTRIBUTION_DEBIAN, "debian", "12", "/etc/gdm3/daemon.conf" },
	{ "NAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\nID=ubuntu\nID_LIKE=debian\n", DISTRIBUTION_DEBIAN,
	  "ubuntu", "22.04", "/etc/gdm3/custom.conf" },
	{ "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.4\"\n", DISTRIBUTION_RHEL,
	  "rocky", "9.4", "/etc/gdm/custom.conf" },
	{ "ID='almalinux'\r\nVERSION_ID='8.10'\r\n", DISTRIBUTION_RHEL, "almalinux", "8.10",
	  "/etc/gdm/custom.conf" },
	{ "ID=linuxmint\nID_LIKE=\"ubuntu debian\"", DISTRIBUTION_DEBIAN, "linuxmint", "",
	  "/etc/gdm3/custom.conf" },
	{ "ID=plan9\nID_LIKE=unix\n", DISTRIBUTION_UNKNOWN, "plan9", "", "/etc/gdm/custom.conf" },
	{ "# nothing\n", DISTRIBUTION_UNKNOWN, "", "", "/etc/gdm/custom.conf" },
};

static void test_each(void **state)
{
	struct distribution distribution;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_tree_write("/etc/os-release", rows[i].text);
		distribution_read(&fake_ctl, &distribution);
		assert_int_equal(distribution.family, rows[i].family);
		assert_string_equal(distribution.id, rows[i].id);
		assert_string_equal(distribution.version, rows[i].version);
		assert_string_equal(distribution.gdm_config, rows[i].gdm_config);
	}
}

static void test_the_file_that_is_there(void **state)
{
	struct distribution distribution;

	(void)state;
	distribution_read(&fake_ctl, &distribution);
	assert_int_equal(distribution.family, DISTRIBUTION_UNKNOWN);
	fake_tree_write("/usr/lib/os-release", "ID=debian\n");
	fake_tree_write("/etc/gdm3/custom.conf", "[daemon]\n");
	distribution_read(&fake_ctl, &distribution);
	assert_int_equal(distribution.family, DISTRIBUTION_DEBIAN);
	assert_string_equal(distribution.gdm_config, "/etc/gdm3/custom.conf");
	fake_tree_write("/etc/gdm3/daemon.conf", "[daemon]\n");
	distribution_read(&fake_ctl, &distribution);
	assert_string_equal(distribution.gdm_config, "/etc/gdm3/daemon.conf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_the_file_that_is_there, scratch_create,
						scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
