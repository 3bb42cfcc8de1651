/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Storing and removing records, arguments, and everything that can go wrong: pam_gpudesk.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stack.h"
#include "tests/support/scratch.h"

static void test_two_sessions_of_one_user(void **state)
{
	pam_handle_t *first = stack_start_login("2"), *second = stack_start_login("5");
	struct session_record record;

	(void)state;
	stack_open(first);
	stack_open(second);
	assert_int_equal(stack_count_records(), 2);
	stack_close(first);
	assert_int_equal(stack_count_records(), 1);
	stack_load("5", &record);
	stack_close(second);
	assert_int_equal(stack_count_records(), 0);
	stack_end(first);
	stack_end(second);
	stack_assert_silent();
}

/* Whatever XDG_SESSION_ID says by then. */
static void test_close_removes_the_record_it_wrote(void **state)
{
	pam_handle_t *first = stack_start_login("2"), *second = stack_start_login("5");
	struct session_record record;

	(void)state;
	stack_open(first);
	stack_open(second);
	assert_int_equal(pam_putenv(first, "XDG_SESSION_ID=5"), PAM_SUCCESS);
	stack_close(first);
	stack_load("5", &record);
	assert_int_equal(stack_count_records(), 1);
	assert_int_equal(pam_putenv(second, "XDG_SESSION_ID"), PAM_SUCCESS);
	stack_close(second);
	assert_int_equal(stack_count_records(), 0);
	stack_end(first);
	stack_end(second);
}

static void test_close_by_another_handle_of_the_process(void **state)
{
	pam_handle_t *opens = stack_start_login("2"), *closes = stack_start_login("2");

	(void)state;
	stack_open(opens);
	stack_end(opens);
	assert_int_equal(stack_count_records(), 1);
	stack_close(closes);
	assert_int_equal(stack_count_records(), 0);
	stack_end(closes);
}

/* Runs `act` in another process and waits for it. */
static void in_child(void (*act)(pam_handle_t *), pam_handle_t *handle)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		act(handle);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void open_or_exit(pam_handle_t *handle)
{
	if (pam_open_session(handle, 0) != PAM_SUCCESS)
		_exit(1);
}

static void close_or_exit(pam_handle_t *handle)
{
	if (pam_close_session(handle, 0) != PAM_SUCCESS)
		_exit(1);
}

/* A session's number may be reused: its record then belongs to another login. */
static void test_close_leaves_another_logins_record(void **state)
{
	pam_handle_t *theirs = stack_start_login("2"), *ours = stack_start_login("2");
	struct session_record record;

	(void)state;
	in_child(open_or_exit, theirs);
	stack_load("2", &record);
	assert_int_not_equal(record.leader, getpid());
	stack_close(ours);
	stack_load("2", &record);
	stack_assert_silent();

	/* Opening session 2 makes the record ours; another login takes it over; it is not ours any
	 * more. */
	stack_open(ours);
	in_child(open_or_exit, theirs);
	stack_close(ours);
	stack_load("2", &record);
	stack_end(theirs);
	stack_end(ours);
	stack_assert_silent();
}

static void test_close_by_a_child_of_the_process_that_opened(void **state)
{
	pam_handle_t *handle = stack_start_login("2");

	(void)state;
	stack_open(handle);
	in_child(close_or_exit, handle);
	assert_int_equal(stack_count_records(), 0);
	stack_close(handle); /* nothing to remove, and nothing to report */
	stack_end(handle);
	stack_assert_silent();
}

static void test_open_replaces_a_stale_record(void **state)
{
	pam_handle_t *handle = stack_start_login("2");
	struct session_record stale = { .user = "mallory", .session = "2", .type = "x11" }, record;

	(void)state;
	assert_int_equal(session_record_store(stack_records, &stale), 0);
	stack_open(handle);
	stack_load("2", &record);
	assert_string_equal(record.user, stack_user());
	assert_int_equal(stack_count_records(), 1);
	stack_end(handle);
}

static void test_the_mode_does_not_depend_on_the_umask(void **state)
{
	static const mode_t masks[] = { 0, 022, 077, 0777 };
	pam_handle_t *handle = stack_start_login("2");
	struct stat status;

	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		mode_t before = umask(masks[i]);
		int r = pam_open_session(handle, 0);

		assert_int_equal(umask(before), masks[i]);
		assert_int_equal(r, PAM_SUCCESS);
		assert_int_equal(stat(stack_path("sessions/2"), &status), 0);
		assert_int_equal(status.st_mode, S_IFREG | 0644);
		assert_int_equal(status.st_uid, geteuid());
	}
	stack_end(handle);
	stack_assert_silent();
}

struct process {
	char directory[256];
	unsigned descriptors;
	sigset_t blocked;
	void (*handlers[32])(int);
};

static void look_at_process(struct process *ret_process)
{
	memset(ret_process, 0, sizeof(*ret_process));
	ret_process->descriptors = scratch_count_descriptors();
	assert_non_null(getcwd(ret_process->directory, sizeof(ret_process->directory)));
	sigprocmask(SIG_SETMASK, NULL, &ret_process->blocked);
	for (int i = 1; i < 32; i++) {
		struct sigaction action;

		assert_int_equal(sigaction(i, NULL, &action), 0);
		ret_process->handlers[i] = action.sa_handler;
	}
}

