/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The password file: real files with real owners and modes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/vnc_des.h"
#include "session/password_file.h"
#include "tests/support/scratch.h"

enum { OTHER_UID = 64123, ANOTHER_UID = 64124 };

/* What vncpasswd writes for "password". */
static const uint8_t one[] = { 0xdb, 0xd8, 0x3c, 0xfd, 0x72, 0x7a, 0x14, 0x58 };

static char reason[512];

static int load(const char *path, struct vnc_passwords *ret_passwords)
{
	struct vnc_passwords *passwords = NULL;
	int r;

	memset(reason, 0, sizeof(reason));
	r = password_file_load(path, &passwords, reason, sizeof(reason));
	if (r == 0 && ret_passwords)
		*ret_passwords = *passwords;
	if (r < 0) {
		assert_null(passwords);
		assert_string_not_equal(reason, "");
	}
	vnc_passwords_destroy(passwords);
	return r;
}

static void assert_refused(const char *path, int error, const char *words)
{
	assert_int_equal(load(path, NULL), error);
	if (!strstr(reason, words))
		fail_msg("\"%s\" does not say \"%s\"", reason, words);
}

static void test_one_password(void **state)
{
	struct vnc_passwords passwords;

	(void)state;
	scratch_write("passwd", one, sizeof(one), 0600);
	assert_int_equal(load(scratch_path("passwd"), &passwords), 0);
	assert_memory_equal(passwords.full, "password", 8);
	assert_false(passwords.has_view_only);
}

/* The second half comes from vncpasswd itself, if there is one. */
static void test_two_passwords(void **state)
{
	struct vnc_passwords passwords;
	uint8_t two[PASSWORD_FILE_MAX];
	FILE *vncpasswd;
	size_t n;

	(void)state;
	vncpasswd = popen("printf 'password\\nlookon\\n' | vncpasswd -f 2>/dev/null", "r");
	assert_non_null(vncpasswd);
	n = fread(two, 1, sizeof(two), vncpasswd);
	if (pclose(vncpasswd) != 0 || n != sizeof(two)) {
		print_message("no vncpasswd that takes -f\n");
		skip();
	}
	assert_memory_equal(two, one, sizeof(one));
	scratch_write("passwd", two, sizeof(two), 0600);
	assert_int_equal(load(scratch_path("passwd"), &passwords), 0);
	assert_memory_equal(passwords.full, "password", 8);
	assert_true(passwords.has_view_only);
	assert_memory_equal(passwords.view_only, "lookon\0", 8);
}

static void test_empty_second_password_is_none(void **state)
{
	static const uint8_t zeros[VNC_PASSWORD_SIZE];
	struct vnc_passwords passwords;
	uint8_t bytes[PASSWORD_FILE_MAX], empty[VNC_PASSWORD_SIZE];

	(void)state;
	vnc_des_hide(zeros, empty);
	memcpy(bytes, one, sizeof(one));
	memcpy(bytes + sizeof(one), empty, sizeof(empty));
	assert_int_equal(password_file_decode(bytes, sizeof(bytes), &passwords), 0);
	assert_memory_equal(passwords.view_only, zeros, sizeof(zeros));
	assert_false(passwords.has_view_only);

	memset(&passwords, 'x', sizeof(passwords));
	assert_int_equal(password_file_decode(empty, sizeof(empty), &passwords), -ENODATA);
	assert_memory_equal(passwords.full, zeros, sizeof(zeros));
	scratch_write("passwd", empty, sizeof(empty), 0600);
	assert_refused(scratch_path("passwd"), -ENODATA, "holds an empty password: run vncpasswd");
}

static void test_missing(void **state)
{
	char words[256];
	const struct passwd *me = getpwuid(geteuid());

	(void)state;
	(void)snprintf(words, sizeof(words),
		       "no VNC password is set for %s: run vncpasswd (or gpudesk passwd)",
		       me ? me->pw_name : "this user");
	assert_refused(scratch_path("passwd"), -ENOENT, words);
	assert_refused(scratch_path("no/such/passwd"), -ENOENT, words);
	assert_int_equal(symlink("nowhere", scratch_path("dangling")), 0);
	assert_refused(scratch_path("dangling"), -ENOENT, words);
	assert_int_equal(symlink("loop", scratch_path("loop")), 0);
	assert_refused(scratch_path("loop"), -ELOOP, "cannot be read by");
}

static void test_every_length(void **state)
{
	uint8_t bytes[64];

	(void)state;
	memset(bytes, 0x5a, sizeof(bytes));
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		scratch_write("passwd", bytes, length, 0600);
		if (length == 0)
			assert_refused(scratch_path("passwd"), -ENODATA,
				       "/passwd is empty: run vncpasswd");
		else if (length < 8)
			assert_refused(scratch_path("passwd"), -EINVAL, "of 8 bytes)");
		else if (length > 8 && length < 16)
			assert_refused(scratch_path("passwd"), -EINVAL, "of 16 bytes)");
		else if (length > 16)
			assert_refused(scratch_path("passwd"), -EINVAL, "more than 16 bytes");
		else
			assert_int_equal(load(scratch_path("passwd"), NULL), 0);
	}
}

