/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How setup edits GDM's configuration, PAM's, groups, zones, Xorg's, and gpudesk.conf. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edit/gdm_edit.h"
#include "edit/group_edit.h"
#include "edit/key_edit.h"
#include "edit/lines.h"
#include "edit/pam_edit.h"
#include "edit/xorg_write.h"
#include "edit/zone_edit.h"

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Checks an edit's result: `wanted` is the new text, or NULL if nothing may change. */
static void check(int r, char *text, size_t length, const char *wanted)
{
	assert_int_equal(r, wanted ? 1 : 0);
	if (!wanted)
		return;
	assert_string_equal(text, wanted);
	assert_int_equal(length, strlen(wanted));
	free(text);
}

static void test_user_in_gpudesk_conf(void **state)
{
	static const struct key_edit edit = { NULL, "user", "alice", " = ", false, true };
	static const char *const cases[][2] = {
		{ "", "user = alice\n" },
		{ "user = alice # me\n", NULL },
		{ "user=alice", NULL },
		{ "user = bob # him\n", "user = alice # him\n" },
		{ "user = bob\nuser = carol\n", "user = bob\nuser = alice\n" },
		{ "#user = exouser\nidle_timeout = 1\n",
		  "#user = exouser\nuser = alice\nidle_timeout = 1\n" },
		{ "superuser = bob", "superuser = bob\nuser = alice\n" },
		{ "user =\n", "user =alice\n" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH_OF(cases); i++) {
		char *text = NULL;
		size_t length = 0;
		int r = key_edit_apply(&edit, cases[i][0], strlen(cases[i][0]), &text, &length);

		check(r, text, length, cases[i][1]);
	}
}

static void test_gdm(void **state)
{
	static const char all[] = "[daemon]\nWaylandEnable=false\nAutomaticLoginEnable=true\n"
				  "AutomaticLogin=alice\n";
	static const char *const cases[][2] = {
		{ "", all },
		{ all, NULL },
		{ " [daemon] \nWaylandEnable = 0\n AutomaticLoginEnable = TRUE\n"
		  "AutomaticLogin\t=\talice\t\n",
		  NULL },
		/* sections may come twice, and the last line counts */
		{ "[daemon]\nWaylandEnable=false\n[x]\nAutomaticLogin=x\n[daemon]\n"
		  "WaylandEnable=true\nAutomaticLogin=alice\nAutomaticLoginEnable=1\n",
		  "[daemon]\nWaylandEnable=false\n[x]\nAutomaticLogin=x\n[daemon]\n"
		  "WaylandEnable=false\nAutomaticLogin=alice\nAutomaticLoginEnable=1\n" },
		{ "[daemonic]\nWaylandEnable=false",
		  "[daemonic]\nWaylandEnable=false\n\n[daemon]\nWaylandEnable=false\n"
		  "AutomaticLoginEnable=true\nAutomaticLogin=alice\n" },
		{ "[daemon]", "[daemon]\nWaylandEnable=false\nAutomaticLoginEnable=true\n"
			      "AutomaticLogin=alice\n" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH_OF(cases); i++) {
		char *text = NULL;
		size_t length = 0;
		int r = gdm_edit_apply(cases[i][0], strlen(cases[i][0]), "alice", true, &text,
				       &length);

		check(r, text, length, cases[i][1]);
	}
}

/* GDM 50 */
static void test_gdm_without_wayland(void **state)
{
	static const char text[] = "[daemon]\nWaylandEnable=true\n";
	char *edited = NULL;
	size_t length = 0;
	int r = gdm_edit_apply(text, strlen(text), "alice", false, &edited, &length);

	(void)state;
	check(r, edited, length,
	      "[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=alice\nWaylandEnable=true\n");
}

static void test_text_that_is_not_one(void **state)
{
	static const char nul[] = "[daemon]\nx=\0y\n";
	char *text = NULL;
	size_t length = 0;

	(void)state;
	assert_int_equal(gdm_edit_apply(nul, sizeof(nul) - 1, "alice", true, &text, &length), 1);
	assert_memory_equal(text + length - 5, nul + sizeof(nul) - 6, 5);
	free(text);
}

static void test_pam(void **state)
{
	static const char *const cases[][2] = {
		{ "", PAM_EDIT_LINE "\n" },
		{ "session include x", "session include x\n" PAM_EDIT_LINE "\n" },
		{ "a b c\r\n", "a b c\r\n" PAM_EDIT_LINE "\r\n" },
		{ "# pam_gpudesk.so\n-session optional pam_gpudesk.so debug\na b c\n",
		  "# pam_gpudesk.so\na b c\n" PAM_EDIT_LINE "\n" },
		{ " session optional pam_gpudesk.so", PAM_EDIT_LINE "\n" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH_OF(cases); i++) {
		char *text;
		size_t length;
		int r = pam_edit_apply(cases[i][0], strlen(cases[i][0]), &text, &length);

		check(r == 0 ? 1 : r, text, length, cases[i][1]);
	}
}

static const struct membership_case {
	const char *before, *after; /* with gdm out and in */
} memberships[] = {
	{ "vglusers:x:990:\n", "vglusers:x:990:gdm\n" },
	{ "vglusers:x:990:a,b", "vglusers:x:990:a,b,gdm" },
	{ "xvglusers:x:1:\nvglusers:x:990:gdmx\nz:x:2:gdm\n",
	  "xvglusers:x:1:\nvglusers:x:990:gdmx,gdm\nz:x:2:gdm\n" },
	{ "vglusers:!::\n", "vglusers:!::gdm\n" },
};

static void test_groups(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH_OF(memberships); i++) {
		const char *out = memberships[i].before, *in = memberships[i].after;
		char *text = NULL;
		size_t length = 0;
		int r = group_edit_apply(out, strlen(out), "vglusers", "gdm", true, &text, &length);

		check(r, text, length, in);
		r = group_edit_apply(in, strlen(in), "vglusers", "gdm", false, &text, &length);
		check(r, text, length, out);
		assert_int_equal(
			group_edit_apply(in, strlen(in), "vglusers", "gdm", true, &text, &length),
			0);
		assert_int_equal(group_edit_has(in, strlen(in), "vglusers", "gdm"), 1);
		assert_int_equal(group_edit_has(out, strlen(out), "vglusers", "gdm"), 0);
	}
}

static void test_groups_first_member_and_missing_ones(void **state)
{
	static const char text[] = "g:x:7:a,b,c\nbroken:x\n";
	char *edited;
	size_t length;

	(void)state;
	assert_int_equal(group_edit_apply(text, strlen(text), "g", "a", false, &edited, &length),
			 1);
	assert_string_equal(edited, "g:x:7:b,c\nbroken:x\n");
	free(edited);
	assert_int_equal(group_edit_has(text, strlen(text), "broken", "a"), -ENOENT);
	assert_int_equal(group_edit_has("", 0, "g", "a"), -ENOENT);
	assert_int_equal(group_edit_apply(text, strlen(text), "none", "a", true, &edited, &length),
			 0);
}

static void test_zones(void **state)
{
	static const char *const cases[][2] = {
		{ "<zone>\n  <port port=\"5901\" protocol=\"tcp\"/>\n</zone>\n",
		  "<zone>\n</zone>\n" },
		{ "<zone><port protocol='tcp' port='5901' /></zone>", "<zone></zone>" },
		{ "<port port=\"5901\" protocol=\"tcp\"/> <a/>\n", " <a/>\n" },
		{ "<zone>\r\n\t<port port=\"5901\" protocol=\"tcp\"/>\r\n</zone>",
		  "<zone>\r\n</zone>" },
		{ "<port port=\"5901\" protocol=\"tcp\"></port>", NULL },
		{ "<port port=\"5901\" protocol=\"udp\"/>", NULL },
		{ "<port port=\"5900-5910\" protocol=\"tcp\"/>", NULL },
		{ "<!-- <port port=\"5901\" protocol=\"tcp\"/> -->", NULL },
		{ "<rule><port port=\"5901\" protocol=\"tcp\"/><accept/></rule>", NULL },
		{ "<source-port port=\"5901\" protocol=\"tcp\"/>", NULL },
		{ "<port port=\"5901\" protocol=\"tcp\"", NULL },
		{ "<!-- <port port=\"5901\"", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH_OF(cases); i++) {
		char *text = NULL;
		size_t length = 0;
		int r = zone_edit_close(cases[i][0], strlen(cases[i][0]), "5901", &text, &length);

		check(r, text, length, cases[i][1]);
	}
}

static void test_xorg(void **state)
{
	static const char *const none[] = { "a\nBusID\n", "a\nBusID \"x\nb\n", "a" };
	char *text, *edited;
	size_t length;

	(void)state;
	assert_int_equal(xorg_write("PCI:4@1:0:0", &text, &length), 0);
	assert_non_null(strstr(text, "BusID      \"PCI:4@1:0:0\"\n"));
	assert_null(strstr(text, "DRI"));
	assert_int_equal(xorg_write_bus_id("a\n BusID \"x\" # y\nb", 18, 2, "z", &edited, &length),
			 0);
	assert_string_equal(edited, "a\n BusID \"z\" # y\nb");
	free(edited);
	free(text);
	for (size_t i = 0; i < LENGTH_OF(none); i++)
		assert_int_equal(
			xorg_write_bus_id(none[i], strlen(none[i]), 2, "z", &edited, &length),
			-EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_user_in_gpudesk_conf),
		cmocka_unit_test(test_gdm),
		cmocka_unit_test(test_gdm_without_wayland),
		cmocka_unit_test(test_text_that_is_not_one),
		cmocka_unit_test(test_pam),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_groups_first_member_and_missing_ones),
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_xorg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