static void test_it_leaves_the_process_as_it_was(void **state)
{
	pam_handle_t *handle = stack_start_login("2");
	struct process before, after;

	(void)state;
	assert_int_equal(pam_putenv(handle, "XDG_VTNR=x"), PAM_SUCCESS);
	stack_open(handle); /* the first line opens syslog's socket, for good */
	look_at_process(&before);
	for (int i = 0; i < 3; i++) {
		stack_take_log(NULL, 0);
		stack_open(handle);
		stack_close(handle);
		stack_close(handle);
	}
	look_at_process(&after);
	assert_memory_equal(&before, &after, sizeof(before));
	stack_end(handle);
}

static void test_debug(void **state)
{
	static const char *const environment[] = { "XDG_SESSION_ID=2", NULL };
	pam_handle_t *handle;

	(void)state;
	stack_write_service("gdm-password", "debug", false);
	handle = stack_start("gdm-password", stack_user(), environment);
	stack_open(handle);
	stack_assert_log(1, "<87>"); /* authpriv.debug */
	stack_close(handle);
	stack_assert_log(1, "removed the record of session 2");
	stack_close(handle);
	stack_assert_log(1, "no record of session 2");
	stack_end(handle);
}

static void test_bad_arguments_are_reported_once_and_ignored(void **state)
{
	static const char *const environment[] = { "XDG_SESSION_ID=2", NULL };
	pam_handle_t *handle;

	(void)state;
	stack_write_service("gdm-password", "nonsense dir=relative dir= debug=1", false);
	handle = stack_start("gdm-password", stack_user(), environment);
	stack_open(handle);
	assert_int_equal(stack_count_records(), 1);
	stack_assert_log(4, "ignoring the argument \"nonsense\"");
	stack_close(handle);
	assert_int_equal(stack_count_records(), 0);
	stack_assert_silent();
	stack_end(handle);
}

static void test_the_default_directory(void **state)
{
	static const char *const environment[] = { "XDG_SESSION_ID=2", NULL };
	struct session_record record;
	pam_handle_t *handle;

	(void)state;
	stack_need_namespace();
	if (strncmp(SESSION_RECORD_DIRECTORY, "/run/gpudesk/", 13) != 0)
		skip(); /* configured to be elsewhere, outside of the test's own /run */
	stack_write_service("gdm-password", NULL, false);
	handle = stack_start("gdm-password", stack_user(), environment);
	stack_open(handle);
	assert_int_equal(access("/run/gpudesk", F_OK), -1);
	stack_assert_log(1, "systemd-tmpfiles --create gpudesk.conf");
	stack_close(handle);
	stack_assert_silent();

	assert_int_equal(mkdir("/run/gpudesk", 0755), 0);
	assert_int_equal(mkdir(SESSION_RECORD_DIRECTORY, 0755), 0);
	stack_open(handle);
	assert_int_equal(session_record_load(SESSION_RECORD_DIRECTORY, "2", geteuid(), &record), 0);
	stack_close(handle);
	assert_int_equal(rmdir(SESSION_RECORD_DIRECTORY), 0);
	assert_int_equal(rmdir("/run/gpudesk"), 0);
	stack_assert_silent();
	stack_end(handle);
}

/* One line with the word in it, nothing stored, and the login goes on, also where nobody else says
 * yes. */
static void assert_fails_softly(const char *word)
{
	static const char *const environment[] = { "XDG_SESSION_ID=2", NULL };
	pam_handle_t *handle;

	stack_write_service("gdm-autologin", "", true);
	handle = stack_start("gdm-autologin", stack_user(), environment);
	stack_open(handle);
	stack_assert_log(1, word);
	stack_end(handle);
}

static void test_a_directory_that_is_missing(void **state)
{
	(void)state;
	assert_int_equal(rmdir(stack_records), 0);
	assert_fails_softly("No such file or directory; create it");
	assert_int_equal(access(stack_records, F_OK), -1);
}

static void test_a_directory_that_others_can_write(void **state)
{
	(void)state;
	assert_int_equal(chmod(stack_records, 0775), 0);
	assert_fails_softly("must not be writable by others");
	assert_int_equal(chmod(stack_records, 01777), 0);
	assert_fails_softly("must not be writable by others");
	assert_int_equal(stack_count_records(), 0);
}

static void test_a_directory_of_somebody_else(void **state)
{
	(void)state;
	if (chown(stack_records, geteuid() + 1, (gid_t)-1) < 0) {
		fprintf(stderr, "NOTE: skipped: it needs root\n");
		skip();
	}
	assert_fails_softly("must belong to root");
	assert_int_equal(stack_count_records(), 0);
}

static void test_a_directory_that_is_a_link(void **state)
{
	char other[96];

	(void)state;
	snprintf(other, sizeof(other), "%s", stack_path("other"));
	assert_int_equal(rename(stack_records, other), 0);
	assert_int_equal(symlink(other, stack_records), 0);
	assert_fails_softly("must not be links");
	assert_int_equal(stack_count_records(), 0);
}

