/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of NVIDIA's driver and nvidia-smi(1) say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "facts/nvidia.h"
#include "tests/ctl/fake_tree.h"

static void test_no_driver(void **state)
{
	struct nvidia nvidia;

	(void)state;
	nvidia_read(&fake_ctl, false, &nvidia);
	assert_string_equal(nvidia.loaded, "");
	assert_string_equal(nvidia.library, "");
	assert_false(nvidia.is_nouveau_loaded || nvidia.is_secure_boot);
}

static void test_files(void **state)
{
	struct nvidia nvidia;

	(void)state;
	fake_tree_write("/sys/module/nvidia/version", "550.54.15\n");
	fake_tree_write("/sys/module/nouveau/initstate", "live\n");
	/* another library of that name that has no version */
	fake_tree_link("/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1", "libnvidia-ml.so");
	fake_tree_link("/usr/lib64/libnvidia-ml.so.1", "libnvidia-ml.so.535.129.03");
	nvidia_read(&fake_ctl, false, &nvidia);
	assert_string_equal(nvidia.loaded, "550.54.15");
	assert_string_equal(nvidia.library, "535.129.03");
	assert_true(nvidia.is_nouveau_loaded);
}

static void test_secure_boot(void **state)
{
	static const char variable[] = "/sys/firmware/efi/efivars/"
				       "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	struct nvidia nvidia;

	(void)state;
	fake_tree_write(variable, "\6\1\1\1\1");
	nvidia_read(&fake_ctl, false, &nvidia);
	assert_true(nvidia.is_secure_boot);
	fake_tree_write(variable, "\6\1\1\1\2");
	nvidia_read(&fake_ctl, false, &nvidia);
	assert_false(nvidia.is_secure_boot);
	fake_tree_write(variable, "\6\1\1\1\1\1");
	nvidia_read(&fake_ctl, false, &nvidia);
	assert_false(nvidia.is_secure_boot);
}

static const struct {
	const char *text, *license, *product;
} outputs[] = {
	{ "", "", "" },
	{ "    Virtualization Mode               : Pass-Through\n", "", "" },
	{ "    vGPU Software Licensed Product\n"
	  "        Product Name                  : NVIDIA RTX Virtual Workstation\n"
	  "        License Status                : Licensed (Expiry: 2026-9-1 10:0:0 GMT)\n",
	  "", "" },
	{ "    vGPU Software Licensed Product\n"
	  "        Product Name                  : NVIDIA RTX Virtual Workstation\n"
	  "        License Status                : Unlicensed (Restricted)\n"
	  "    IBMNPU\n",
	  "Unlicensed (Restricted)", "NVIDIA RTX Virtual Workstation" },
	{ "    GRID Licensed Product\n        License Status : Unlicensed", "Unlicensed", "" },
	/* two cards */
	{ "vGPU Software Licensed Product\nProduct Name : A\nLicense Status : Licensed\n"
	  "vGPU Software Licensed Product\nProduct Name : B\nLicense Status : Unlicensed (Un)\n",
	  "Unlicensed (Un)", "B" },
	{ "vGPU Software Licensed Product\nLicense Status\n", "", "" },
	{ "Licensed Product", "", "" },
};

static void test_licenses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		struct nvidia nvidia = { 0 };

		nvidia_parse_smi(outputs[i].text, &nvidia);
		assert_string_equal(nvidia.license, outputs[i].license);
		assert_string_equal(nvidia.license_product, outputs[i].product);
	}
}

static void test_packages(void **state)
{
	struct distribution distribution = { .family = DISTRIBUTION_DEBIAN, .id = "debian" };
	char package[NVIDIA_PACKAGE_MAX];

	(void)state;
	fake_tree_write("/sys/module/nvidia/version", "550.54.15\n");
	nvidia_x_package(&fake_ctl, &distribution, package);
	assert_string_equal(package, "xserver-xorg-video-nvidia");
	(void)snprintf(distribution.id, sizeof(distribution.id), "ubuntu");
	nvidia_x_package(&fake_ctl, &distribution, package);
	assert_string_equal(package, "xserver-xorg-video-nvidia-550");
	fake_tree_write("/usr/share/doc/libnvidia-compute-550-server/copyright", "");
	nvidia_x_package(&fake_ctl, &distribution, package);
	assert_string_equal(package, "xserver-xorg-video-nvidia-550-server");
	fake_tree_unlink("/sys/module/nvidia/version");
	nvidia_x_package(&fake_ctl, &distribution, package);
	assert_string_equal(package, "xserver-xorg-video-nvidia");
	distribution.family = DISTRIBUTION_RHEL;
	nvidia_x_package(&fake_ctl, &distribution, package);
	assert_non_null(strstr(package, "xorg-x11-drv-nvidia"));
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, scratch_create, scratch_remove)
	const struct CMUnitTest tests[] = {
		WITH_TREE(test_no_driver),   WITH_TREE(test_files),
		WITH_TREE(test_secure_boot), cmocka_unit_test(test_licenses),
		WITH_TREE(test_packages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
