/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sections Xorg uses. tests/integration/test-xorg.py compares this with a real Xorg. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "facts/xorg_layout.h"

#define DEVICE(name, more) "Section \"Device\" Identifier \"" name "\" " more " EndSection\n"
#define SCREEN(name, more) "Section \"Screen\" Identifier \"" name "\" " more " EndSection\n"
#define LAYOUT(name, more) "Section \"ServerLayout\" Identifier \"" name "\" " more " EndSection\n"
#define DEFAULT(name)                                                                              \
	"Section \"ServerFlags\" Option \"DefaultServerLayout\" \"" name "\" EndSection\n"

static const struct {
	const char *text;
	int result;
	const char *layout, *screen, *device; /* NULL: none */
} cases[] = {
	{ "", 0, NULL, NULL, NULL },
	{ DEVICE("a", "") DEVICE("b", ""), 0, NULL, NULL, "a" },
	{ DEVICE("a", "") SCREEN("s", "Device \"b\"") DEVICE("b", ""), 0, NULL, "s", "b" },
	{ SCREEN("s", "Device \"a\"") SCREEN("t", "Device \"b\"") DEVICE("b", "") DEVICE("a", ""),
	  0, NULL, "s", "a" },
	/* without a Device, or with one that does not exist: the first */
	{ SCREEN("s", "") DEVICE("a", "") DEVICE("b", ""), 0, NULL, "s", "a" },
	{ SCREEN("s", "Device \"x\"") DEVICE("a", ""), 0, NULL, "s", "a" },
	{ SCREEN("s", "Device \"x\""), 0, NULL, "s", NULL },
	{ SCREEN("s", "Device \"a\"") DEVICE("a", "") LAYOUT("l", "Screen \"t\"")
		  SCREEN("t", "Device \"b\"") DEVICE("b", ""),
	  0, "l", "t", "b" },
	{ LAYOUT("l", "") SCREEN("s", "Device \"a\"") DEVICE("a", ""), 0, "l", "s", "a" },
	{ LAYOUT("l", "Screen \"s\"") LAYOUT("m", "Screen \"t\"") SCREEN("s", "") SCREEN("t", ""),
	  0, "l", "s", NULL },
	{ LAYOUT("l", "Screen \"s\"") LAYOUT("m", "Screen \"t\"") SCREEN("s", "") SCREEN("t", "")
		  DEFAULT("m"),
	  0, "m", "t", NULL },
	/* names are compared without case, blanks and '_' */
	{ LAYOUT("l", "Screen \"my screen\"") SCREEN("My_Screen", ""), 0, "l", "My_Screen", NULL },
	/* it does not start */
	{ LAYOUT("l", "Screen \"x\"") SCREEN("s", ""), -ENOENT, "l", NULL, NULL },
	{ LAYOUT("l", "Screen \"s\"") LAYOUT("m", "Screen \"x\"") SCREEN("s", ""), -ENOENT, "m",
	  NULL, NULL },
	{ LAYOUT("l", "Screen \"s\"") SCREEN("s", "") DEFAULT("x"), -ENOENT, "", NULL, NULL },
	/* without a ServerLayout, nobody asks for the default one */
	{ SCREEN("s", "") DEFAULT("x"), 0, NULL, "s", NULL },
	/* another seat's sections, unless they are named */
	{ DEVICE("a", "MatchSeat \"seat1\"") DEVICE("b", ""), 0, NULL, NULL, "b" },
	{ SCREEN("s", "MatchSeat \"seat1\"") SCREEN("t", ""), 0, NULL, "t", NULL },
	{ LAYOUT("l", "MatchSeat \"seat1\"") SCREEN("s", ""), 0, NULL, "s", NULL },
	{ SCREEN("s", "Device \"a\"") DEVICE("a", "MatchSeat \"seat1\""), 0, NULL, "s", "a" },
};

