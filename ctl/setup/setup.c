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

void setup_say(struct setup *setup, bool is_problem, const char *format, ...)
{
	va_list arguments;

	setup->n_problems += is_problem;
	if (setup->is_quiet)
		return;
	va_start(arguments, format);
	say(is_problem ? "ACTION NEEDED: " : "note: ", format, arguments);
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

static bool is_done(struct setup *setup, const char *what, int r)
{
	if (r < 0)
		setup_failed(setup, what, r);
	return r >= 0;
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

char *setup_read(struct setup *setup, const char *path, size_t *ret_length)
{
	char here[CTL_PATH_MAX], *text;
	int r = safe_read(ctl_path(setup->ctl, path, here), &text, ret_length);

	if (r == -ENOENT) {
		text = calloc(1, 1);
		*ret_length = 0;
		r = text ? 0 : -ENOMEM;
	}
	return is_done(setup, path, r) ? text : NULL;
}

bool setup_write(struct setup *setup, const char *path, const char *text, size_t length)
{
	return is_done(setup, path, journal_write_file(setup->journal, path, text, length, 0644));
}

bool setup_write_private(struct setup *setup, const char *path, const char *text, size_t length)
{
	return is_done(setup, path, journal_write_file(setup->journal, path, text, length, 0600));
}

bool setup_remove(struct setup *setup, const char *path)
{
	return is_done(setup, path, journal_remove_file(setup->journal, path));
}

bool setup_record(struct setup *setup, enum journal_kind kind, const char *name, const char *before)
{
	return is_done(setup, name, journal_record(setup->journal, kind, name, before));
}

bool setup_is_accounts_file(const char *path)
{
	static const char directory[] = "/var/lib/AccountsService/";

	return strncmp(path, directory, sizeof(directory) - 1) == 0;
}

bool setup_is_desktop_file(const struct setup *setup, const char *path)
{
	return strncmp(path, "/etc/X11/", 9) == 0 || strncmp(path, "/etc/dconf/", 11) == 0 ||
	       strncmp(path, "/etc/pam.d/", 11) == 0 || setup_is_accounts_file(path) ||
	       strcmp(path, setup->distribution.gdm_config) == 0;
}
