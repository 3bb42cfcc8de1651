/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "desktop_starter.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct desktop_starter {
	int fd;
	sd_event_source *source;
	desktop_answer_fn answer;
	void *userdata;
	unsigned n_lines;
	size_t length; /* of the line so far; the rest of a longer one is dropped */
	char line[DESKTOP_LINE_MAX];
};

int desktop_starter_get_path(const char *given, char *ret_path, size_t size)
{
	const struct passwd *user = given ? NULL : getpwuid(geteuid());
	int n = snprintf(ret_path, size, "%s%s%s", given ? given : GPUDESK_RUNDIR "/desktop/",
			 user ? user->pw_name : "", given ? "" : ".sock");

	return n < (int)size ? 0 : -ENAMETOOLONG;
}

static int connect_to(const char *path, int *ret_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int r = -errno;

		(void)close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

static bool take_word(const char *word, const char **text)
{
	const size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0 ||
	    ((*text)[length] != ' ' && (*text)[length] != '\0'))
		return false;
	*text += length;
	*text += strspn(*text, " ");
	return true;
}

/* Returns true when that was the last call. */
static bool finish_line(struct desktop_starter *starter)
{
	const char *text = starter->line;

	starter->line[starter->length] = '\0';
	starter->length = 0;
	starter->n_lines++;
	if (take_word("refused", &text)) {
		(void)sd_event_source_set_enabled(starter->source, SD_EVENT_OFF);
		starter->answer(DESKTOP_REFUSED, text, starter->userdata);
		return true;
	}
	if (take_word("starting", &text))
		starter->answer(DESKTOP_STARTING, text, starter->userdata);
	else if (take_word("running", &text))
		starter->answer(DESKTOP_RUNNING, text, starter->userdata);
	return false;
}

static bool take_byte(struct desktop_starter *starter, char byte)
{
	if (byte == '\n')
		return finish_line(starter);
	if (starter->length < sizeof(starter->line) - 1)
		starter->line[starter->length++] = (unsigned char)byte < ' ' || byte == 0x7f ? '?'
											     : byte;
	return false;
}

/* At the end of the stream, or after too many lines. */
static void finish(struct desktop_starter *starter)
{
	(void)sd_event_source_set_enabled(starter->source, SD_EVENT_OFF);
	if (starter->length > 0 && finish_line(starter))
		return;
	starter->answer(DESKTOP_END, "", starter->userdata);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct desktop_starter *starter = userdata;
	char bytes[1024];

	(void)source;
	(void)events;
	ssize_t n = read(fd, bytes, sizeof(bytes));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0 || starter->n_lines >= DESKTOP_LINES_MAX) {
		finish(starter);
		return 0;
	}
	for (ssize_t i = 0; i < n; i++)
		if (take_byte(starter, bytes[i]))
			break;
	return 0;
}

int desktop_starter_start(sd_event *event, const char *path, desktop_answer_fn answer,
			  void *userdata, struct desktop_starter **ret_starter)
{
	struct desktop_starter *starter = calloc(1, sizeof(*starter));

	if (!starter)
		return -ENOMEM;
	starter->fd = -1;
	starter->answer = answer;
	starter->userdata = userdata;
	int r = connect_to(path, &starter->fd);
	if (r >= 0)
		r = sd_event_add_io(event, &starter->source, starter->fd, EPOLLIN, on_io, starter);
	if (r < 0) {
		(void)desktop_starter_destroy(starter);
		return r;
	}
	*ret_starter = starter;
	return 0;
}

struct desktop_starter *desktop_starter_destroy(struct desktop_starter *starter)
{
	if (!starter)
		return NULL;
	sd_event_source_unref(starter->source);
	if (starter->fd >= 0)
		(void)close(starter->fd);
	free(starter);
	return NULL;
}
