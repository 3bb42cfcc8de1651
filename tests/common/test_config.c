/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/config.h"
#include "common/log.h"
#include "tests/support/scratch.h"

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND UINT64_C(1000000)
#define REFUSED "; connections are refused until this is fixed"

/* The messages of one run of the parser. */
struct reports {
	int n;
	char messages[64][512];
};

static struct config config;
static struct reports reports;

static void take_report(const char *message, void *userdata)
{
	struct reports *taken = userdata;

	assert_in_range(taken->n, 0, 63);
	assert_in_range(strlen(message), 1, 511);
	strcpy(taken->messages[taken->n++], message);
}

static int parse_bytes(const char *text, size_t size)
{
	reports.n = 0;
	memset(&config, 0x5a, sizeof(config));
	return config_parse("f", text, size, &config, take_report, &reports);
}

static int parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static void assert_clean(const char *text)
{
	if (parse(text) != 0)
		fail_msg("%s", reports.messages[0]);
	assert_int_equal(reports.n, 0);
	assert_string_equal(config.refusal, "");
}

/* Each key has its default. */
static void assert_default(size_t key)
{
	char text[CONFIG_PATH_MAX], standard[CONFIG_PATH_MAX];
	struct config defaults;

	config_init(&defaults);
	assert_in_range(config_format(&config, key, text, sizeof(text)), 1, sizeof(text));
	assert_in_range(config_format(&defaults, key, standard, sizeof(standard)), 1,
			sizeof(standard));
	assert_string_equal(text, standard);
}

static void assert_all_default(void)
{
	for (size_t key = 0; key < config_n_keys; key++)
		assert_default(key);
	assert_int_equal(config.is_set, 0);
}

static void test_defaults(void **state)
{
	(void)state;
	assert_clean("");
	assert_all_default();
	assert_string_equal(config.user, "exouser");
	assert_int_equal(config.idle_timeout, 600 * SECOND);
	assert_true(config.inactive_timeout == CONFIG_NEVER);
	assert_true(config.desktop_timeout == CONFIG_NEVER);
	assert_int_equal(config.session_wait, 60 * SECOND);
	assert_true(config.start_desktop);
	assert_string_equal(config.password_file, "~/.vnc/passwd");
	assert_int_equal(config.allow.n, 3);
	assert_int_equal(config.max_viewers, 8);
	assert_int_equal(config.frame_rate, 60);
	assert_int_equal(config.compression, COMPRESSION_AUTO);
	assert_false(config.view_only);
	assert_int_equal(config.clipboard, CLIPBOARD_BOTH);
	assert_int_equal(config.primary, CLIPBOARD_TO_DESKTOP);
	assert_int_equal(config.clipboard_limit, 262144);
	assert_true(config.resize);
	assert_true(config.status_screen);
	assert_false(config.notify);
	assert_false(config.sound);
	assert_int_equal(config.log_level, LOG_LEVEL_INFO);
}

static void test_sets_every_key(void **state)
{
	(void)state;
	assert_clean("user = alice\nidle_timeout = 0\ninactive_timeout = 2h\n"
		     "desktop_timeout = 1d\nsession_wait = 10min\nstart_desktop = no\n"
		     "password_file = /etc/vnc passwd\nallow = 10.0.0.0/8 ::1\nmax_viewers = 64\n"
		     "frame_rate = 1\ncompression = best\nview_only = yes\nclipboard = to-viewer\n"
		     "primary = off\nclipboard_limit = 1MiB\nresize = off\n"
		     "status_screen = no\nnotify = yes\nsound = yes\nlog_level = debug\n");
	assert_string_equal(config.user, "alice");
	assert_int_equal(config.idle_timeout, 0);
	assert_int_equal(config.inactive_timeout, 7200 * SECOND);
	assert_int_equal(config.desktop_timeout, 86400 * SECOND);
	assert_int_equal(config.session_wait, 600 * SECOND);
	assert_false(config.start_desktop);
	assert_string_equal(config.password_file, "/etc/vnc passwd");
	assert_int_equal(config.allow.n, 2);
	assert_int_equal(config.max_viewers, 64);
	assert_int_equal(config.frame_rate, 1);
	assert_int_equal(config.compression, COMPRESSION_BEST);
	assert_true(config.view_only);
	assert_int_equal(config.clipboard, CLIPBOARD_TO_VIEWER);
	assert_int_equal(config.primary, CLIPBOARD_OFF);
	assert_int_equal(config.clipboard_limit, 1048576);
	assert_false(config.resize);
	assert_false(config.status_screen);
	assert_true(config.notify);
	assert_true(config.sound);
	assert_int_equal(config.log_level, LOG_LEVEL_DEBUG);
	assert_int_equal(config.is_set, (UINT64_C(1) << config_n_keys) - 1);
}

