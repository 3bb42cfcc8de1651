/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xorg.conf as people write it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "facts/xorg_conf.h"
#include "tests/ctl/fake_tree.h"

static const char documented[] = "Section \"DRI\"\n"
				 "        Mode 0666\n"
				 "EndSection\n"
				 "\n"
				 "Section \"Device\"\n"
				 "        Identifier  \"Card0\"\n"
				 "        Driver      \"nvidia\"\n"
				 "        BusID       \"PCI:4:0:0\"\n"
				 "EndSection\n"
				 "\n"
				 "Section \"Monitor\"\n"
				 "    Identifier     \"Monitor0\"\n"
				 "    Option         \"DPMS\" \"False\"\n"
				 "EndSection\n"
				 "\n"
				 "Section \"Screen\"\n"
				 "        Identifier \"Screen0\"\n"
				 "        Device     \"Card0\"\n"
				 "        SubSection \"Display\"\n"
				 "                Depth     24\n"
				 "                Option \"HardDPMS\" \"false\"\n"
				 "        EndSubSection\n"
				 "EndSection\n";

static void test_the_documented_file(void **state)
{
	struct xorg_conf conf = { 0 };

	(void)state;
	assert_int_equal(xorg_conf_parse(&conf, "/x.conf", documented, strlen(documented)), 0);
	assert_int_equal(conf.n_sections, 4);
	assert_string_equal(conf.sections[1].kind, "Device");
	assert_string_equal(conf.sections[1].identifier, "Card0");
	assert_string_equal(conf.sections[1].driver, "nvidia");
	assert_string_equal(conf.sections[1].bus_id, "PCI:4:0:0");
	assert_string_equal(conf.sections[1].path, "/x.conf");
	assert_int_equal(conf.sections[1].line, 5);
	assert_int_equal(conf.sections[1].bus_id_line, 8);
	assert_string_equal(conf.sections[3].device, "Card0");
	assert_int_equal(xorg_section_boolean(&conf.sections[2], "dpms"), 0);
	/* A subsection's entries belong to a mode, not to the screen. */
	assert_int_equal(xorg_section_boolean(&conf.sections[3], "HardDPMS"), -ENOENT);
	xorg_conf_finish(&conf);
}

static const struct {
	const char *text;
	int result;
} booleans[] = {
	{ "Option \"HardDPMS\" \"false\"", 0 },
	{ "Option \"HardDPMS\" \"Off\"", 0 },
	{ "Option \"HardDPMS\" \"0\"", 0 },
	{ "Option \"HardDPMS\" \"no\"", 0 },
	{ "option \"hard_dpms\" \"false\" # why", 0 },
	{ "Option \"NoHardDPMS\"", 0 },
	{ "Option \"NoHardDPMS\" \"true\"", 0 },
	{ "Option \"HardDPMS\"", 1 },
	{ "Option \"HardDPMS\" \"true\"", 1 },
	{ "Option \"HardDPMS\" \"true\"\nOption \"HardDPMS\" \"false\"", 0 },
	{ "Option \"HardDPMS\" \"maybe\"", -EINVAL },
	{ "# Option \"HardDPMS\" \"false\"", -ENOENT },
	{ "Option \"DPMS\" \"false\"", -ENOENT },
	{ "", -ENOENT },
};

static void test_booleans(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(booleans) / sizeof(booleans[0]); i++) {
		struct xorg_conf conf = { 0 };
		char text[256];

		(void)snprintf(text, sizeof(text), "Section \"Device\"\n%s\nEndSection",
			       booleans[i].text);
		assert_int_equal(xorg_conf_parse(&conf, "/x", text, strlen(text)), 0);
		if (xorg_section_boolean(&conf.sections[0], "HardDPMS") != booleans[i].result)
			fail_msg("%s", booleans[i].text);
		xorg_conf_finish(&conf);
	}
}