static void expect(const struct xorg_section *section, const char *name, size_t i)
{
	if (!section != !name || (name && strcmp(section->identifier, name) != 0))
		fail_msg("case %zu: %s", i, section ? section->identifier : "none");
}

static void test_resolving(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct xorg_conf conf = { 0 };
		struct xorg_layout layout;

		assert_int_equal(xorg_conf_parse(&conf, "/x", cases[i].text, strlen(cases[i].text)),
				 0);
		if (xorg_layout_resolve(&conf, NULL, &layout) != cases[i].result)
			fail_msg("case %zu: %s", i, cases[i].text);
		expect(layout.layout, cases[i].layout, i);
		expect(layout.screen, cases[i].screen, i);
		expect(layout.device, cases[i].device, i);
		xorg_conf_finish(&conf);
	}
}

static bool is_not_first_file(const struct xorg_section *section)
{
	return strcmp(section->path, "/first") != 0;
}

static void test_leaving_a_file_out(void **state)
{
	static const char text[] = SCREEN("s", "Device \"a\"") DEVICE("a", "");
	struct xorg_conf conf = { 0 };
	struct xorg_layout layout;

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			xorg_conf_parse(&conf, i ? "/second" : "/first", text, strlen(text)), 0);
	assert_int_equal(xorg_layout_resolve(&conf, is_not_first_file, &layout), 0);
	assert_string_equal(layout.screen->path, "/second");
	assert_string_equal(layout.device->path, "/second");
	xorg_conf_finish(&conf);
}

static const struct {
	const char *text;
	int result;
} options[] = {
	{ DEVICE("a", "Option \"HardDPMS\" \"false\""), 0 },
	{ SCREEN("s", "Device \"b\" Option \"HardDPMS\" \"off\"") DEVICE("b", ""), 0 },
	{ SCREEN("s", "Device \"b\"") DEVICE("a", "Option \"HardDPMS\" \"false\"") DEVICE("b", ""),
	  -ENOENT },
	{ SCREEN("s", "Monitor \"m\"") "Section \"Monitor\" Identifier \"m\" Option \"HardDPMS\" "
				       "\"no\" EndSection",
	  0 },
	{ "Section \"OutputClass\" Identifier \"n\" Driver \"nvidia\" Option \"NoHardDPMS\" "
	  "EndSection",
	  0 },
	{ "Section \"OutputClass\" Identifier \"n\" Driver \"amdgpu\" Option \"NoHardDPMS\" "
	  "EndSection",
	  -ENOENT },
	{ DEVICE("a", "Option \"HardDPMS\"") "Section \"OutputClass\" Identifier \"n\" Driver "
					     "\"nvidia\" Option \"NoHardDPMS\" EndSection",
	  1 },
};

static void test_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct xorg_conf conf = { 0 };
		struct xorg_layout layout;

		assert_int_equal(
			xorg_conf_parse(&conf, "/x", options[i].text, strlen(options[i].text)), 0);
		assert_int_equal(xorg_layout_resolve(&conf, NULL, &layout), 0);
		if (xorg_layout_boolean(&conf, &layout, "HardDPMS") != options[i].result)
			fail_msg("%s", options[i].text);
		xorg_conf_finish(&conf);
	}
}

static void test_the_primary_card(void **state)
{
	const struct gpu text_only = { .is_vga = true, .is_boot_vga = true };
	struct gpu gpus[3] = { [1] = text_only };

	(void)state;
	assert_ptr_equal(xorg_primary_gpu(gpus, 3), &gpus[1]);
	gpus[1].is_boot_vga = false;
	assert_ptr_equal(xorg_primary_gpu(gpus, 3), &gpus[1]);
	gpus[2].is_vga = true;
	assert_null(xorg_primary_gpu(gpus, 3));
	assert_ptr_equal(xorg_primary_gpu(gpus, 1), gpus);
	assert_null(xorg_primary_gpu(gpus, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolving),
		cmocka_unit_test(test_leaving_a_file_out),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_the_primary_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