static void open_without_capabilities(pam_handle_t *handle)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	if (syscall(SYS_capset, &header, none) < 0)
		_exit(2);
	open_or_exit(handle);
}

static void test_a_directory_that_cannot_be_written(void **state)
{
	pam_handle_t *handle = stack_start_login("2");

	(void)state;
	assert_int_equal(chmod(stack_records, 0555), 0);
	in_child(open_without_capabilities, handle);
	assert_int_equal(stack_count_records(), 0);
	stack_assert_log(1, "Permission denied; check its permissions");
	stack_end(handle);
}

static void mount_records(unsigned long flags, const char *options)
{
	stack_need_namespace();
	assert_int_equal(mount("tmpfs", stack_records, "tmpfs", flags, options), 0);
}

static void test_a_read_only_file_system(void **state)
{
	(void)state;
	mount_records(MS_RDONLY, "mode=0755");
	assert_fails_softly("Read-only file system");
}

static void test_a_full_disk(void **state)
{
	char page[4096] = "x";
	int fd;

	(void)state;
	mount_records(0, "mode=0755,size=4k");
	fd = open(stack_path("sessions/filler"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, page, sizeof(page)), sizeof(page));
	assert_int_equal(write(fd, page, 1), -1);
	close(fd);
	assert_fails_softly("No space left on device; make room there");
	assert_int_equal(stack_count_records(), 1); /* the filler; no temporary file */
}

static void test_a_disk_without_inodes(void **state)
{
	(void)state;
	mount_records(0, "mode=0755,nr_inodes=1");
	assert_fails_softly("No space left on device; make room there");
	assert_int_equal(stack_count_records(), 0);
}

static void test_a_planted_link_is_replaced(void **state)
{
	pam_handle_t *handle = stack_start_login("2");
	struct session_record record;
	char victim[96];
	struct stat status;

	(void)state;
	snprintf(victim, sizeof(victim), "%s", stack_path("victim"));
	assert_int_equal(close(open(victim, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), 0);
	assert_int_equal(symlink(victim, stack_path("sessions/2")), 0);
	stack_open(handle);
	stack_load("2", &record);
	stack_close(handle);
	assert_int_equal(stat(victim, &status), 0);
	assert_int_equal(status.st_size, 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	stack_end(handle);
	stack_assert_silent();
}

static void test_close_leaves_what_is_not_a_record_of_ours(void **state)
{
	pam_handle_t *handle = stack_start_login("2");

	(void)state;
	stack_open(handle);
	assert_int_equal(unlink(stack_path("sessions/2")), 0);
	assert_int_equal(symlink("../victim", stack_path("sessions/2")), 0);
	stack_close(handle);
	assert_int_equal(stack_count_records(), 1);
	stack_assert_log(1, "cannot remove the record of session 2");

	assert_int_equal(unlink(stack_path("sessions/2")), 0);
	assert_int_equal(
		close(open(stack_path("sessions/2"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)), 0);
	stack_close(handle);
	assert_int_equal(stack_count_records(), 1);
	stack_assert_log(1, "is not a record");
	stack_end(handle);
}

static void test_a_folder_in_the_place_of_the_record(void **state)
{
	(void)state;
	assert_int_equal(mkdir(stack_path("sessions/2"), 0755), 0);
	assert_fails_softly("Is a directory");
	assert_int_equal(stack_count_records(), 1);
}

#define IN_STACK(test) cmocka_unit_test_setup_teardown(test, stack_setup, stack_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STACK(test_two_sessions_of_one_user),
		IN_STACK(test_close_removes_the_record_it_wrote),
		IN_STACK(test_close_by_another_handle_of_the_process),
		IN_STACK(test_close_leaves_another_logins_record),
		IN_STACK(test_close_by_a_child_of_the_process_that_opened),
		IN_STACK(test_open_replaces_a_stale_record),
		IN_STACK(test_the_mode_does_not_depend_on_the_umask),
		IN_STACK(test_it_leaves_the_process_as_it_was),
		IN_STACK(test_debug),
		IN_STACK(test_bad_arguments_are_reported_once_and_ignored),
		IN_STACK(test_the_default_directory),
		IN_STACK(test_a_directory_that_is_missing),
		IN_STACK(test_a_directory_that_others_can_write),
		IN_STACK(test_a_directory_of_somebody_else),
		IN_STACK(test_a_directory_that_is_a_link),
		IN_STACK(test_a_directory_that_cannot_be_written),
		IN_STACK(test_a_read_only_file_system),
		IN_STACK(test_a_full_disk),
		IN_STACK(test_a_disk_without_inodes),
		IN_STACK(test_a_planted_link_is_replaced),
		IN_STACK(test_close_leaves_what_is_not_a_record_of_ours),
		IN_STACK(test_a_folder_in_the_place_of_the_record),
	};

	return cmocka_run_group_tests_name("pam_gpudesk", tests, stack_setup_group,
					   stack_teardown_group);
}
