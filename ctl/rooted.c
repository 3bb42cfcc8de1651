/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rooted.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

enum { LINKS_MAX = 40 }; /* the kernel's own limit */

static int fitted(int length)
{
	return length >= 0 && length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Takes the first part of *rest, and moves *rest past it and the slashes. False at the end. */
static bool take_part(const char **rest, char ret_part[static NAME_MAX + 1])
{
	*rest += strspn(*rest, "/");
	size_t length = strcspn(*rest, "/");
	if (length == 0 || length > NAME_MAX)
		return false;
	memcpy(ret_part, *rest, length);
	ret_part[length] = '\0';
	*rest += length;
	*rest += strspn(*rest, "/");
	return true;
}

/* Appends the part to `done`. Without following: a link is a name as any other. */
static int step(char done[static PATH_MAX], const char *part)
{
	size_t length = strlen(done);

	if (strcmp(part, ".") == 0)
		return 0;
	if (strcmp(part, "..") == 0) {
		char *slash = strrchr(done, '/');

		if (slash)
			*slash = '\0';
		return 0;
	}
	return fitted((int)length + snprintf(done + length, PATH_MAX - length, "/%s", part));
}

/* What the link `part` in `done` points to, or -EINVAL if it is none, or -errno. */
static ssize_t read_link(const char *root, const char *done, const char *part,
			 char ret_target[static PATH_MAX])
{
	char here[PATH_MAX];

	if (fitted(snprintf(here, sizeof(here), "%s%s/%s", root, done, part)) < 0)
		return -ENAMETOOLONG;
	ssize_t length = readlink(here, ret_target, PATH_MAX - 1);
	if (length < 0)
		return -errno;
	ret_target[length] = '\0';
	return length;
}

int rooted_walk(const char *root, const char *path, bool follow, char ret_path[static PATH_MAX])
{
	char done[PATH_MAX] = "", texts[2][PATH_MAX], target[PATH_MAX], part[NAME_MAX + 1];
	const char *rest = path;
	int n_links = 0, r = 0;

	while (r == 0 && take_part(&rest, part)) {
		bool is_followed = (follow || *rest) && strcmp(part, ".") != 0 &&
				   strcmp(part, "..") != 0;

		if (!is_followed || read_link(root, done, part, target) < 0) {
			r = step(done, part);
			continue;
		}
		if (++n_links > LINKS_MAX)
			return -ELOOP;
		if (target[0] == '/')
			done[0] = '\0';
		char *text = texts[n_links % 2]; /* `rest` may be in the other one */
		r = fitted(snprintf(text, PATH_MAX, "%s/%s", target, rest));
		rest = text;
	}
	if (r == 0 && *rest)
		r = -ENAMETOOLONG;
	if (r == 0)
		memcpy(ret_path, done, sizeof(done));
	return r;
}

#ifdef SYS_openat2
/* The path of an open file, as the kernel knows it. */
static int path_of(int fd, char ret_path[static PATH_MAX])
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, ret_path, PATH_MAX - 1);
	if (length < 0)
		return -errno;
	ret_path[length] = '\0';
	return 0;
}

static int resolve_from(int root, const char *path, bool follow, char ret_path[static PATH_MAX])
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW),
		.resolve = RESOLVE_IN_ROOT,
	};
	char top[PATH_MAX], found[PATH_MAX];
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	if (fd < 0)
		return -errno;
	int r = path_of(fd, found);
	close(fd);
	if (r == 0)
		r = path_of(root, top);
	size_t length = strcmp(top, "/") == 0 ? 0 : strlen(top);
	if (r == 0 && (strncmp(found, top, length) != 0 || (found[length] && found[length] != '/')))
		r = -EXDEV; /* it was moved out meanwhile */
	if (r == 0)
		snprintf(ret_path, PATH_MAX, "%s", found + length);
	return r;
}
#endif

int rooted_resolve(const char *root, const char *path, bool follow, char ret_path[static PATH_MAX])
{
	int r = -ENOSYS;
#ifdef SYS_openat2
	int fd = open(root[0] ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		r = resolve_from(fd, path, follow, ret_path);
		close(fd);
	}
#endif
	return r == 0 ? 0 : rooted_walk(root, path, follow, ret_path);
}
