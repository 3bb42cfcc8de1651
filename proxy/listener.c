/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/log.h"
#include "common/timer.h"

enum {
	SOCKETS_MAX = 32,
	BATCH = 8,	     /* accepted from one socket before the next has its turn */
	PAUSE = 1000 * 1000, /* µs, when descriptors or memory have run out */
};

struct listening_socket {
	struct listener *listener;
	sd_event_source *source;
	int fd;
};

struct listener {
	sd_event *event;
	sd_event_source *resume;
	const struct listener_handlers *handlers;
	void *userdata;
	bool shortage_said; /* since the last viewer that was accepted */
	size_t n;
	struct listening_socket sockets[SOCKETS_MAX];
};

static void set_enabled(struct listener *listener, int enabled)
{
	for (size_t i = 0; i < listener->n; i++)
		sd_event_source_set_enabled(listener->sockets[i].source, enabled);
}

static int on_resume(sd_event_source *source, uint64_t when, void *userdata)
{
	(void)source;
	(void)when;
	set_enabled(userdata, SD_EVENT_ON);
	return 0;
}

/* Meanwhile connections wait in the backlog. */
static void pause_accepting(struct listener *listener)
{
	if (timer_start(listener->resume, PAUSE) >= 0)
		set_enabled(listener, SD_EVENT_OFF);
}

void listener_stop(struct listener *listener)
{
	timer_stop(listener->resume);
	set_enabled(listener, SD_EVENT_OFF);
}

static bool is_exhaustion(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* Returns 0, -EAGAIN, or another error of accept(2). */
static int accept_one(struct listening_socket *s)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int fd;

	fd = accept4(s->fd, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return -errno;
	s->listener->handlers->accepted(fd, (const struct sockaddr *)&address,
					s->listener->userdata);
	return 0;
}

static unsigned accept_batch(struct listening_socket *s)
{
	struct listener *listener = s->listener;
	unsigned n = 0;

	if (!listener->handlers->may_accept(listener->userdata))
		return 0;
	for (unsigned i = 0; i < BATCH; i++) {
		int r = accept_one(s);

		if (r == -EAGAIN)
			break;
		if (r == 0) {
			listener->shortage_said = false;
			n++;
		} else if (is_exhaustion(-r) &&
			   !listener->handlers->exhausted(listener->userdata)) {
			if (!listener->shortage_said)
				log_warning("cannot accept viewers: %s; retrying every second",
					    strerror(-r));
			listener->shortage_said = true;
			pause_accepting(listener);
			break;
		}
		/* Any other error is of one connection that is already gone (accept(2)). */
	}
	return n;
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source;
	(void)fd;
	(void)events;
	accept_batch(userdata);
	return 0;
}

unsigned listener_accept(struct listener *listener)
{
	unsigned n = 0;

	for (size_t i = 0; i < listener->n; i++)
		n += accept_batch(&listener->sockets[i]);
	return n;
}

static int check_socket(int fd)
{
	int flags;

	if (sd_is_socket(fd, AF_INET, SOCK_STREAM, 1) <= 0 &&
	    sd_is_socket(fd, AF_INET6, SOCK_STREAM, 1) <= 0)
		return -ENOTSOCK;
	/* systemd passes it as non-blocking, unless its unit says otherwise. */
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

static int add_socket(struct listener *listener, int fd)
{
	struct listening_socket *s = &listener->sockets[listener->n];
	int r;

	r = check_socket(fd);
	if (r < 0)
		return r;
	s->listener = listener;
	s->fd = fd;
	r = sd_event_add_io(listener->event, &s->source, fd, EPOLLIN, on_connection, s);
	if (r < 0)
		return r;
	listener->n++;
	/* Accepted viewers come first, so that a flood of new ones does not starve them. */
	return sd_event_source_set_priority(s->source, SD_EVENT_PRIORITY_IDLE);
}

static int add_sockets(struct listener *listener, int *ret_bad)
{
	int n, r;

	n = sd_listen_fds(1);
	if (n < 0)
		return n;
	if (n == 0)
		return -ENOENT;
	if (n > SOCKETS_MAX)
		return -E2BIG;
	for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + n; fd++) {
		r = add_socket(listener, fd);
		if (r < 0) {
			*ret_bad = fd;
			return r;
		}
	}
	return 0;
}

int listener_create(sd_event *event, const struct listener_handlers *handlers, void *userdata,
		    struct listener **ret_listener, int *ret_bad)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	int r;

	*ret_bad = -1;
	if (!listener)
		return -ENOMEM;
	listener->event = sd_event_ref(event);
	listener->handlers = handlers;
	listener->userdata = userdata;
	r = timer_add(event, TIMER_NEVER, on_resume, listener, &listener->resume);
	if (r >= 0)
		r = add_sockets(listener, ret_bad);
	if (r < 0) {
		listener_destroy(listener);
		return r;
	}
	*ret_listener = listener;
	return 0;
}

void listener_destroy(struct listener *listener)
{
	if (!listener)
		return;
	for (size_t i = 0; i < listener->n; i++) {
		event_source_end(listener->sockets[i].source);
		close(listener->sockets[i].fd);
	}
	event_source_end(listener->resume);
	sd_event_unref(listener->event);
	free(listener);
}
