/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "setup.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal/safe_write.h"

static void __attribute__((format(printf, 2, 0)))
say(const char *prefix, const char *format, va_list arguments)
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
	say("LEFT TO YOU: ", format, arguments);
	va_end(arguments);
}

void setup_failed(struct setup *setup, const char *what, int error)
{
	setup->n_problems++;
	printf("FAILED: %s: %s\n", what, strerror(-error));
	fflush(stdout);
}

/* The machine's accounts come from anywhere (LDAP, sssd); another root has its own file. */
static const struct passwd *find_in_root(const struct setup *setup, const char *name)
{
	char path[CTL_PATH_MAX];
	FILE *file = fopen(ctl_path(setup->ctl, "/etc/passwd", path), "re");
	const struct passwd *account;

	if (!file)
		return NULL;
	do
		account = fgetpwent(file);
	while (account && strcmp(account->pw_name, name) != 0);
	fclose(file);
	return account;
}

int setup_find_account(const struct setup *setup, const char *name, struct account *ret_account)
{
	const struct passwd *found;

	found = setup->ctl->root[0] ? find_in_root(setup, name) : getpwnam(name);
	if (!found)
		return -ENOENT;
	*ret_account = (struct account){ .uid = found->pw_uid, .gid = found->pw_gid };
	snprintf(ret_account->home, sizeof(ret_account->home), "%s", found->pw_dir);
	return 0;
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

bool setup_exists(const struct setup *setup, const char *path)
{
	char here[CTL_PATH_MAX];

	return access(ctl_path(setup->ctl, path, here), F_OK) == 0;
}
