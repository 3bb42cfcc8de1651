/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI display devices in a made-up sysfs, and BusIDs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "facts/gpus.h"
#include "tests/ctl/fake_tree.h"

static void test_no_bus(void **state)
{
	struct gpu gpus[2];

	(void)state;
	assert_int_equal(gpus_read(&fake_ctl, gpus, 2), 0);
}

static void test_display_devices_alone(void **state)
{
	struct gpu gpus[4];

	(void)state;
	fake_tree_device("0000:00:02.0", "0x030000\n", "0x1af4\n", "virtio-pci");
	fake_tree_device("0000:00:03.0", "0x020000\n", "0x1af4\n", "virtio-pci");
	fake_tree_device("0001:3b:00.1", "0x030200\n", "0x10de\n", "nvidia");
	fake_tree_device("0001:3b:00.2", "0x040300\n", "0x10de\n", "snd_hda_intel");
	fake_tree_device("0002:05:00.0", "0x030200\n", "0x10de\n", NULL);

	assert_int_equal(gpus_read(&fake_ctl, gpus, 4), 3);
	assert_string_equal(gpus[0].address, "0000:00:02.0");
	assert_string_equal(gpus[0].driver, "virtio-pci");
	assert_string_equal(gpus[0].bus_id, "PCI:0:2:0");
	assert_false(gpu_is_nvidia(&gpus[0]));
	assert_true(gpu_is_nvidia(&gpus[1]));
	assert_string_equal(gpus[1].driver, "nvidia");
	assert_string_equal(gpus[1].bus_id, "PCI:59@1:0:1");
	assert_string_equal(gpus[2].driver, "");
	assert_string_equal(gpus[2].bus_id, "PCI:5@2:0:0");

	assert_int_equal(gpus_read(&fake_ctl, gpus, 1), 1);
}

static void test_odd_devices_are_passed_over(void **state)
{
	struct gpu gpus[4];

	(void)state;
	fake_tree_write("/sys/bus/pci/devices/0000:04:00.0/class", "0x030000\n");
	fake_tree_device("0000:05:00.0", "nonsense\n", "0x10de\n", NULL);
	fake_tree_device("nonsense", "0x030000\n", "0x10de\n", NULL);
	fake_tree_device("0000:06:00.0", "0x030000\n", "0x10de\n", "nouveau");
	assert_int_equal(gpus_read(&fake_ctl, gpus, 4), 1);
	assert_string_equal(gpus[0].address, "0000:06:00.0");
}

static const struct {
	const char *text;
	int result;
	struct pci_slot slot;
} bus_ids[] = {
	{ "PCI:4:0:0", 0, { 0, 4, 0, 0 } },
	{ "pci:4:0:0", 0, { 0, 4, 0, 0 } },
	{ "PCI:4:0", 0, { 0, 4, 0, 0 } },
	{ "PCI:59@1:2:3", 0, { 1, 59, 2, 3 } },
	{ "PCI:010:0:0", 0, { 0, 10, 0, 0 } },
	{ "PCI:3b:0:0", -EINVAL, { 0 } },
	{ "PCI:0x3b:0:0", -EINVAL, { 0 } },
	{ "4:0:0", -EINVAL, { 0 } },
	{ "PCI:4", -EINVAL, { 0 } },
	{ "PCI:", -EINVAL, { 0 } },
	{ "PCI:4:0:0:0", -EINVAL, { 0 } },
	{ "PCI:4:0:", -EINVAL, { 0 } },
	{ "PCI:-4:0:0", -EINVAL, { 0 } },
	{ "PCI:4@:0:0", -EINVAL, { 0 } },
	{ "PCI:4294967299:0:0", -EINVAL, { 0 } },
	{ "0000:04:00.0", -EINVAL, { 0 } },
	{ "", -EINVAL, { 0 } },
};

static void test_bus_ids(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bus_ids) / sizeof(bus_ids[0]); i++) {
		struct pci_slot slot = { 0 };

		if (gpu_parse_bus_id(bus_ids[i].text, &slot) != bus_ids[i].result ||
		    !pci_slot_equal(&slot, &bus_ids[i].slot))
			fail_msg("%s", bus_ids[i].text);
	}
}

static void test_hexadecimal_bus_ids(void **state)
{
	struct pci_slot slot;

	(void)state;
	assert_int_equal(gpu_parse_bus_id_as_hex("PCI:3b:0:0", &slot), 0);
	assert_int_equal(slot.bus, 0x3b);
	assert_int_equal(gpu_parse_bus_id_as_hex("PCI:10:1f:7", &slot), 0);
	assert_int_equal(slot.bus, 16);
	assert_int_equal(slot.device, 31);
	assert_int_equal(gpu_parse_bus_id_as_hex("PCI:xy:0:0", &slot), -EINVAL);
}

static void test_addresses(void **state)
{
	struct pci_slot slot;
	char text[GPU_BUS_ID_MAX];

	(void)state;
	assert_int_equal(gpu_parse_address("0001:3b:1f.7", &slot), 0);
	gpu_format_bus_id(&slot, text);
	assert_string_equal(text, "PCI:59@1:31:7");
	assert_int_equal(gpu_parse_address("3b:00.0", &slot), 0);
	gpu_format_bus_id(&slot, text);
	assert_string_equal(text, "PCI:59:0:0");
	assert_int_equal(gpu_parse_address("10000:e1:00.0", &slot), 0);
	assert_int_equal(slot.domain, 0x10000);
	assert_int_equal(gpu_parse_address("3b.0", &slot), -EINVAL);
	assert_int_equal(gpu_parse_address("0000:3b:00", &slot), -EINVAL);
	assert_int_equal(gpu_parse_address("0000:3b:00.0x", &slot), -EINVAL);
	assert_int_equal(gpu_parse_address("", &slot), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_no_bus, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_display_devices_alone, scratch_create,
						scratch_remove),
		cmocka_unit_test_setup_teardown(test_odd_devices_are_passed_over, scratch_create,
						scratch_remove),
		cmocka_unit_test(test_bus_ids),
		cmocka_unit_test(test_hexadecimal_bus_ids),
		cmocka_unit_test(test_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
