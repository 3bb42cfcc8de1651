/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a scraper's answer, whatever it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "status/control_client.h"

static void test_whole_answer(void **state)
{
	static const char text[] =
		"version=1.2.3\npid=77\nsession=2\ndisplay=:0\nsize=1920x1080\n"
		"status_screen=GDM "
		"waits.\nwaiting=1\nidle_timeout=600\nviewers=2\nlater_key=what=ever\n"
		"viewer.0.peer=172.17.0.2:5\nviewer.0.since=1763800000\n"
		"viewer.0.view_only=no\nviewer.0.frames=18446744073709551615\n"
		"viewer.0.frame_rate=29.9\nviewer.0.bytes=12345678901\n"
		"viewer.0.encoding=raw\nviewer.0.asks_for=zrle\n"
		"viewer.0.link=local\nviewer.0.later=x\n"
		"viewer.1.peer=[::1]:6\nviewer.1.view_only=yes\n";
	struct scraper_report report;

	(void)state;
	assert_int_equal(scraper_report_parse(text, &report), 0);
	assert_string_equal(report.version, "1.2.3");
	assert_int_equal(report.pid, 77);
	assert_string_equal(report.session, "2");
	assert_string_equal(report.display, ":0");
	assert_string_equal(report.size, "1920x1080");
	assert_string_equal(report.status_screen, "GDM waits.");
	assert_int_equal(report.waiting, 1);
	assert_int_equal(report.idle_timeout, 600);
	assert_true(report.stops_in == UINT64_MAX);
	assert_int_equal(report.n_viewers, 2);
	assert_string_equal(report.viewers[0].peer, "172.17.0.2:5");
	assert_int_equal(report.viewers[0].since, 1763800000);
	assert_false(report.viewers[0].view_only);
	assert_true(report.viewers[0].frames == UINT64_MAX);
	assert_int_equal((int)(report.viewers[0].frame_rate * 10 + 0.5), 299);
	assert_true(report.viewers[0].bytes == UINT64_C(12345678901));
	assert_string_equal(report.viewers[0].encoding, "raw");
	assert_string_equal(report.viewers[0].asks_for, "zrle");
	assert_string_equal(report.viewers[0].link, "local");
	assert_string_equal(report.viewers[1].peer, "[::1]:6");
	assert_true(report.viewers[1].view_only);
}

static void test_settings(void **state)
{
	struct scraper_report report;

	(void)state;
	assert_int_equal(scraper_report_parse("setting.max_viewers=5\nsetting.later=1\n"
					      "setting.frame_rate=many\nsetting.view_only=yes\n",
					      &report),
			 0);
	assert_true(report.has_setting ==
		    (UINT64_C(1) << CONFIG_KEY_max_viewers | UINT64_C(1) << CONFIG_KEY_view_only));
	assert_int_equal(report.config.max_viewers, 5);
	assert_true(report.config.view_only);
}

/* As packaging/source makes them of what is not tagged, committed or not. */
static void test_long_version(void **state)
{
	struct scraper_report report;

	(void)state;
	assert_int_equal(
		scraper_report_parse("version=0.2.0~git20261129.030044.fb98279.dirty\n", &report),
		0);
	assert_string_equal(report.version, "0.2.0~git20261129.030044.fb98279.dirty");
}

static void test_without_viewers(void **state)
{
	struct scraper_report report;

	(void)state;
	assert_int_equal(scraper_report_parse("", &report), 0);
	assert_int_equal(report.n_viewers, 0);
	assert_int_equal(scraper_report_parse("idle_timeout=never\nstops_in=0", &report), 0);
	assert_true(report.idle_timeout == UINT64_MAX);
	assert_int_equal(report.stops_in, 0);
}

static void test_what_is_no_answer(void **state)
{
	static const char *const texts[] = {
		"nonsense",
		"\n",
		"pid=",
		"pid=-1",
		"pid=1x",
		"pid= 1",
		"waiting=99999999999999999999999",
		"stops_in=soon",
		"viewer.=x",
		"viewer.x.peer=1",
		"viewer.64.peer=1",
		"viewer.-1.peer=1",
		"viewer.18446744073709551615.peer=1",
		"viewer.0.frames=many",
		"viewer.0.frame_rate=1",
		"viewer.0.view_only=perhaps",
		"viewer.0.encoding=a-word-that-is-longer-than-any-encodings-name",
		"size=00000000000000000000000000000000000x1",
	};
	struct scraper_report report;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		memset(&report, 0x5a, sizeof(report));
		assert_true(scraper_report_parse(texts[i], &report) < 0);
		assert_int_equal(report.pid, 0x5a5a5a5a);
	}
	assert_int_equal(scraper_report_parse("viewer.63.peer=1", &report), 0);
	assert_int_equal(report.n_viewers, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_answer),	  cmocka_unit_test(test_settings),
		cmocka_unit_test(test_long_version),	  cmocka_unit_test(test_without_viewers),
		cmocka_unit_test(test_what_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