static void test_formats_what_it_reads(void **state)
{
	(void)state;
	for (size_t key = 0; key < config_n_keys; key++) {
		char line[CONFIG_PATH_MAX + 64], value[CONFIG_PATH_MAX];

		snprintf(line, sizeof(line), "%s = %s", config_keys[key].name,
			 config_keys[key].default_value);
		assert_clean(line);
		assert_int_equal(config.is_set, UINT64_C(1) << key);
		assert_int_equal(config_format(&config, key, value, 1), -ENOSPC);
		assert_return_code(config_format(&config, key, value, sizeof(value)), 0);
		snprintf(line, sizeof(line), "%s = %s", config_keys[key].name, value);
		assert_clean(line);
		assert_default(key);
	}
}

static void test_places(void **state)
{
	(void)state;
	assert_clean("\n# c\nframe_rate = 9\nuser = alice");
	assert_string_equal(strrchr(config.places[CONFIG_KEY_frame_rate], ':'), ":3");
	assert_string_equal(strrchr(config.places[CONFIG_KEY_user], ':'), ":4");
	for (size_t key = 0; key < config_n_keys; key++)
		assert_int_equal(config.places[key][0] != '\0', config.is_set >> key & 1);
}

static void test_syntax(void **state)
{
	static const char *const same[] = {
		"user = alice\nframe_rate = 9",
		"user=alice\nframe_rate=9\n",
		"\t user\t=\talice \t\n\n \t\n  frame_rate  =  9  \n",
		"user = alice\r\n\r\nframe_rate = 9\r\n",
		"\xef\xbb\xbfuser = alice\nframe_rate = 9\n",
		"# a comment\n#user = bob\nuser = alice # c # c\n \t# = x\nframe_rate = 9\t#c",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH_OF(same); i++) {
		assert_clean(same[i]);
		assert_string_equal(config.user, "alice");
		assert_int_equal(config.frame_rate, 9);
		assert_int_equal(__builtin_popcountll(config.is_set), 2);
	}
	assert_clean("password_file = /a#b # c");
	assert_string_equal(config.password_file, "/a#b");
	assert_clean("password_file = /a=b");
	assert_string_equal(config.password_file, "/a=b");
	assert_clean("#");
	assert_clean("\xef\xbb\xbf");
}

