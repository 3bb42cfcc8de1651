/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a password is stored, and where it must not be: in homes that their user made to mislead
 * root. Those tests need root; without it they do what they can.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "passwd/password_store.h"
#include "tests/support/scratch.h"

enum { NOBODY = 65534 };

struct fixture {
	char home[96]; /* the user's; ours is scratch_directory */
	struct password_owner owner;
	char path[PASSWORD_STORE_PATH_MAX], error[PASSWORD_STORE_ERROR_MAX];
};

static const uint8_t first[8] = { 'F', 'I', 'R', 'S', 'T', '1', '1', '1' };
static const uint8_t second[8] = { 'S', 'E', 'C', 'O', 'N', 'D', '2', '2' };

static int setup(void **state)
{
	static struct fixture fixture;

	assert_int_equal(scratch_create(state), 0);
	snprintf(fixture.home, sizeof(fixture.home), "%s", scratch_path("home"));
	assert_int_equal(mkdir(fixture.home, 0755), 0);
	fixture.owner = (struct password_owner){
		.name = geteuid() ? "us" : "nobody",
		.uid = geteuid() ? geteuid() : NOBODY,
		.gid = geteuid() ? getegid() : NOBODY,
		.home = fixture.home,
		.configured = "~/.vnc/passwd",
	};
	assert_int_equal(chown(fixture.home, fixture.owner.uid, fixture.owner.gid), 0);
	*fixture.error = '\0';
	*state = &fixture;
	return 0;
}

static int store(struct fixture *fixture, bool view_only)
{
	return password_store(&fixture->owner, view_only, view_only ? second : first, fixture->path,
			      fixture->error);
}

static void check_file(const char *path, const void *bytes, ssize_t length, uid_t uid)
{
	char found[64];
	struct stat st;
	int fd = open(path, O_RDONLY | O_NOFOLLOW);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, found, sizeof(found)), length);
	assert_memory_equal(found, bytes, (size_t)length);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_uid, uid);
	close(fd);
}

