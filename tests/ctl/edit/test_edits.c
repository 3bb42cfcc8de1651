/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How setup edits GDM's configuration, PAM's and Xorg's. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edit/gdm_edit.h"
#include "edit/pam_edit.h"
#include "edit/xorg_write.h"

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

static const struct gdm_edit to_xorg = { .user = "alice", .has_wayland = true };

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
		{ "[daemon]\nWaylandEnable=false\nAutomaticLoginEnable=true\n"
		  "AutomaticLogin=alice\nXorgEnable=0\n",
		  "[daemon]\nWaylandEnable=false\nAutomaticLoginEnable=true\n"
		  "AutomaticLogin=alice\nXorgEnable=true\n" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH_OF(cases); i++) {
		char *text = NULL;
		size_t length = 0;
		int r = gdm_edit_apply(&to_xorg, cases[i][0], strlen(cases[i][0]), &text, &length);

		check(r, text, length, cases[i][1]);
	}
}

/* GDM 50 and 51 */
static void test_gdm_without_wayland(void **state)
{
	static const char text[] = "[daemon]\nWaylandEnable=true\n";
	static const char fallback[] = "[daemon]\nFallbackSession=gnome\nAutomaticLoginEnable=1\n"
				       "AutomaticLogin=alice\n";
	static const char done[] = "[daemon]\nFallbackSession=xfce\nAutomaticLoginEnable=1\n"
				   "AutomaticLogin=alice\n";
	struct gdm_edit edit = { .user = "alice" };
	char *edited = NULL;
	size_t length = 0;
	int r = gdm_edit_apply(&edit, text, strlen(text), &edited, &length);

	(void)state;
	check(r, edited, length,
	      "[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=alice\nWaylandEnable=true\n");
	edit.fallback = "xfce";
	r = gdm_edit_apply(&edit, fallback, strlen(fallback), &edited, &length);
	check(r, edited, length,
	      "[daemon]\nFallbackSession=xfce\nAutomaticLoginEnable=1\nAutomaticLogin=alice\n");
	r = gdm_edit_apply(&edit, done, strlen(done), &edited, &length);
	check(r, edited, length, NULL);
}

static void test_text_that_is_not_one(void **state)
{
	static const char nul[] = "[daemon]\nx=\0y\n";
	char *text = NULL;
	size_t length = 0;

	(void)state;
	assert_int_equal(gdm_edit_apply(&to_xorg, nul, sizeof(nul) - 1, &text, &length), 1);
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
		cmocka_unit_test(test_gdm),
		cmocka_unit_test(test_gdm_without_wayland),
		cmocka_unit_test(test_text_that_is_not_one),
		cmocka_unit_test(test_pam),
		cmocka_unit_test(test_xorg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