static const struct {
	const char *text, *message;
	bool refused;
} errors[] = {
	{ "idle_timeot = 5",
	  "f:1: unknown key \"idle_timeot\" (did you mean \"idle_timeout\"?); line ignored",
	  false },
	{ "\n\nalow = ::1", "f:3: unknown key \"alow\" (did you mean \"allow\"?); line ignored",
	  false },
	{ "view-only = yes",
	  "f:1: unknown key \"view-only\" (did you mean \"view_only\"?); line ignored", false },
	{ "User = bob", "f:1: unknown key \"User\" (did you mean \"user\"?); line ignored", false },
	{ "timeout = 5",
	  "f:1: unknown key \"timeout\" (did you mean \"idle_timeout\"?); line ignored", false },
	{ "port = 5901", "f:1: unknown key \"port\"; line ignored", false },
	{ "= 5", "f:1: unknown key \"\"; line ignored", false },
	{ "# c\r\nframe_rate\r\n", "f:2: expected key = value, not \"frame_rate\"; line ignored",
	  false },
	{ "[gpudesk]", "f:1: expected key = value, not \"[gpudesk]\"; line ignored", false },
	{ "view_only yes", "f:1: expected key = value, not \"view_only yes\"" REFUSED, true },
	{ "allow from = ::1", "f:1: unknown key \"allow from\" (did you mean \"allow\"?)" REFUSED,
	  true },
	{ "resize = maybe",
	  "f:1: resize: expected yes or no, not \"maybe\"; using the default, yes", false },
	{ "resize =", "f:1: resize: expected yes or no, not \"\"; using the default, yes", false },
	{ "view_only = \"yes\"", "f:1: view_only: expected yes or no, not \"\"yes\"\"" REFUSED,
	  true },
	{ "clipboard = in",
	  "f:1: clipboard: expected both, to-desktop, to-viewer or off, not \"in\"" REFUSED, true },
	{ "max_viewers = 0",
	  "f:1: max_viewers: \"0\" is out of range (1 to 64); using the default, 8", false },
	{ "max_viewers = 65",
	  "f:1: max_viewers: \"65\" is out of range (1 to 64); using the default, 8", false },
	{ "max_viewers = 4294967297",
	  "f:1: max_viewers: \"4294967297\" is out of range (1 to 64); using the default, 8",
	  false },
	{ "frame_rate = fast",
	  "f:1: frame_rate: expected a whole number, not \"fast\"; using the default, 60", false },
	{ "frame_rate = 241",
	  "f:1: frame_rate: \"241\" is out of range (1 to 240); using the default, 60", false },
	{ "session_wait = never",
	  "f:1: session_wait: \"never\" is out of range (0 to 10min); using the default, 60s",
	  false },
	{ "clipboard_limit = 1025K",
	  "f:1: clipboard_limit: \"1025K\" is out of range (0 to 1MiB); using the default, 256KiB",
	  false },
	{ "idle_timeout = 99999999999999999999",
	  "f:1: idle_timeout: \"99999999999999999999\" is out of range (0 to never); using the "
	  "default, 10min",
	  false },
	{ "allow = 10.0.0.0/8, 10.1.2.3/8, ::1",
	  "f:1: allow: expected addresses or blocks, such as 172.16.0.0/12 or ::1, with no bits "
	  "set after the prefix, not \"10.1.2.3/8\"" REFUSED,
	  true },
	{ "log_level = \x1b[2J", "f:1: control character in \"log_level = ?[2J\"; line ignored",
	  false },
	{ "user = a\rb", "f:1: control character in \"user = a?b\"" REFUSED, true },
};

static void test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH_OF(errors); i++) {
		assert_int_equal(parse(errors[i].text), 1);
		assert_int_equal(reports.n, 1);
		assert_string_equal(reports.messages[0], errors[i].message);
		assert_string_equal(config.refusal, errors[i].refused ? errors[i].message : "");
		assert_all_default();
	}
}

/* The one wrong value in `text` is reported; it refuses connections if the key guards access. */
static void check_key_error(size_t key, unsigned line, const char *text)
{
	char place[16];

	snprintf(place, sizeof(place), "f:%u: ", line);
	assert_int_equal(parse(text), 1);
	assert_memory_equal(reports.messages[0], place, strlen(place));
	assert_string_equal(config.refusal,
			    config_keys[key].guards_access ? reports.messages[0] : "");
	assert_default(key);
}

static void test_errors_of_each_key(void **state)
{
	char text[256];

	(void)state;
	for (size_t key = 0; key < config_n_keys; key++) {
		const struct config_key *k = &config_keys[key];

		snprintf(text, sizeof(text), "# c\n%s = ?", k->name);
		check_key_error(key, 2, text);
		snprintf(text, sizeof(text), "%s =", k->name);
		check_key_error(key, 1, text);
		snprintf(text, sizeof(text), "\n\n%s %s\n", k->name, k->default_value);
		check_key_error(key, 3, text);
		snprintf(text, sizeof(text), "%s = %s\x01\n", k->name, k->default_value);
		check_key_error(key, 1, text);
		snprintf(text, sizeof(text), "%s = %s\n\n%s = %s", k->name, k->default_value,
			 k->name, k->default_value);
		check_key_error(key, 3, text);
		assert_non_null(strstr(reports.messages[0], "is already set in line 1;"));
	}
}

static void test_first_of_two_lines_counts(void **state)
{
	(void)state;
	assert_int_equal(parse("frame_rate = 30\nframe_rate = 20\nframe_rate = x\n"), 2);
	assert_int_equal(config.frame_rate, 30);
	assert_string_equal(config.refusal, "");
	assert_int_equal(parse("frame_rate = x\nframe_rate = 20\n"), 2);
	assert_int_equal(config.frame_rate, 60);
}

