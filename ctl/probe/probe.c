/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"

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
	{ "PASSWORD_MODE_WRONG", VALUE_FLAG, FIELD(password_mode_wrong) },
	{ "PASSWORD_OWNER_WRONG", VALUE_FLAG, FIELD(password_owner_wrong) },
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
	{ "GL_PROBLEM", VALUE_TEXT, FIELD(gl_problem) },
	{ "IDLE_DELAY", VALUE_TEXT, FIELD(idle_delay) },
	{ "LOCK_ENABLED", VALUE_TEXT, FIELD(lock_enabled) },
	{ "SESSION_SLEEP", VALUE_TEXT, FIELD(session_sleep) },
	{ "GREETER_SLEEP", VALUE_TEXT, FIELD(greeter_sleep) },
	{ "SOUND_SERVER", VALUE_FLAG, FIELD(has_sound_server) },
	{ "SINKS", VALUE_FLAG, FIELD(has_sinks) },
	{ "DEFAULT_SINK", VALUE_TEXT, FIELD(default_sink) },
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

/* All of the user's rights, and none of root's. */
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
 * In the new process. A session of its own: the terminal that root calls from must not be the
 * user's.
 */
static int prepare(const void *userdata)
{
	int r;

	setsid();
	r = become(userdata);
	if (r < 0)
		return r;
	if (chdir("/") < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	return 0;
}

int probe_run(const struct probe_request *request, struct probe *ret_probe)
{
	const struct {
		const char *option, *value;
	} options[] = {
		{ "--password-file", request->password_file },
		{ "--session", request->session },
		{ "--xauthority", request->xauthority },
	};
	const char *arguments[11] = { "gpudesk", "x-probe", "--settings" };
	const struct child child = {
		.path = "/proc/self/exe",
		.arguments = arguments,
		.is_quiet = true,
		.prepare = prepare,
		.userdata = request,
		.seconds = PROBE_SECONDS,
	};
	char text[PROBE_OUTPUT_MAX] = "";
	size_t n = 3;
	int r;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!options[i].value || !options[i].value[0])
			continue;
		arguments[n++] = options[i].option;
		arguments[n++] = options[i].value;
	}
	if (request->sound)
		arguments[n++] = "--sound";
	r = child_run(&child, text, sizeof(text));
	probe_parse(text, ret_probe);
	ret_probe->timed_out = r == -ETIMEDOUT || r == -EFBIG;
	if (text[0])
		return 0;
	return r >= 0 || r == -EIO ? -ENOEXEC : r;
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
