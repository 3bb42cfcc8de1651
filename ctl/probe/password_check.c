/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "password_check.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/vnc_des.h"

static void say(char words[static PASSWORD_WORDS_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void say(char words[static PASSWORD_WORDS_MAX], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, PASSWORD_WORDS_MAX, format, arguments);
	va_end(arguments);
}

static void find_path(const char *configured, struct password_check *check)
{
	const struct passwd *account;

	if (strncmp(configured, "~/", 2) != 0) {
		say(check->path, "%.300s", configured);
		return;
	}
	account = getpwuid(geteuid());
	if (!account || account->pw_dir[0] != '/')
		say(check->problem, "the user has no usable home directory");
	say(check->path, "%.200s%.100s", account ? account->pw_dir : "", configured + 1);
}

static int open_file(struct password_check *check)
{
	int fd = open(check->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const int error = errno;

	check->owner_wrong = fd < 0 && error == EACCES;
	if (fd < 0 && (error == ENOENT || error == ENOTDIR))
		say(check->problem, "there is no %.250s", check->path);
	else if (fd < 0)
		say(check->problem, "%.200s cannot be read by the user: %s", check->path,
		    strerror(error));
	return fd;
}

static bool check_status(const struct stat *st, struct password_check *check)
{
	if (!S_ISREG(st->st_mode))
		say(check->problem, "%.250s is not a regular file", check->path);
	else if ((check->owner_wrong = st->st_uid != geteuid() && st->st_uid != 0))
		say(check->problem, "%.200s belongs to uid %u, not to the user (uid %u)",
		    check->path, (unsigned)st->st_uid, (unsigned)geteuid());
	else if ((check->mode_wrong = (st->st_mode & 066) != 0))
		say(check->problem, "%.200s has mode %04o: others may %s it", check->path,
		    (unsigned)st->st_mode & 07777, st->st_mode & 044 ? "read" : "write to");
	return check->problem[0] == '\0';
}

static void check_bytes(int fd, struct password_check *check)
{
	uint8_t bytes[2 * VNC_DES_BLOCK + 1] = { 0 }, nothing[VNC_DES_BLOCK] = { 0 };
	ssize_t n = pread(fd, bytes, sizeof(bytes), 0);

	vnc_des_hide(nothing, nothing);
	if (n < 0)
		say(check->problem, "%.200s cannot be read: %s", check->path, strerror(errno));
	else if (n == 0)
		say(check->problem, "%.250s is empty", check->path);
	else if (n != VNC_DES_BLOCK && n != 2 * VNC_DES_BLOCK)
		say(check->problem,
		    "%.200s is not a VNC password file: it has %s%zd bytes, not 8 or 16",
		    check->path, n > 2 * VNC_DES_BLOCK ? "more than " : "",
		    n > 2 * VNC_DES_BLOCK ? n - 1 : n);
	else if (memcmp(bytes, nothing, VNC_DES_BLOCK) == 0)
		say(check->problem, "the password in %.250s is empty", check->path);
	else
		check->has_view_only = n == 2 * VNC_DES_BLOCK &&
				       memcmp(bytes + VNC_DES_BLOCK, nothing, VNC_DES_BLOCK) != 0;
	/* The key is publicly known, so this is as good as the password. */
	explicit_bzero(bytes, sizeof(bytes));
}

/* Anyone who can write to a folder above the file can replace it. */
static void check_folders(struct password_check *check)
{
	char folder[PASSWORD_WORDS_MAX];
	struct stat st;

	memcpy(folder, check->path, sizeof(folder));
	for (char *slash; !check->warning[0] && (slash = strrchr(folder, '/'));) {
		*slash = '\0';
		if (stat(folder[0] ? folder : "/", &st) < 0)
			continue;
		if (st.st_uid != geteuid() && st.st_uid != 0)
			say(check->warning, "%.200s belongs to uid %u, who may replace the file",
			    folder, (unsigned)st.st_uid);
		else if (st.st_mode & 002 && !(st.st_mode & S_ISVTX))
			say(check->warning, "%.200s has mode %04o: others may replace the file",
			    folder, (unsigned)st.st_mode & 07777);
	}
}

void password_check(const char *configured, struct password_check *ret_check)
{
	struct password_check check = { 0 };
	struct stat st;
	int fd = -1;

	find_path(configured, &check);
	if (!check.problem[0])
		fd = open_file(&check);
	if (fd >= 0) {
		if (fstat(fd, &st) < 0)
			say(check.problem, "%.250s: %s", check.path, strerror(errno));
		else if (check_status(&st, &check))
			check_bytes(fd, &check);
		close(fd);
		check_folders(&check);
	}
	*ret_check = check;
}
