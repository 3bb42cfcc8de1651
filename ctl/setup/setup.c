/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "setup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/safe_write.h"
#include "tool.h"

static void say(const char *prefix, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));
static void say(const char *prefix, const char *format, va_list arguments)
{
	fputs(prefix, stdout);
	vprintf(format, arguments);
	putchar('\n');
	fflush(stdout);
}

bool setup_go(struct setup *setup, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(setup->is_dry ? "would " : "", format, arguments);
	va_end(arguments);
	setup->n_changes++;
	return !setup->is_dry;
}

void setup_note(struct setup *setup, const char *format, ...)
{
	va_list arguments;

	if (setup->is_quiet)
		return;
	va_start(arguments, format);
	say("note: ", format, arguments);
	va_end(arguments);
}

void setup_problem(struct setup *setup, const char *format, ...)
{
	va_list arguments;

	setup->n_problems++;
	if (setup->is_quiet)
		return;
	va_start(arguments, format);
	say("ACTION NEEDED: ", format, arguments);
	va_end(arguments);
}

void setup_failed(struct setup *setup, const char *what, int error)
{
	setup_failed_by(setup, what, strerror(-error));
}

void setup_failed_by(struct setup *setup, const char *what, const char *why)
{
	setup->n_problems++;
	printf("FAILED: %s: %s\n", what, why);
	fflush(stdout);
}

int setup_run(struct setup *setup, const char *const arguments[])
{
	char what[256], why[32];
	int status = tool_run(arguments, false);
	size_t length = 0;

	safe_changed();
	if (status == 0)
		return 0;
	for (size_t i = 0; arguments[i] && length < sizeof(what); i++)
		length += (size_t)snprintf(what + length, sizeof(what) - length, "%s%s",
					   i ? " " : "", arguments[i]);
	snprintf(why, sizeof(why), "exit status %d", status);
	setup_failed_by(setup, what, status < 0 ? strerror(-status) : why);
	return status < 0 ? status : -EIO;
}

int setup_read(const struct setup *setup, const char *path, char **ret_text, size_t *ret_length)
{
	char here[CTL_PATH_MAX];
	int r = safe_read(ctl_path(setup->ctl, path, here), ret_text, ret_length);

	if (r != -ENOENT)
		return r;
	*ret_text = calloc(1, 1);
	*ret_length = 0;
	return *ret_text ? 0 : -ENOMEM;
}

bool setup_is_desktop_file(const struct setup *setup, const char *path)
{
	return strncmp(path, "/etc/X11/", 9) == 0 || strncmp(path, "/etc/dconf/", 11) == 0 ||
	       strncmp(path, "/etc/pam.d/", 11) == 0 ||
	       strcmp(path, setup->distribution.gdm_config) == 0;
}