static void test_first_refusal_is_kept(void **state)
{
	(void)state;
	assert_int_equal(parse("frame_rate = x\nview_only = x\nallow = x\nuser = bob\n"), 3);
	assert_string_equal(config.refusal, reports.messages[1]);
	assert_string_equal(config.user, "bob");
}

/* A crash may leave such a file; what it said is unknown, so connections are refused. */
static void test_nul_bytes_refuse(void **state)
{
	static const char nul_alone[4096], nul_in_line[] = "frame_rate = 3\0000\nuser = bob";

	(void)state;
	assert_int_equal(parse_bytes(nul_alone, sizeof(nul_alone)), 1);
	assert_string_equal(config.refusal, "f:1: NUL byte: the file is damaged" REFUSED);
	assert_all_default();
	assert_int_equal(parse_bytes(nul_in_line, sizeof(nul_in_line) - 1), 1);
	assert_string_equal(config.refusal, reports.messages[0]);
	assert_int_equal(config.frame_rate, 60);
	assert_string_equal(config.user, "bob");
}

/* Writes "KEY = " and filler, `length` bytes in all. */
static void fill_line(char *line, const char *start, size_t length)
{
	memset(line, ' ', length);
	memcpy(line, start, strlen(start));
	memcpy(line + length - 1, "\n", 2);
}

static void test_line_length(void **state)
{
	char line[4100];

	(void)state;
	fill_line(line, "user = bob", 4097);
	assert_clean(line);
	assert_string_equal(config.user, "bob");
	fill_line(line, "user = bob", 4098);
	assert_int_equal(parse(line), 1);
	assert_string_equal(config.refusal, "f:1: longer than 4096 bytes" REFUSED);
	assert_all_default();
	fill_line(line, "frame_rate = 5", 4098);
	assert_int_equal(parse(line), 1);
	assert_string_equal(config.refusal, "");
	assert_all_default();
}

/* `n` wrong lines, then one that refuses connections. */
static void parse_wrong_lines(int n)
{
	char text[1024] = "";

	for (int i = 0; i < n; i++)
		strcat(text, "x = 1\n");
	strcat(text, "view_only = x\nuser = bob\n");
	parse(text);
	assert_string_equal(config.user, "bob");
	assert_non_null(strstr(config.refusal, "view_only: expected yes or no"));
}

static void test_number_of_reports(void **state)
{
	(void)state;
	parse_wrong_lines(19);
	assert_int_equal(reports.n, 20);
	assert_string_equal(config.refusal, reports.messages[19]);
	parse_wrong_lines(20);
	assert_int_equal(reports.n, 21);
	assert_string_equal(reports.messages[20],
			    "further errors in the configuration are not shown");
	parse_wrong_lines(60);
	assert_int_equal(reports.n, 21);
}

/* Long paths, names and values leave the message one short line; characters stay whole. */
static void test_long_texts_are_cut(void **state)
{
	char text[4096], path[1024];

	(void)state;
	memset(path, 'p', sizeof(path));
	strcpy(path + 1015, "/the/end");
	reports.n = 0;
	assert_int_equal(config_parse(path, "x\n", 2, &config, take_report, &reports), 1);
	assert_non_null(strstr(reports.messages[0], "/the/end:1: "));

	strcpy(text, "log_level = ");
	for (int i = 0; i < 100; i++)
		strcat(text, "\xe2\x82\xac");
	assert_int_equal(parse(text), 1);
	assert_non_null(strstr(reports.messages[0], "\xe2\x82\xac\"; using the default, info"));

	memset(text, 'k', 3000);
	strcpy(text + 3000, " = 1");
	assert_int_equal(parse(text), 1);
	assert_in_range(strlen(reports.messages[0]), 100, 200);
}

static void test_reports_need_no_reader(void **state)
{
	(void)state;
	assert_int_equal(config_parse("f", "user = ?", 8, &config, NULL, NULL), 1);
	assert_string_not_equal(config.refusal, "");
}

/* What is made from the table of keys */

static char shipped[65536], manual[65536];

static void read_built(const char *name, char text[static 65536])
{
	const char *folder = getenv("BUILDDIR");
	char path[4096];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : ".", name);
	file = fopen(path, "re");
	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	size = fread(text, 1, 65535, file);
	fclose(file);
	assert_in_range(size, 1, 65534);
}