static void test_modes(void **state)
{
	static const mode_t bad[] = { 0644, 0640, 0604, 0660, 0666, 0777 };
	static const mode_t written[] = { 0620, 0602, 0622 };
	static const mode_t good[] = { 0600, 0400, 0700, 0611 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		scratch_write("passwd", one, sizeof(one), bad[i]);
		assert_refused(scratch_path("passwd"), -EPERM,
			       "/passwd can be read by others: chmod 600 it");
	}
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		scratch_write("passwd", one, sizeof(one), written[i]);
		assert_refused(scratch_path("passwd"), -EPERM,
			       "/passwd can be written by others: chmod 600 it");
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		scratch_write("passwd", one, sizeof(one), good[i]);
		assert_int_equal(load(scratch_path("passwd"), NULL), 0);
	}
}

static void test_not_a_file(void **state)
{
	(void)state;
	assert_refused(scratch_directory, -EINVAL, "is not a regular file");
	assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
	assert_refused(scratch_path("fifo"), -EINVAL, "is not a regular file");
	(void)close(scratch_listen(scratch_path("socket"), SOCK_STREAM, 1));
	assert_refused(scratch_path("socket"), -ENXIO, "cannot be read by");
	assert_refused("/dev/null", -EINVAL, "is not a regular file");
}

static void test_symbolic_link_is_followed(void **state)
{
	(void)state;
	scratch_write("real", one, sizeof(one), 0600);
	assert_int_equal(symlink("real", scratch_path("passwd")), 0);
	assert_int_equal(load(scratch_path("passwd"), NULL), 0);
	assert_int_equal(chmod(scratch_path("real"), 0644), 0);
	assert_refused(scratch_path("passwd"), -EPERM, "can be read by others");
}

/* Loads as another user. Exit status: the positive error, or 99 for another reason. */
static int load_as(uid_t uid, const char *path, const char *words)
{
	int status, r;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (setgroups(0, NULL) < 0 || setgid(uid) < 0 || setuid(uid) < 0)
			_exit(98);
		r = load(path, NULL);
		_exit(strstr(reason, words) ? -r : 99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_owners(void **state)
{
	const char *path = scratch_path("passwd");

	(void)state;
	if (geteuid() != 0) {
		print_message("not root\n");
		skip();
	}
	scratch_write("passwd", one, sizeof(one), 0600);
	/* of root, and the user cannot read it */
	assert_int_equal(load_as(OTHER_UID, path, "cannot be read by this user"), EACCES);
	assert_int_equal(chown(path, OTHER_UID, OTHER_UID), 0);
	assert_int_equal(load_as(OTHER_UID, path, ""), 0);
	assert_int_equal(load_as(ANOTHER_UID, path, "cannot be read by this user"), EACCES);
	/* root can read it, but does not own it */
	assert_refused(path, -EPERM, "does not belong to root");
	/* a directory that the user cannot enter */
	assert_int_equal(chmod(scratch_directory, 0700), 0);
	assert_int_equal(load_as(OTHER_UID, path, "cannot be read by this user"), EACCES);
}

static void test_home(void **state)
{
	const struct passwd *me = getpwuid(geteuid());
	char path[1280], expected[1280], small[4];

	(void)state;
	assert_non_null(me);
	assert_int_equal(setenv("HOME", scratch_directory, 1), 0);
	(void)snprintf(expected, sizeof(expected), "%s/.vnc/passwd",
		       strcmp(me->pw_dir, "/") == 0 ? "" : me->pw_dir);
	assert_int_equal(password_file_path("~/.vnc/passwd", path, sizeof(path)), 0);
	assert_string_equal(path, expected);

	assert_int_equal(password_file_path("/etc/vncpasswd", path, sizeof(path)), 0);
	assert_string_equal(path, "/etc/vncpasswd");
	/* Only the user's own home. */
	assert_int_equal(password_file_path("~root/passwd", path, sizeof(path)), 0);
	assert_string_equal(path, "~root/passwd");

	assert_int_equal(password_file_path("/ab", small, sizeof(small)), 0);
	assert_int_equal(password_file_path("/abc", small, sizeof(small)), -ENAMETOOLONG);
	assert_string_equal(small, "/ab");
}

static void test_home_of_nobody(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("not root\n");
		skip();
	}
	assert_int_equal(load_as(OTHER_UID, "~/.vnc/passwd", "no usable home directory"), ENOENT);
}

static void test_nothing_is_left_open(void **state)
{
	const unsigned before = scratch_count_descriptors();

	(void)state;
	test_modes(state);
	test_not_a_file(state);
	assert_int_equal(scratch_count_descriptors(), before);
}

#define TEST_CASE(name) cmocka_unit_test_setup_teardown(name, scratch_create, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_CASE(test_one_password),
		TEST_CASE(test_two_passwords),
		TEST_CASE(test_empty_second_password_is_none),
		TEST_CASE(test_missing),
		TEST_CASE(test_every_length),
		TEST_CASE(test_modes),
		TEST_CASE(test_not_a_file),
		TEST_CASE(test_symbolic_link_is_followed),
		TEST_CASE(test_owners),
		TEST_CASE(test_home),
		TEST_CASE(test_home_of_nobody),
		TEST_CASE(test_nothing_is_left_open),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
