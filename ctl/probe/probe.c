/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum value_kind { VALUE_TEXT, VALUE_FLAG, VALUE_NUMBER };

static const struct {
	const char *key;
	enum value_kind kind;
	size_t offset, size;
} values[] = {
#define FIELD(field) offsetof(struct probe, field), sizeof(((struct probe *)NULL)->field)
	{ "PASSWORD_PATH", VALUE_TEXT, FIELD(password_path) },
	{ "PASSWORD_PROBLEM", VALUE_TEXT, FIELD(password_problem) },
	{ "PASSWORD_WARNING", VALUE_TEXT, FIELD(password_warning) },
	{ "PASSWORD_VIEW_ONLY", VALUE_FLAG, FIELD(has_view_only) },
	{ "DISPLAY", VALUE_TEXT, FIELD(display) },
	{ "X_PROBLEM", VALUE_TEXT, FIELD(x_problem) },
	{ "X", VALUE_FLAG, FIELD(has_x) },
	{ "DEPTH", VALUE_NUMBER, FIELD(depth) },
	{ "SIZE", VALUE_TEXT, FIELD(size) },
	{ "SHM", VALUE_FLAG, FIELD(has_shm) },
	{ "SHM_VERSION", VALUE_TEXT, FIELD(shm_version) },
	{ "DAMAGE", VALUE_FLAG, FIELD(has_damage) },
	{ "XFIXES", VALUE_FLAG, FIELD(has_xfixes) },
	{ "XTEST", VALUE_FLAG, FIELD(has_xtest) },
	{ "RANDR", VALUE_FLAG, FIELD(has_randr) },
	{ "RANDR_VERSION", VALUE_TEXT, FIELD(randr_version) },
	{ "GL_RENDERER", VALUE_TEXT, FIELD(renderer) },
	{ "GL_VENDOR", VALUE_TEXT, FIELD(gl_vendor) },
	{ "GL_PROBLEM", VALUE_TEXT, FIELD(gl_problem) },
	{ "DONE", VALUE_FLAG, FIELD(is_done) },
#undef FIELD
};

static void set_value(struct probe *probe, const char *key, const char *text)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char *field = (char *)probe + values[i].offset;

		if (strcmp(values[i].key, key) != 0)
			continue;
		if (values[i].kind == VALUE_TEXT)
			snprintf(field, values[i].size, "%s", text);
		else if (values[i].kind == VALUE_FLAG)
			*(bool *)field = strcmp(text, "1") == 0;
		else
			*(int *)field = atoi(text);
	}
}

void probe_parse(char *text, struct probe *ret_probe)
{
	struct probe probe = { 0 };
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *value = strchr(line, '=');

		if (!value)
			continue;
		*value++ = '\0';
		set_value(&probe, line, value);
	}
	probe.has_password = probe.password_path[0] != '\0';
	*ret_probe = probe;
}

/* In the child. All of the user's rights, none of root's, and nothing of the caller's environment.
 */
static int become(const struct probe_request *request)
{
	if (!request->user)
		return 0;
	if (initgroups(request->user, request->gid) < 0 || setgid(request->gid) < 0 ||
	    setuid(request->uid) < 0)
		return -errno;
	return request->uid != 0 && setuid(0) == 0 ? -EPERM : 0;
}

/*
 * In the child, which never returns. A session of its own: the terminal that root calls from must
 * not be the user's. The parent sees to the time.
 */
static void run_child(const struct probe_request *request, int output)
{
	char *arguments[12] = { (char[]){ "gpudesk" }, (char[]){ "x-probe" } };
	char *environment[] = { (char[]){ "PATH=/usr/bin:/bin" }, (char[]){ "LC_ALL=C" }, NULL };
	const struct {
		const char *option, *value;
	} options[] = {
		{ "--password-file", request->password_file },
		{ "--session", request->session },
		{ "--xauthority", request->xauthority },
	};
	size_t n = 2;
	int null = open("/dev/null", O_RDWR), program = open("/proc/self/exe", O_PATH | O_CLOEXEC);

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!options[i].value || !options[i].value[0])
			continue;
		arguments[n++] = (char *)(uintptr_t)options[i].option;
		arguments[n++] = (char *)(uintptr_t)options[i].value;
	}
	if (null < 0 || program < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(output, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(126);
	setsid();
	if (become(request) < 0 || chdir("/") < 0)
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fexecve(program, arguments, environment);
	_exit(127);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads to the end, or for as long as it may take. Returns whether the end came in time. */
static bool read_output(int fd, char ret_text[static PROBE_OUTPUT_MAX])
{
	const int64_t deadline = now_ms() + PROBE_SECONDS * 1000;
	size_t length = 0;
	ssize_t n = -1;

	while (length < PROBE_OUTPUT_MAX - 1) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - now_ms();

		if (left <= 0 || poll(&ready, 1, (int)left) == 0)
			break;
		n = read(fd, ret_text + length, PROBE_OUTPUT_MAX - 1 - length);
		if (n == 0 || (n < 0 && errno != EINTR))
			break;
		length += n > 0 ? (size_t)n : 0;
	}
	ret_text[length] = '\0';
	return n == 0;
}

int probe_run(const struct probe_request *request, struct probe *ret_probe)
{
	char text[PROBE_OUTPUT_MAX];
	bool ended;
	int ends[2], status;
	pid_t pid;

	*ret_probe = (struct probe){ 0 };
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		run_child(request, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -EAGAIN;
	}
	ended = read_output(ends[0], text);
	close(ends[0]);
	if (!ended)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	probe_parse(text, ret_probe);
	ret_probe->timed_out = !ended;
	if (text[0])
		return 0;
	return ended ? -ENOEXEC : -ETIMEDOUT;
}

const char *probe_words(int error)
{
	switch (error) {
	case -ETIMEDOUT:
		return "what was tried as the user took too long";
	case -ENOEXEC:
		return "cannot run gpudesk x-probe as the user";
	default:
		return strerror(-error);
	}
}
