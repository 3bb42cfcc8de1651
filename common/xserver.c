/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xserver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-login.h>
#include <unistd.h>

/*
 * All users may create files in the directory, as many as they like. So it is not read: the names
 * that an X server can have are tried in turn. It takes the lowest one that is free, so the first
 * few are enough, unless somebody else has filled them.
 */
enum { XSERVER_NEAR = 256, XSERVER_NUMBERS = 65536 - 6000 };

struct search {
	const char *directory;
	int directory_fd;
	const char *id;
	session_of_pid_fn session_of_pid;
	bool found, hidden;
	struct timespec since; /* of the best so far */
	char display[DISPLAY_MAX];
};

static bool is_trusted(uid_t uid)
{
	return uid == 0 || uid == geteuid();
}

/* Returns 0; -ECONNREFUSED if the X server has ended; -EAGAIN if it is busy; or -errno. */
static int peer_credentials(const char *directory, const char *name, struct ucred *ret_credentials)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ucred credentials;
	socklen_t length = sizeof(credentials);
	int fd, n, r = 0;

	n = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", directory, name);
	if (n < 0 || (size_t)n >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0)
		r = -errno;
	else
		*ret_credentials = credentials;
	(void)close(fd);
	return r;
}

static bool is_earlier(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static void consider(struct search *search, int number)
{
	char name[DISPLAY_MAX], session[SESSION_ID_MAX];
	struct ucred credentials = { 0 };
	struct stat st;
	int r;

	(void)snprintf(name, sizeof(name), "X%d", number);
	if (fstatat(search->directory_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISSOCK(st.st_mode) || !is_trusted(st.st_uid))
		return;
	/* The time of bind(2), which connections do not change. */
	if (search->found && !is_earlier(&st.st_mtim, &search->since))
		return;
	/* The credentials are of the process that called listen(2) (unix(7)). */
	if (peer_credentials(search->directory, name, &credentials) < 0 ||
	    !is_trusted(credentials.uid))
		return;
	r = search->session_of_pid(credentials.pid, session);
	if (r < 0 && r != -ENODATA && r != -ENXIO)
		search->hidden = true;
	if (r < 0 || strcmp(session, search->id) != 0)
		return;
	search->found = true;
	search->since = st.st_mtim;
	(void)snprintf(search->display, sizeof(search->display), ":%d", number);
}

int xserver_find(const char *directory, const char *id, session_of_pid_fn session_of_pid,
		 char ret_display[static DISPLAY_MAX])
{
	struct search search = {
		.directory = directory,
		.id = id,
		.session_of_pid = session_of_pid,
	};
	int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), number = 0;

	if (fd < 0)
		return -errno;
	search.directory_fd = fd;
	while (number < XSERVER_NEAR)
		consider(&search, number++);
	while (number < XSERVER_NUMBERS && !search.found)
		consider(&search, number++);
	(void)close(fd);
	if (!search.found)
		return search.hidden ? -EACCES : -ENOENT;
	memcpy(ret_display, search.display, sizeof(search.display));
	return 0;
}

int logind_session_of_pid(pid_t pid, char ret_id[static SESSION_ID_MAX])
{
	char *id = NULL;
	size_t length;
	int r;

	r = sd_pid_get_session(pid, &id);
	if (r < 0)
		return r;
	length = strlen(id);
	if (length < SESSION_ID_MAX)
		memcpy(ret_id, id, length + 1);
	free(id);
	return length < SESSION_ID_MAX ? 0 : -ENAMETOOLONG;
}
