/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "password_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/vnc_des.h"
#include "common/whole_file.h"

/* What a file is read into: one byte more than it may hold. */
struct file_bytes {
	uint8_t bytes[PASSWORD_FILE_MAX + 1];
	size_t length;
};

/* For messages; never fails. */
static const char *user_name(void)
{
	const struct passwd *entry = getpwuid(geteuid());

	return entry ? entry->pw_name : "this user";
}

static __attribute__((format(printf, 4, 5))) int refuse(int error, char *ret_reason, size_t size,
							const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(ret_reason, size, format, arguments);
	va_end(arguments);
	return error;
}

int password_file_path(const char *configured, char *ret_path, size_t size)
{
	const char *home = "";

	if (strncmp(configured, "~/", 2) == 0) {
		const struct passwd *entry = getpwuid(geteuid());

		if (!entry || !entry->pw_dir || entry->pw_dir[0] != '/')
			return -ENOENT;
		home = entry->pw_dir;
		configured += strcmp(home, "/") == 0 ? 2 : 1;
	}
	size_t length = strlen(home) + strlen(configured);
	if (length >= size)
		return -ENAMETOOLONG;
	(void)snprintf(ret_path, size, "%s%s", home, configured);
	return 0;
}

int password_file_decode(const uint8_t *bytes, size_t length, struct vnc_passwords *ret_passwords)
{
	sodium_memzero(ret_passwords, sizeof(*ret_passwords));
	if (length == 0)
		return -ENODATA;
	if (length != VNC_PASSWORD_SIZE && length != PASSWORD_FILE_MAX)
		return -EINVAL;

	vnc_des_reveal(bytes, ret_passwords->full);
	if (length == PASSWORD_FILE_MAX) {
		vnc_des_reveal(bytes + VNC_PASSWORD_SIZE, ret_passwords->view_only);
		ret_passwords->has_view_only = ret_passwords->view_only[0] != '\0';
	}
	if (ret_passwords->full[0] != '\0')
		return 0;
	sodium_memzero(ret_passwords, sizeof(*ret_passwords));
	return -ENODATA;
}

static int open_file(const char *path, int *ret_fd, char *ret_reason, size_t size)
{
	/* O_NONBLOCK: a FIFO or a device in its place must not block us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const int error = errno;

	if (fd >= 0) {
		*ret_fd = fd;
		return 0;
	}
	if (error == ENOENT || error == ENOTDIR)
		return refuse(-ENOENT, ret_reason, size,
			      "no VNC password is set for %s: run vncpasswd (or gpudesk passwd)",
			      user_name());
	return refuse(-error, ret_reason, size, "%s cannot be read by %s: %s", path, user_name(),
		      strerror(error));
}

static int check_file(int fd, const char *path, char *ret_reason, size_t size)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		int error = errno;

		return refuse(-error, ret_reason, size, "%s: %s", path, strerror(error));
	}
	if (!S_ISREG(st.st_mode))
		return refuse(-EINVAL, ret_reason, size, "%s is not a regular file", path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return refuse(-EPERM, ret_reason, size, "%s does not belong to %s: run vncpasswd",
			      path, user_name());
	if (st.st_mode & 066)
		return refuse(-EPERM, ret_reason, size, "%s can be %s by others: chmod 600 it",
			      path, st.st_mode & 044 ? "read" : "written");
	return 0;
}

static int decode_file(const struct file_bytes *bytes, const char *path,
		       struct vnc_passwords *passwords, char *ret_reason, size_t size)
{
	int r = password_file_decode(bytes->bytes, bytes->length, passwords);

	if (r == -ENODATA && bytes->length == 0)
		return refuse(r, ret_reason, size, "%s is empty: run vncpasswd", path);
	if (r == -ENODATA)
		return refuse(r, ret_reason, size, "%s holds an empty password: run vncpasswd",
			      path);
	if (r < 0 && bytes->length > PASSWORD_FILE_MAX)
		return refuse(r, ret_reason, size,
			      "%s is not a VNC password file (more than 16 bytes): run vncpasswd",
			      path);
	if (r < 0 && bytes->length < VNC_PASSWORD_SIZE)
		return refuse(r, ret_reason, size,
			      "%s is cut short (%zu of 8 bytes): run vncpasswd", path,
			      bytes->length);
	if (r < 0)
		return refuse(r, ret_reason, size,
			      "the view-only password in %s is cut short (%zu of 16 bytes): "
			      "run vncpasswd",
			      path, bytes->length);
	return 0;
}

static int load_from(int fd, const char *path, struct vnc_passwords *passwords, char *ret_reason,
		     size_t size)
{
	struct file_bytes *bytes;
	ssize_t n;
	int r;

	r = check_file(fd, path, ret_reason, size);
	if (r < 0)
		return r;
	/* The obfuscation's key is public: these bytes are as secret as the password. */
	bytes = sodium_malloc(sizeof(*bytes));
	if (!bytes)
		return refuse(-ENOMEM, ret_reason, size, "out of memory");
	sodium_memzero(bytes, sizeof(*bytes));
	n = read_all(fd, bytes->bytes, sizeof(bytes->bytes));
	if (n < 0) {
		r = refuse((int)n, ret_reason, size, "%s: %s", path, strerror((int)-n));
	} else {
		bytes->length = (size_t)n;
		r = decode_file(bytes, path, passwords, ret_reason, size);
	}
	sodium_free(bytes);
	return r;
}

int password_file_load(const char *configured, struct vnc_passwords **ret_passwords,
		       char *ret_reason, size_t reason_size)
{
	char path[1024 + 256];
	int fd = -1, r = password_file_path(configured, path, sizeof(path));

	if (r < 0)
		return refuse(r, ret_reason, reason_size, "%s: %s has no usable home directory",
			      configured, user_name());
	r = open_file(path, &fd, ret_reason, reason_size);
	if (r < 0)
		return r;

	struct vnc_passwords *passwords = sodium_malloc(sizeof(*passwords));
	if (passwords)
		r = load_from(fd, path, passwords, ret_reason, reason_size);
	else
		r = refuse(-ENOMEM, ret_reason, reason_size, "out of memory");
	(void)close(fd);
	if (r < 0) {
		vnc_passwords_destroy(passwords);
		return r;
	}
	*ret_passwords = passwords;
	return 0;
}

void vnc_passwords_destroy(struct vnc_passwords *passwords)
{
	sodium_free(passwords);
}
