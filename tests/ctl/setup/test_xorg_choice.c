/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "setup/xorg_choice.h"

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A card of another vendor, one without NVIDIA's driver, and two usable ones. */
static const struct gpu gpus[] = {
	{ .slot = { 0, 1, 0, 0 }, .vendor = 0x1234, .driver = "nvidia" },
	{ .slot = { 0, 2, 0, 0 }, .vendor = GPU_VENDOR_NVIDIA, .driver = "vfio-pci" },
	{ .slot = { 0, 10, 0, 0 }, .vendor = GPU_VENDOR_NVIDIA, .driver = "nvidia" },
	{ .slot = { 1, 27, 0, 0 }, .vendor = GPU_VENDOR_NVIDIA, .driver = "nvidia" },
};

static void test_naming_a_card(void **state)
{
	static const struct {
		const char *wanted;
		const struct gpu *gpu;
	} cases[] = {
		{ "0", &gpus[2] },
		{ "1", &gpus[3] },
		{ "2", NULL },
		{ "PCI:10:0:0", &gpus[2] },
		{ "PCI:27@1:0:0", &gpus[3] },
		{ "PCI:27:0:0", NULL },
		{ "0a:00.0", &gpus[2] },
		{ "0000:0a:00.0", &gpus[2] },
		{ "0001:1b:00.0", &gpus[3] },
		{ "0000:01:00.0", NULL },
		{ "0000:02:00.0", NULL },
		{ "", NULL },
		{ "-1", NULL },
		{ "1x", NULL },
		{ "first", NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH_OF(cases); i++)
		assert_ptr_equal(xorg_choice_find(gpus, LENGTH_OF(gpus), cases[i].wanted),
				 cases[i].gpu);
}

/* Adds a Device section of that file to the configuration. */
static void add(struct xorg_conf *conf, const char *path, const char *driver, const char *bus_id)
{
	char text[256];
	int length = snprintf(
		text, sizeof(text),
		"Section \"Device\"\nIdentifier \"card\"\nDriver \"%s\"\n%s%s%s\nEndSection\n",
		driver, bus_id ? "BusID \"" : "", bus_id ? bus_id : "", bus_id ? "\"" : "");

	assert_int_equal(xorg_conf_parse(conf, path, text, (size_t)length), 0);
}

static void check(const struct xorg_conf *conf, const char *wanted, enum xorg_action action,
		  const struct gpu *gpu)
{
	struct xorg_choice choice = xorg_choose(gpus, LENGTH_OF(gpus), conf, wanted, true);

	assert_int_equal(choice.action, action);
	assert_ptr_equal(choice.gpu, gpu);
}

#define OWN_FILE "/etc/X11/xorg.conf"

static void test_nothing_there(void **state)
{
	struct xorg_conf conf = { 0 };

	(void)state;
	check(&conf, NULL, XORG_WRITE, &gpus[2]);
	check(&conf, "1", XORG_WRITE, &gpus[3]);
	check(&conf, "5", XORG_NO_CARD, NULL);
	add(&conf, OWN_FILE, "modesetting", "PCI:27@1:0:0");
	check(&conf, NULL, XORG_WRITE, &gpus[2]);
	assert_int_equal(xorg_choose(gpus, 2, &conf, NULL, true).action, XORG_NO_CARD);
	xorg_conf_finish(&conf);
}

static void test_the_documented_file(void **state)
{
	struct xorg_conf conf = { 0 };

	(void)state;
	add(&conf, XORG_CHOICE_OLD_FILE, "nvidia", "PCI:27@1:0:0");
	check(&conf, NULL, XORG_WRITE, &gpus[3]);
	check(&conf, "0", XORG_WRITE, &gpus[2]);
	assert_true(xorg_choose(gpus, LENGTH_OF(gpus), &conf, NULL, true).has_old);
	xorg_conf_finish(&conf);
	/* what its script makes of two cards */
	add(&conf, XORG_CHOICE_OLD_FILE, "nvidia", "PCI:0a:00.01b:00.0");
	check(&conf, NULL, XORG_WRITE, &gpus[2]);
	xorg_conf_finish(&conf);
}

static void test_our_file(void **state)
{
	struct xorg_conf conf = { 0 };

	(void)state;
	add(&conf, XORG_CHOICE_FILE, "NVIDIA", "PCI:27@1:0:0");
	check(&conf, NULL, XORG_IS_RIGHT, &gpus[3]);
	check(&conf, "0", XORG_CHANGE_CARD, &gpus[2]);
	xorg_conf_finish(&conf);
	add(&conf, XORG_CHOICE_FILE, "nvidia", "PCI:9:0:0");
	check(&conf, NULL, XORG_CHANGE_CARD, &gpus[2]);
	xorg_conf_finish(&conf);
}

static void test_the_administrators_file(void **state)
{
	struct xorg_conf conf = { 0 };

	(void)state;
	add(&conf, XORG_CHOICE_FILE, "nvidia", "PCI:10:0:0");
	add(&conf, OWN_FILE, "nvidia", "PCI:27@1:0:0");
	check(&conf, NULL, XORG_IS_OWN, &gpus[3]);
	check(&conf, "0", XORG_OWN_WRONG, &gpus[2]);
	xorg_conf_finish(&conf);
	add(&conf, OWN_FILE, "nvidia", NULL);
	check(&conf, NULL, XORG_IS_OWN, &gpus[2]);
	check(&conf, "1", XORG_OWN_WRONG, &gpus[3]);
	xorg_conf_finish(&conf);
	add(&conf, OWN_FILE, "nvidia", "PCI:9:0:0");
	check(&conf, NULL, XORG_OWN_WRONG, &gpus[2]);
	xorg_conf_finish(&conf);
}

static void add_text(struct xorg_conf *conf, const char *path, const char *text)
{
	assert_int_equal(xorg_conf_parse(conf, path, text, strlen(text)), 0);
}

static void test_no_driver_for_xorg(void **state)
{
	struct xorg_conf conf = { 0 };

	(void)state;
	assert_int_equal(xorg_choose(gpus, LENGTH_OF(gpus), &conf, NULL, false).action,
			 XORG_NO_DRIVER);
	assert_int_equal(xorg_choose(gpus, 2, &conf, NULL, false).action, XORG_NO_CARD);
	add(&conf, XORG_CHOICE_FILE, "nvidia", "PCI:10:0:0");
	struct xorg_choice choice = xorg_choose(gpus, LENGTH_OF(gpus), &conf, NULL, false);
	assert_int_equal(choice.action, XORG_NO_DRIVER);
	assert_true(choice.has_ours);
	xorg_conf_finish(&conf);
}

static void test_the_administrators_layout(void **state)
{
	struct xorg_conf conf = { 0 };
	struct xorg_choice choice;

	(void)state;
	/* a Screen is one, whatever its driver; ours may come before it */
	add(&conf, XORG_CHOICE_FILE, "nvidia", "PCI:10:0:0");
	add_text(&conf, OWN_FILE, "Section \"Screen\" Identifier \"s\" Device \"d\" EndSection");
	add_text(&conf, OWN_FILE, "Section \"Device\" Identifier \"d\" Driver \"x\" EndSection");
	check(&conf, NULL, XORG_OWN_WRONG, &gpus[2]);
	choice = xorg_choose(gpus, LENGTH_OF(gpus), &conf, NULL, true);
	assert_true(choice.has_ours);
	assert_string_equal(choice.own.device->driver, "x");
	xorg_conf_finish(&conf);
	/* one that Xorg cannot follow */
	add_text(&conf, OWN_FILE,
		 "Section \"ServerLayout\" Identifier \"l\" Screen \"s\" EndSection");
	choice = xorg_choose(gpus, LENGTH_OF(gpus), &conf, NULL, true);
	assert_true(choice.is_own_broken);
	assert_int_equal(choice.action, XORG_OWN_WRONG);
	/* until the old file has what it names */
	add_text(&conf, XORG_CHOICE_OLD_FILE,
		 "Section \"Screen\" Identifier \"s\" Device \"d\" EndSection "
		 "Section \"Device\" Identifier \"d\" Driver \"nvidia\" BusID \"PCI:10:0:0\" "
		 "EndSection");
	check(&conf, NULL, XORG_IS_OWN, &gpus[2]);
	xorg_conf_finish(&conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_naming_a_card),
		cmocka_unit_test(test_nothing_there),
		cmocka_unit_test(test_the_documented_file),
		cmocka_unit_test(test_our_file),
		cmocka_unit_test(test_the_administrators_file),
		cmocka_unit_test(test_no_driver_for_xorg),
		cmocka_unit_test(test_the_administrators_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