static void test_shipped_file_is_the_defaults(void **state)
{
	char line[512];

	(void)state;
	assert_clean(shipped);
	assert_all_default();
	for (size_t key = 0; key < config_n_keys; key++) {
		char *hash;

		snprintf(line, sizeof(line), "\n#%s = %s\n", config_keys[key].name,
			 config_keys[key].default_value);
		hash = strstr(shipped, line);
		if (!hash)
			fail_msg("no line \"%s\"", line + 1);
		hash[1] = ' ';
	}
	assert_clean(shipped);
	assert_int_equal(config.is_set, (UINT64_C(1) << config_n_keys) - 1);
	for (size_t key = 0; key < config_n_keys; key++)
		assert_default(key);
}

static void test_manual_has_every_key(void **state)
{
	char line[64];

	(void)state;
	for (size_t key = 0; key < config_n_keys; key++) {
		snprintf(line, sizeof(line), "\n.It Cm %s\n", config_keys[key].name);
		if (!strstr(manual, line))
			fail_msg("no \"%s\"", line + 1);
	}
}

/* Files, in the current directory. */

static int enter_folder(void **state)
{
	read_built("units/gpudesk.conf", shipped);
	read_built("man/gpudesk.conf.5", manual);
	return scratch_create(state) == 0 ? chdir(scratch_directory) : -1;
}

static int leave_folder(void **state)
{
	return chdir("/") == 0 ? scratch_remove(state) : -1;
}

static int load(const char *path)
{
	reports.n = 0;
	memset(&config, 0x5a, sizeof(config));
	return config_load(path, &config, take_report, &reports);
}

static void write_file(const char *path, const char *text, size_t size)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void assert_unreadable(const char *path, int error, const char *message)
{
	assert_int_equal(load(path), error);
	assert_int_equal(reports.n, 1);
	assert_string_equal(reports.messages[0], message);
	assert_string_equal(config.refusal, message);
	assert_all_default();
}

static void test_loads_a_file(void **state)
{
	(void)state;
	write_file("conf", "user = bob\nframe_rate = x\n", 26);
	assert_int_equal(load("conf"), 1);
	assert_string_equal(reports.messages[0],
			    "conf:2: frame_rate: expected a whole number, not \"x\"; using the "
			    "default, 60");
	assert_string_equal(config.user, "bob");
}

static void test_missing_file_is_as_good_as_empty(void **state)
{
	(void)state;
	assert_int_equal(load("missing"), 0);
	assert_string_equal(config.refusal, "");
	assert_all_default();
	assert_int_equal(load("/dev/null"), 0);
	assert_string_equal(config.refusal, "");
}