/* Made by the user, even if root runs this. */
static void make(const struct fixture *fixture, const char *name, const char *text, mode_t mode)
{
	int fd = open(scratch_path(name), O_WRONLY | O_CREAT | O_EXCL, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(fchown(fd, fixture->owner.uid, fixture->owner.gid), 0);
	close(fd);
}

static void make_folder(const struct fixture *fixture, const char *name, mode_t mode)
{
	const char *path = scratch_path(name);

	assert_int_equal(mkdir(path, mode), 0);
	assert_int_equal(chmod(path, mode), 0);
	assert_int_equal(chown(path, fixture->owner.uid, fixture->owner.gid), 0);
}

static void check_refused(struct fixture *fixture, int error, const char *words)
{
	assert_int_equal(store(fixture, false), error);
	assert_non_null(strstr(fixture->error, words));
}

static void test_new_file(void **state)
{
	struct fixture *fixture = *state;
	struct stat st;
	mode_t mask = umask(0);

	assert_int_equal(store(fixture, false), 0);
	umask(mask);
	assert_string_equal(fixture->path, scratch_path("home/.vnc/passwd"));
	check_file(fixture->path, first, 8, fixture->owner.uid);
	assert_int_equal(stat(scratch_path("home/.vnc"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(st.st_uid, fixture->owner.uid);
	assert_int_equal(st.st_gid, fixture->owner.gid);
	/* We have our own ids again. */
	assert_int_equal(mkdir(scratch_path("ours"), 0700), 0);
	assert_int_equal(stat(scratch_path("ours"), &st), 0);
	assert_int_equal(st.st_uid, geteuid());
}

static void test_entries(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(store(fixture, true), -ENODATA);
	assert_int_equal(access(scratch_path("home/.vnc/passwd"), F_OK), -1);
	assert_int_equal(store(fixture, false), 0);
	assert_int_equal(store(fixture, true), 0);
	check_file(fixture->path, "FIRST111SECOND22", 16, fixture->owner.uid);
	assert_int_equal(store(fixture, false), 0);
	check_file(fixture->path, "FIRST111SECOND22", 16, fixture->owner.uid);
}

/* A bad password file is replaced, but not taken for a first password. */
static void test_rubbish(void **state)
{
	struct fixture *fixture = *state;

	make_folder(fixture, "home/.vnc", 0700);
	make(fixture, "home/.vnc/passwd", "seventeen letters", 0644);
	assert_int_equal(store(fixture, true), -ENODATA);
	assert_int_equal(store(fixture, false), 0);
	check_file(fixture->path, first, 8, fixture->owner.uid);
}

static void test_other_places(void **state)
{
	struct fixture *fixture = *state;
	char path[256];

	fixture->owner.configured = "~/a/./b//c";
	assert_int_equal(store(fixture, false), 0);
	check_file(scratch_path("home/a/b/c"), first, 8, fixture->owner.uid);
	fixture->owner.configured = "~/../astray";
	check_refused(fixture, -EINVAL, "..");
	fixture->owner.configured = "~/";
	check_refused(fixture, -EINVAL, "not a file name");
	fixture->owner.configured = "~/folder/";
	check_refused(fixture, -EINVAL, "not a file name");
	snprintf(path, sizeof(path), "%s", scratch_path("home/direct"));
	fixture->owner.configured = path;
	assert_int_equal(store(fixture, false), 0);
	check_file(path, first, 8, fixture->owner.uid);
	fixture->owner.home = "";
	check_refused(fixture, -ENOENT, "no home");
}

static void test_folder_of_all(void **state)
{
	struct fixture *fixture = *state;

	make_folder(fixture, "home/.vnc", 0707);
	check_refused(fixture, -EPERM, "chmod go-w");
}

/* As where umask is 002: the group is the user's own. */
static void test_folder_of_own_group(void **state)
{
	struct fixture *fixture = *state;

	make_folder(fixture, "home/.vnc", 0775);
	assert_int_equal(store(fixture, false), 0);
	fixture->owner.gid++;
	check_refused(fixture, -EPERM, "chmod go-w");
}

static void test_no_file(void **state)
{
	struct fixture *fixture = *state;

	make_folder(fixture, "home/.vnc", 0700);
	assert_int_equal(mkfifo(scratch_path("home/.vnc/passwd"), 0600), 0);
	assert_int_equal(
		chown(scratch_path("home/.vnc/passwd"), fixture->owner.uid, fixture->owner.gid), 0);
	check_refused(fixture, -EPERM, "is not a regular file of");
	assert_int_equal(unlink(scratch_path("home/.vnc/passwd")), 0);
	assert_int_equal(mkdir(scratch_path("home/.vnc/passwd"), 0700), 0);
	assert_true(store(fixture, false) < 0);
}

/* Whatever the caller's umask is. */
static void test_mode(void **state)
{
	struct fixture *fixture = *state;

	make_folder(fixture, "home/.vnc", 0700);
	mode_t mask = umask(0777);
	int r = store(fixture, false);
	umask(mask);
	assert_int_equal(r, 0);
	check_file(fixture->path, first, 8, fixture->owner.uid);
}

/* The disk is full: the old file stays, and no other. */
static void test_nothing_is_left(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit limit, little = { 0 };

	assert_int_equal(store(fixture, false), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	little = (struct rlimit){ 12, limit.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	int r = store(fixture, true);
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_int_equal(r, -EFBIG);
	assert_non_null(strstr(fixture->error, "cannot be written"));
	check_file(scratch_path("home/.vnc/passwd"), first, 8, fixture->owner.uid);
	assert_int_equal(unlink(scratch_path("home/.vnc/passwd")), 0);
	assert_int_equal(rmdir(scratch_path("home/.vnc")), 0);
}

/* ---- a user against root ---- */

static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void test_link_for_folder(void **state)
{
	struct fixture *fixture = *state;

	need_root();
	assert_int_equal(mkdir(scratch_path("secret"), 0700), 0);
	assert_int_equal(symlink(scratch_path("secret"), scratch_path("home/.vnc")), 0);
	check_refused(fixture, -ENOTDIR, "symbolic link");
	assert_int_equal(rmdir(scratch_path("secret")), 0);
}

static void test_link_for_file(void **state)
{
	struct fixture *fixture = *state;

	need_root();
	make_folder(fixture, "home/.vnc", 0700);
	assert_int_equal(symlink("/etc/shadow", scratch_path("home/.vnc/passwd")), 0);
	check_refused(fixture, -ELOOP, "symbolic link");
}

/* A hard link to a file that the user may not read is neither read nor changed. */
static void test_hard_link(void **state)
{
	struct fixture *fixture = *state;
	int fd;

	need_root();
	make_folder(fixture, "home/.vnc", 0700);
	fd = open(scratch_path("roots"), O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "8 of it.", 8), 8);
	close(fd);
	assert_int_equal(link(scratch_path("roots"), scratch_path("home/.vnc/passwd")), 0);
	check_refused(fixture, -EACCES, "Permission denied");
	check_file(scratch_path("roots"), "8 of it.", 8, 0);
}

/* A folder of root's in the home, which only root can write to. */
static void test_folder_of_root(void **state)
{
	struct fixture *fixture = *state;

	need_root();
	assert_int_equal(mkdir(scratch_path("home/.vnc"), 0755), 0);
	check_refused(fixture, -EACCES, "cannot be written");
	assert_int_equal(rmdir(scratch_path("home/.vnc")), 0);
}

static void test_home_of_another(void **state)
{
	struct fixture *fixture = *state;

	need_root();
	assert_int_equal(chown(fixture->home, 0, 0), 0);
	check_refused(fixture, -EACCES, "home/.vnc");
	assert_int_equal(access(scratch_path("home/.vnc"), F_OK), -1);
}

/* Outside of the home, only folders that root alone can change are written to. */
static void test_outside(void **state)
{
	struct fixture *fixture = *state;
	char path[256];

	need_root();
	snprintf(path, sizeof(path), "%s", scratch_path("passwd"));
	fixture->owner.configured = path;
	check_refused(fixture, -EPERM, "/tmp can be written by others");
	fixture->owner.configured = "/proc/self/cwd/passwd";
	check_refused(fixture, -ENOTDIR, "symbolic link");
	fixture->owner.configured = "/no-such-folder/passwd";
	check_refused(fixture, -ENOENT, "/no-such-folder");
	fixture->owner.configured = "/passwd/";
	assert_true(store(fixture, false) < 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, scratch_remove)
	const struct CMUnitTest tests[] = {
		TEST(test_new_file),	   TEST(test_entries),
		TEST(test_rubbish),	   TEST(test_other_places),
		TEST(test_folder_of_all),  TEST(test_folder_of_own_group),
		TEST(test_no_file),	   TEST(test_nothing_is_left),
		TEST(test_mode),	   TEST(test_link_for_folder),
		TEST(test_link_for_file),  TEST(test_hard_link),
		TEST(test_folder_of_root), TEST(test_home_of_another),
		TEST(test_outside),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
