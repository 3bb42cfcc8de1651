/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"

enum { SMALL_FILE_MAX = 65536 };

/* O_NONBLOCK: a FIFO in the place of a file does not hold us up. */
static int open_regular(const struct ctl *ctl, const char *path, int *ret_fd)
{
	char below[CTL_PATH_MAX];
	struct stat st;
	int fd = open(ctl_path(ctl, path, below), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	*ret_fd = fd;
	return 0;
}

/* Files of /proc and /sys have no size to go by: the text grows as they come. */
static int read_up_to(int fd, size_t max, char **ret_text, size_t *ret_length)
{
	size_t length = 0, room = 4096;
	char *text = malloc(room), *more;
	ssize_t n = 1;
	int r = text ? 0 : -ENOMEM;

	while (r == 0 && n > 0) {
		n = read(fd, text + length, room - length - 1);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			r = -errno;
		else
			length += (size_t)n;
		if (length > max)
			r = -E2BIG;
		if (r < 0 || length + 1 < room)
			continue;
		room *= 2;
		more = realloc(text, room);
		if (more)
			text = more;
		else
			r = -ENOMEM;
	}
	if (r < 0) {
		free(text);
		return r;
	}
	text[length] = '\0';
	*ret_text = text;
	*ret_length = length;
	return 0;
}

int machine_file_read(const struct ctl *ctl, const char *path, size_t max, char **ret_text,
		      size_t *ret_length)
{
	size_t length = 0;
	int fd = -1, r;

	r = open_regular(ctl, path, &fd);
	if (r < 0)
		return r;
	r = read_up_to(fd, max, ret_text, &length);
	close(fd);
	if (r == 0 && ret_length)
		*ret_length = length;
	return r;
}

int machine_file_read_line(const struct ctl *ctl, const char *path, char *ret_line, size_t size)
{
	char *text = NULL;
	int r = machine_file_read(ctl, path, SMALL_FILE_MAX, &text, NULL);

	if (r < 0)
		return r;
	snprintf(ret_line, size, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
	return 0;
}

int machine_file_read_link(const struct ctl *ctl, const char *path, char *ret_target, size_t size)
{
	char below[CTL_PATH_MAX];
	ssize_t length = readlink(ctl_path(ctl, path, below), ret_target, size - 1);

	if (length < 0)
		return -errno;
	ret_target[length] = '\0';
	return 0;
}

bool machine_file_exists(const struct ctl *ctl, const char *path)
{
	char below[CTL_PATH_MAX];

	return access(ctl_path(ctl, path, below), F_OK) == 0;
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	return length >= tail && strcmp(name + length - tail, suffix) == 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int append_name(char ***names, int n, const char *name)
{
	char **longer = realloc(*names, ((size_t)n + 2) * sizeof(**names));

	if (!longer)
		return -ENOMEM;
	*names = longer;
	longer[n] = strdup(name);
	return longer[n] ? 0 : -ENOMEM;
}

int machine_file_list(const struct ctl *ctl, const char *path, const char *suffix,
		      char ***ret_names)
{
	char below[CTL_PATH_MAX], **names = NULL;
	DIR *directory = opendir(ctl_path(ctl, path, below));
	const struct dirent *entry;
	int n = 0, r = 0;

	if (!directory && errno != ENOENT && errno != ENOTDIR)
		return -errno;
	while (r >= 0 && directory && (entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    !ends_with(entry->d_name, suffix))
			continue;
		r = append_name(&names, n, entry->d_name);
		n += r >= 0;
	}
	if (directory)
		closedir(directory);
	if (r < 0) {
		machine_file_free_names(names, n);
		return r;
	}
	if (n > 1)
		qsort(names, (size_t)n, sizeof(*names), compare_names);
	*ret_names = names;
	return n;
}

void machine_file_free_names(char **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
}