static void write_text(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

static void test_drop_ins(void **state)
{
	(void)state;
	write_text("whole", "user = bob\nmax_viewers = 3\nframe_rate = 10\n");
	assert_return_code(mkdir("whole.d", 0755), errno);
	write_text("whole.d/20-b.conf", "max_viewers = 5\n");
	write_text("whole.d/10-a.conf", "max_viewers = 4\nuser = carol\n");
	write_text("whole.d/.30.conf", "max_viewers = 6\n");
	write_text("whole.d/40.conf~", "max_viewers = 7\n");
	write_text("whole.d/50.conf.gpudesk-saved", "max_viewers = 8\n");
	assert_int_equal(load("whole"), 0);
	assert_string_equal(config.user, "carol");
	assert_int_equal(config.max_viewers, 5);
	assert_int_equal(config.frame_rate, 10);
	/* as an administrator switches one off */
	assert_return_code(unlink("whole.d/20-b.conf"), errno);
	assert_return_code(symlink("/dev/null", "whole.d/20-b.conf"), errno);
	assert_int_equal(load("whole"), 0);
	assert_int_equal(config.max_viewers, 4);
	assert_return_code(unlink("whole"), errno);
	assert_int_equal(load("whole"), 0);
	assert_int_equal(config.max_viewers, 4);
	assert_int_equal(config.frame_rate, 60);
}

static void test_errors_in_drop_ins(void **state)
{
	(void)state;
	write_text("faulty", "max_viewers = 3\n");
	assert_return_code(mkdir("faulty.d", 0755), errno);
	write_text("faulty.d/a.conf", "# a\nmax_viewers = 0\nframe_rate = 0\n");
	assert_int_equal(load("faulty"), 2);
	assert_string_equal(reports.messages[0],
			    "faulty.d/a.conf:2: max_viewers: \"0\" is out of range (1 to 64);"
			    " using 3");
	assert_non_null(strstr(reports.messages[1], "using the default, 60"));
	assert_int_equal(config.max_viewers, 3);
	assert_string_equal(config.refusal, "");
	write_text("faulty.d/b.conf", "user = not one\n");
	write_text("faulty.d/c.conf", "user = bob\n");
	assert_int_equal(load("faulty"), 3);
	assert_non_null(strstr(config.refusal, "faulty.d/b.conf:1: user: "));
	assert_return_code(unlink("faulty.d/b.conf"), errno);
	assert_return_code(mkdir("faulty.d/b.conf", 0755), errno);
	assert_int_equal(load("faulty"), -EISDIR);
	assert_string_equal(config.refusal,
			    "faulty.d/b.conf: cannot be read: Is a directory" REFUSED);
}

static int load_with(const char *name, const char *text)
{
	const struct config_source source = { .name = name, .text = text };

	reports.n = 0;
	return config_load_from("tried", &source, &config, take_report, &reports);
}

/* What is not written yet counts as if it were. */
static void test_a_proposed_drop_in(void **state)
{
	(void)state;
	write_text("tried", "user = bob\n");
	assert_int_equal(load_with("50.conf", "user = carol\n"), 0);
	assert_string_equal(config.user, "carol");
	assert_return_code(mkdir("tried.d", 0755), errno);
	write_text("tried.d/50.conf", "user = dave\n");
	assert_int_equal(load_with("50.conf", "user = carol\n"), 0);
	assert_string_equal(config.user, "carol");
	assert_int_equal(load_with("40.conf", "user = carol\n"), 0);
	assert_string_equal(config.user, "dave");
	assert_int_equal(load_with("60.conf", "user = carol\n"), 0);
	assert_string_equal(config.user, "carol");
	assert_int_equal(load_with("60.conf", "user = a b\n"), 1);
	assert_string_not_equal(config.refusal, "");
	assert_string_equal(config.user, "dave");
}

static void test_unreadable_file_refuses(void **state)
{
	(void)state;
	write_file("conf", "", 0);
	assert_return_code(symlink("loop", "loop"), errno);
	assert_return_code(mkfifo("fifo", 0600), errno);
	assert_unreadable(".", -EISDIR, ".: cannot be read: Is a directory" REFUSED);
	assert_unreadable("conf/x", -ENOTDIR, "conf/x: cannot be read: Not a directory" REFUSED);
	assert_unreadable("loop", -ELOOP,
			  "loop: cannot be read: Too many levels of symbolic links" REFUSED);
	assert_unreadable("fifo", -EINVAL, "fifo: cannot be read: Invalid argument" REFUSED);
}

static void test_file_size(void **state)
{
	static char text[65537];

	(void)state;
	memset(text, '\n', sizeof(text));
	memcpy(text + 65536 - 11, "user = bob\n", 11);
	write_file("conf", text, 65536);
	assert_int_equal(load("conf"), 0);
	assert_string_equal(config.user, "bob");
	write_file("conf", text, 65537);
	assert_unreadable("conf", -EFBIG, "conf: cannot be read: File too large" REFUSED);
	assert_unreadable("/dev/zero", -EFBIG, "/dev/zero: cannot be read: File too large" REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_sets_every_key),
		cmocka_unit_test(test_formats_what_it_reads),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_errors_of_each_key),
		cmocka_unit_test(test_first_of_two_lines_counts),
		cmocka_unit_test(test_first_refusal_is_kept),
		cmocka_unit_test(test_nul_bytes_refuse),
		cmocka_unit_test(test_line_length),
		cmocka_unit_test(test_number_of_reports),
		cmocka_unit_test(test_long_texts_are_cut),
		cmocka_unit_test(test_reports_need_no_reader),
		cmocka_unit_test(test_shipped_file_is_the_defaults),
		cmocka_unit_test(test_manual_has_every_key),
		cmocka_unit_test(test_loads_a_file),
		cmocka_unit_test(test_missing_file_is_as_good_as_empty),
		cmocka_unit_test(test_drop_ins),
		cmocka_unit_test(test_errors_in_drop_ins),
		cmocka_unit_test(test_a_proposed_drop_in),
		cmocka_unit_test(test_unreadable_file_refuses),
		cmocka_unit_test(test_file_size),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
