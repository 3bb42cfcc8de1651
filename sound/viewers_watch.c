/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "viewers_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/control_protocol.h"
#include "common/event_source.h"
#include "common/net_list.h"

struct viewers_watch {
	int fd;
	sd_event_source *source;
	viewers_watch_fn changed;
	void *userdata;
	char answer[CONTROL_ANSWER_MAX + 1]; /* the latest */
};

bool viewers_watch_has(const struct viewers_watch *watch, const char *host)
{
	char peer[NET_PEER_TEXT_MAX + 3];
	unsigned number;

	/* As net_format_peer() begins: with the port behind it. */
	snprintf(peer, sizeof(peer), strchr(host, ':') ? "[%s]:" : "%s:", host);
	for (const char *line = strchr(watch->answer, '\n'); line; line = strchr(line, '\n')) {
		int start = 0;

		line++;
		if (sscanf(line, "viewer.%u.peer=%n", &number, &start) == 1 && start &&
		    strncmp(line + start, peer, strlen(peer)) == 0)
			return true;
	}
	return false;
}

/* Returns 0; -ENOTCONN: the scraper has ended; -EPROTO or -errno. */
static int take_answer(struct viewers_watch *watch, int flags)
{
	ssize_t n = recv(watch->fd, watch->answer, CONTROL_ANSWER_MAX, flags);

	if (n < 0)
		return -errno;
	watch->answer[n] = '\0';
	return n == 0 ? -ENOTCONN : strncmp(watch->answer, "ok\n", 3) == 0 ? 0 : -EPROTO;
}

static int on_answer(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct viewers_watch *watch = userdata;
	int r = take_answer(watch, MSG_DONTWAIT);

	(void)source;
	(void)fd;
	(void)events;
	if (r != -EAGAIN && r != -EINTR)
		watch->changed(r < 0 ? "the scraper has ended" : NULL, watch->userdata);
	return 0;
}

/* Returns 0 or -errno; the watch has the socket in either case. */
static int ask(struct viewers_watch *watch, const char *path)
{
	static const struct timeval patience = { .tv_sec = VIEWERS_WATCH_PATIENCE };
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	watch->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (watch->fd < 0)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (setsockopt(watch->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
	    setsockopt(watch->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
	    connect(watch->fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    send(watch->fd, "watch", 5, MSG_NOSIGNAL) < 0)
		return -errno;
	return take_answer(watch, 0);
}

int viewers_watch_start(sd_event *event, const char *path, viewers_watch_fn changed, void *userdata,
			struct viewers_watch **ret_watch)
{
	struct viewers_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return -ENOMEM;
	watch->changed = changed;
	watch->userdata = userdata;
	int r = ask(watch, path);
	if (r >= 0)
		r = sd_event_add_io(event, &watch->source, watch->fd, EPOLLIN, on_answer, watch);
	if (r < 0) {
		viewers_watch_end(watch);
		return r;
	}
	*ret_watch = watch;
	return 0;
}

struct viewers_watch *viewers_watch_end(struct viewers_watch *watch)
{
	if (!watch)
		return NULL;
	event_source_end(watch->source);
	if (watch->fd >= 0)
		close(watch->fd);
	free(watch);
	return NULL;
}