/* Line ends mean nothing to Xorg, but end a string and a comment. */
static void test_lines(void **state)
{
	static const char *const texts[] = {
		"Section \"Device\" Identifier \"x\" Driver \"nvidia\" BusID \"PCI:4:0:0\" "
		"EndSection",
		"section\n\"device\"\nidentifier\n# not \"y\"\n\"x\"\ndriver\t\"nvidia\"#\n"
		"bus_id\n\"PCI:4:0:0\"\nEndSection\n",
		"Section \"Device\" Identifier \"x\"\rDriver \"nvidia\"\r\nBusID \"PCI:4:0:0\"\r\n"
		"SubSection \"a\" Driver \"other\" EndSubSection EndSection Driver \"outside\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct xorg_conf conf = { 0 };

		assert_int_equal(xorg_conf_parse(&conf, "/x", texts[i], strlen(texts[i])), 0);
		assert_int_equal(conf.n_sections, 1);
		assert_string_equal(conf.sections[0].identifier, "x");
		assert_string_equal(conf.sections[0].driver, "nvidia");
		assert_string_equal(conf.sections[0].bus_id, "PCI:4:0:0");
		xorg_conf_finish(&conf);
	}
}

static void test_what_a_section_names(void **state)
{
	static const char text[] = "Section \"ServerLayout\"\nIdentifier \"l\"\n"
				   "Screen 0 \"a\" 0 0\nScreen 1 \"b\" RightOf \"a\"\nEndSection\n"
				   "Section \"Screen\"\nIdentifier \"a\"\nDevice \"d\"\n"
				   "Monitor \"m\"\nDefaultDepth 24\nMatchSeat \"seat1\"\n"
				   "EndSection\n"
				   "Section \"Files\"\nModulePath \"/a,/b\"\nEndSection\n";
	struct xorg_conf conf = { 0 };

	(void)state;
	assert_int_equal(xorg_conf_parse(&conf, "/x", text, strlen(text)), 0);
	assert_string_equal(conf.sections[0].screen, "a");
	assert_string_equal(conf.sections[1].device, "d");
	assert_string_equal(conf.sections[1].monitor, "m");
	assert_true(conf.sections[1].is_of_other_seat);
	assert_string_equal(conf.sections[2].module_path, "/a,/b");
	assert_int_equal(conf.sections[2].line, 13);
	xorg_conf_finish(&conf);
}

/* Must end, and read only the text, which sanitizers check. */
static void test_garbage(void **state)
{
	static const char *const texts[] = {
		"Section",
		"Section \"Device",
		"\"\"\"\n\"",
		"EndSection\nEndSubSection\nOption\n",
		"Section \"Device\"\nBusID\nOption\nEndSection",
		"Section \"\"\n#\n \t\"#\" x",
		"\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct xorg_conf conf = { 0 };

		assert_int_equal(xorg_conf_parse(&conf, "/x", texts[i], strlen(texts[i])), 0);
		xorg_conf_finish(&conf);
	}
}

static void test_order_of_files(void **state)
{
	static const char *const identifiers[] = { "four", "two", "three", "one" };
	struct xorg_conf conf;

	(void)state;
	fake_tree_write("/usr/share/X11/xorg.conf.d/10-d.conf",
			"Section \"Device\"\nIdentifier \"four\"\nEndSection\n");
	fake_tree_write("/etc/X11/xorg.conf.d/20-c.conf",
			"Section \"Device\"\nIdentifier \"three\"\nEndSection\n");
	fake_tree_write("/etc/X11/xorg.conf.d/10-b.conf",
			"Section \"Device\"\nIdentifier \"two\"\nEndSection\n");
	fake_tree_write("/etc/X11/xorg.conf.d/.hidden.conf",
			"Section \"Device\"\nIdentifier \"hidden\"\nEndSection\n");
	fake_tree_write("/etc/X11/xorg.conf.d/10-b.conf.old",
			"Section \"Device\"\nIdentifier \"old\"\nEndSection\n");
	fake_tree_write("/etc/X11/xorg.conf",
			"Section \"Device\"\nIdentifier \"one\"\nEndSection\n");
	assert_int_equal(xorg_conf_read(&fake_ctl, &conf), 0);
	assert_int_equal(conf.n_sections, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(conf.sections[i].identifier, identifiers[i]);
	assert_string_equal(conf.sections[1].path, "/etc/X11/xorg.conf.d/10-b.conf");
	xorg_conf_finish(&conf);
}

static void test_no_file(void **state)
{
	struct xorg_conf conf;

	(void)state;
	assert_int_equal(xorg_conf_read(&fake_ctl, &conf), 0);
	assert_int_equal(conf.n_sections, 0);
	xorg_conf_finish(&conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_documented_file),
		cmocka_unit_test(test_booleans),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_what_a_section_names),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test_setup_teardown(test_order_of_files, scratch_create,
						scratch_remove),
		cmocka_unit_test_setup_teardown(test_no_file, scratch_create, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
