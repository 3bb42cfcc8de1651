/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/scratch.h"

char stack_top[64], stack_records[80];

static char root[48]; /* holds pam.d and each test's folder */
static char user[64];
static bool have_namespace;
static int log_socket = -1;

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok;
}

/* Without root: in a user namespace that keeps our ids. */
static bool unshare_mounts(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];

	if (uid == 0)
		return unshare(CLONE_NEWNS) == 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return false;
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	if (!write_text("/proc/self/setgroups", "deny") || !write_text("/proc/self/uid_map", map))
		return false;
	snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	return write_text("/proc/self/gid_map", map);
}

/* Our own /dev with our /dev/log, and the devices that are needed. */
static bool make_dev(void)
{
	static const char *const devices[] = { "/dev/null", "/dev/urandom" };
	int fds[2] = { open(devices[0], O_PATH | O_CLOEXEC), open(devices[1], O_PATH | O_CLOEXEC) };
	bool ok = mount("tmpfs", "/dev", "tmpfs", 0, "mode=0755") == 0;

	for (int i = 0; i < 2; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[i]);
		ok = ok && write_text(devices[i], "") &&
		     mount(path, devices[i], "none", MS_BIND, NULL) == 0;
		close(fds[i]);
	}
	return ok;
}

static bool listen_to_syslog(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };

	log_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return log_socket >= 0 &&
	       bind(log_socket, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool enter_namespace(void)
{
	return unshare_mounts() && mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
	       make_dev() && listen_to_syslog() &&
	       mount("tmpfs", "/run", "tmpfs", 0, "mode=0755") == 0;
}

static bool make_root(void)
{
	char pam_d[64];

	snprintf(root, sizeof(root), "%s/gpudesk-pam.XXXXXX", have_namespace ? "/dev" : "/tmp");
	if (!mkdtemp(root))
		return false;
	snprintf(pam_d, sizeof(pam_d), "%s/pam.d", root);
	if (mkdir(pam_d, 0755) < 0)
		return false;
#ifdef HAVE_PAM_START_CONFDIR
	return true;
#else
	if (mount(pam_d, "/etc/pam.d", "none", MS_BIND, NULL) == 0)
		return true;
	printf("this libpam has no pam_start_confdir(), and no mount namespace is to be had\n");
	scratch_remove_tree(root);
	exit(77); /* tests/run: skipped */
#endif
}

static const char *module_path(void)
{
	static char path[PATH_MAX];
	const char *module = getenv("GPUDESK_PAM_MODULE"), *build = getenv("BUILDDIR");

	if (module)
		return module;
	snprintf(path, sizeof(path), "%s/pam/pam_gpudesk.so", build ? build : ".");
	return path;
}

int stack_setup_group(void **state)
{
	const struct passwd *entry = getpwuid(geteuid());

	(void)state;
	if (!entry || access(module_path(), R_OK) < 0 || *module_path() != '/') {
		fprintf(stderr, "no module at \"%s\": set GPUDESK_PAM_MODULE or BUILDDIR\n",
			module_path());
		return -1;
	}
	snprintf(user, sizeof(user), "%s", entry->pw_name);
	have_namespace = enter_namespace();
	if (!have_namespace)
		fprintf(stderr,
			"NOTE: no mount namespace here (%s): syslog lines are not checked, "
			"some tests are skipped\n",
			strerror(errno));
	return make_root() ? 0 : -1;
}

int stack_teardown_group(void **state)
{
	(void)state;
	if (log_socket >= 0)
		close(log_socket);
	return scratch_remove_tree(root);
}

int stack_setup(void **state)
{
	(void)state;
	snprintf(stack_top, sizeof(stack_top), "%s/test", root);
	snprintf(stack_records, sizeof(stack_records), "%s/sessions", stack_top);
	if (mkdir(stack_top, 0755) < 0 || mkdir(stack_records, 0755) < 0 ||
	    chmod(stack_records, 0755) < 0)
		return -1;
	stack_take_log(NULL, 0);
	return 0;
}

int stack_teardown(void **state)
{
	(void)state;
	umount2(stack_records, MNT_DETACH); /* if a test mounted one */
	chmod(stack_records, 0755);
	return scratch_remove_tree(stack_top);
}

const char *stack_path(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", stack_top, name);
	return path;
}

void stack_need_namespace(void)
{
	if (have_namespace)
		return;
	fprintf(stderr, "NOTE: skipped: it needs a mount namespace\n");
	skip();
}

const char *stack_user(void)
{
	return user;
}

void stack_write_service(const char *service, const char *arguments, bool alone)
{
	char path[256], text[2048];
	int length;

	length = snprintf(text, sizeof(text), "%ssession required %s",
			  alone ? "" : "session required pam_permit.so\n", module_path());
	if (arguments)
		length += snprintf(text + length, sizeof(text) - (size_t)length, " dir=%s %s",
				   stack_records, arguments);
	snprintf(text + length, sizeof(text) - (size_t)length, "\n");
	snprintf(path, sizeof(path), "%s/pam.d/%s", root, service);
	assert_true(write_text(path, text));
}

static int converse(int n, const struct pam_message **messages, struct pam_response **ret_responses,
		    void *data)
{
	(void)n;
	(void)messages;
	(void)ret_responses;
	(void)data;
	return PAM_CONV_ERR; /* the module asks nothing */
}

pam_handle_t *stack_start(const char *service, const char *name, const char *const *environment)
{
	const struct pam_conv conversation = { .conv = converse };
	pam_handle_t *handle = NULL;
#ifdef HAVE_PAM_START_CONFDIR
	char pam_d[64];

	snprintf(pam_d, sizeof(pam_d), "%s/pam.d", root);
	assert_int_equal(pam_start_confdir(service, name, &conversation, pam_d, &handle),
			 PAM_SUCCESS);
#else
	assert_int_equal(pam_start(service, name, &conversation, &handle), PAM_SUCCESS);
#endif
	for (; environment && *environment; environment++)
		assert_int_equal(pam_putenv(handle, *environment), PAM_SUCCESS);
	return handle;
}

void stack_end(pam_handle_t *handle)
{
	assert_int_equal(pam_end(handle, PAM_SUCCESS), PAM_SUCCESS);
}

pam_handle_t *stack_start_login(const char *id)
{
	char session[128];
	const char *environment[] = { session,
				      "XDG_SEAT=seat0",
				      "XDG_VTNR=2",
				      "XDG_SESSION_TYPE=x11",
				      "XDG_SESSION_CLASS=user",
				      "XDG_RUNTIME_DIR=/run/user/1001",
				      NULL };

	snprintf(session, sizeof(session), "XDG_SESSION_ID=%s", id);
	stack_write_service("gdm-autologin", "", false);
	return stack_start("gdm-autologin", user, environment);
}

int stack_take_log(char *ret_text, size_t size)
{
	char line[4096];
	ssize_t length;
	size_t used = 0;
	int n = 0;

	if (log_socket < 0)
		return -1;
	while ((length = recv(log_socket, line, sizeof(line) - 1, 0)) >= 0) {
		line[length] = '\0';
		if (!strstr(line, " pam_gpudesk("))
			continue;
		n++;
		if (used < size)
			used += (size_t)snprintf(ret_text + used, size - used, "%s\n", line);
	}
	return n;
}

/* So many lines, and the word somewhere in them; where nothing can be read, nothing is asserted. */
void stack_assert_log(int lines, const char *word)
{
	char text[8192] = "";
	int n = stack_take_log(text, sizeof(text));

	if (n < 0)
		return;
	if (n != lines || (word && !strstr(text, word)))
		fail_msg("wanted %d lines with \"%s\", got %d:\n%s", lines, word ? word : "", n,
			 text);
}

void stack_assert_silent(void)
{
	stack_assert_log(0, NULL);
}

void stack_open(pam_handle_t *handle)
{
	assert_int_equal(pam_open_session(handle, 0), PAM_SUCCESS);
}

void stack_close(pam_handle_t *handle)
{
	assert_int_equal(pam_close_session(handle, 0), PAM_SUCCESS);
}

unsigned stack_count_records(void)
{
	return scratch_count_entries(stack_records);
}

void stack_load(const char *id, struct session_record *ret_record)
{
	assert_int_equal(session_record_load(stack_records, id, geteuid(), ret_record), 0);
}
