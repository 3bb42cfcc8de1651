/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "handoff_server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/log.h"
#include "common/timer.h"

/* After accept(2) ran out of descriptors or memory, so that it is not tried in a loop. */
#define ACCEPT_PAUSE_USEC UINT64_C(1000000)

/* One connection, from accept(2) to its answer. */
struct handoff_reply {
	struct handoff_server *server; /* NULL once that is destroyed */
	struct handoff_reply *next, *previous;
	int fd;
	sd_event_source *io, *timeout;
	bool requested;
	handoff_gone_fn gone;
	void *gone_userdata;
};

struct handoff_server {
	int fd;
	sd_event *event;
	sd_event_source *listening, *pause;
	handoff_request_fn on_request;
	handoff_may_accept_fn may_accept; /* NULL: always */
	void *userdata;
	struct handoff_reply *connections;
	unsigned n_connections;
};

static void unlink_connection(struct handoff_reply *connection)
{
	struct handoff_server *server = connection->server;

	if (!server)
		return;
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		server->connections = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	connection->next = connection->previous = NULL;
	connection->server = NULL;
	server->n_connections--;
	if (!server->pause)
		(void)sd_event_source_set_enabled(server->listening, SD_EVENT_ON);
}

static void connection_destroy(struct handoff_reply *connection)
{
	unlink_connection(connection);
	sd_event_source_unref(connection->timeout);
	sd_event_source_unref(connection->io);
	(void)close(connection->fd);
	free(connection);
}

static pid_t peer_pid(int fd)
{
	struct ucred credentials = { 0 };
	socklen_t length = sizeof(credentials);

	(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length);
	return credentials.pid;
}

static void on_closed(struct handoff_reply *connection)
{
	(void)sd_event_source_set_enabled(connection->io, SD_EVENT_OFF);
	if (connection->gone)
		connection->gone(connection, connection->gone_userdata);
}

static void refuse_message(struct handoff_reply *connection, int error)
{
	if (error == -EBADMSG) {
		log_warning("hand-off: bad message from process %d, ignoring it",
			    (int)peer_pid(connection->fd));
		(void)handoff_send_answer(connection->fd, HANDOFF_NOT_POSSIBLE,
					  "gpudesk's proxy and scraper do not fit together: "
					  "restart gpudesk.service");
	} else if (error != -EPIPE && error != -ECONNRESET) {
		log_warning("hand-off: %s", strerror(-error));
	}
	connection_destroy(connection);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct handoff_reply *connection = userdata;
	struct handoff_request request;
	int viewer, r;

	(void)events;
	if (connection->requested) {
		on_closed(connection);
		return 0;
	}
	r = handoff_receive_request(fd, &request, &viewer);
	if (r == -EAGAIN || r == -EINTR)
		return 0;
	if (r < 0) {
		refuse_message(connection, r);
		return 0;
	}
	connection->requested = true;
	connection->timeout = sd_event_source_unref(connection->timeout);
	/* From now on only its end is of interest, which epoll always tells. */
	(void)sd_event_source_set_io_events(source, 0);
	connection->server->on_request(&request, viewer, connection, connection->server->userdata);
	return 0;
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct handoff_reply *connection = userdata;

	(void)source;
	(void)usec;
	log_warning("hand-off: process %d sent no request in time, ignoring it",
		    (int)peer_pid(connection->fd));
	connection_destroy(connection);
	return 0;
}

static int add_connection(struct handoff_server *server, int fd)
{
	struct handoff_reply *connection;
	int r;

	connection = calloc(1, sizeof(*connection));
	if (!connection)
		return -ENOMEM;
	connection->fd = fd;
	r = sd_event_add_io(server->event, &connection->io, fd, EPOLLIN, on_io, connection);
	if (r >= 0)
		r = timer_add(server->event, HANDOFF_REQUEST_USEC, on_timeout, connection,
			      &connection->timeout);
	if (r < 0) {
		sd_event_source_unref(connection->io);
		free(connection);
		return r;
	}
	connection->server = server;
	connection->next = server->connections;
	if (connection->next)
		connection->next->previous = connection;
	server->connections = connection;
	server->n_connections++;
	return 0;
}

static int on_pause_over(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct handoff_server *server = userdata;

	(void)source;
	(void)usec;
	server->pause = sd_event_source_unref(server->pause);
	if (server->n_connections < HANDOFF_CONNECTIONS_MAX)
		(void)sd_event_source_set_enabled(server->listening, SD_EVENT_ON);
	return 0;
}

static void pause_accepting(struct handoff_server *server, int error)
{
	log_warning("hand-off: cannot accept: %s, trying again in a second", strerror(-error));
	if (timer_add(server->event, ACCEPT_PAUSE_USEC, on_pause_over, server, &server->pause) >= 0)
		(void)sd_event_source_set_enabled(server->listening, SD_EVENT_OFF);
}

static int on_listening(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct handoff_server *server = userdata;
	int connection, r;

	(void)events;
	if (server->may_accept && !server->may_accept(server->userdata))
		return 0;
	connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (connection < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			pause_accepting(server, -errno);
		return 0;
	}
	r = add_connection(server, connection);
	if (r < 0) {
		(void)close(connection);
		pause_accepting(server, r);
		return 0;
	}
	if (server->n_connections >= HANDOFF_CONNECTIONS_MAX)
		(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	return 0;
}

int handoff_server_start(sd_event *event, int fd, handoff_request_fn on_request, void *userdata,
			 struct handoff_server **ret_server)
{
	struct handoff_server *server;
	int flags, r;

	if (sd_is_socket(fd, AF_UNIX, SOCK_SEQPACKET, 1) <= 0)
		return -EINVAL;
	/* Not born here, so this once: a proxy that vanishes before accept(2) must not block us. */
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;

	server = calloc(1, sizeof(*server));
	if (!server)
		return -ENOMEM;
	r = sd_event_add_io(event, &server->listening, fd, EPOLLIN, on_listening, server);
	if (r < 0) {
		free(server);
		return r;
	}
	server->fd = fd;
	server->event = sd_event_ref(event);
	server->on_request = on_request;
	server->userdata = userdata;
	*ret_server = server;
	return 0;
}

void handoff_server_ask_before(struct handoff_server *server, handoff_may_accept_fn may_accept)
{
	server->may_accept = may_accept;
}

struct handoff_server *handoff_server_destroy(struct handoff_server *server)
{
	if (!server)
		return NULL;
	while (server->connections) {
		/* Both take it off the list, which the analyser does not see. */
		if (server->connections->requested) /* NOLINT(clang-analyzer-unix.Malloc) */
			unlink_connection(server->connections);
		else
			connection_destroy(server->connections);
	}
	sd_event_source_unref(server->pause);
	sd_event_source_unref(server->listening);
	sd_event_unref(server->event);
	(void)close(server->fd);
	free(server);
	return NULL;
}

unsigned handoff_server_pending(const struct handoff_server *server)
{
	return server->n_connections;
}

void handoff_reply_on_gone(struct handoff_reply *reply, handoff_gone_fn gone, void *userdata)
{
	reply->gone = gone;
	reply->gone_userdata = userdata;
}

int handoff_reply_send(struct handoff_reply *reply, enum handoff_result result, const char *reason)
{
	int r = handoff_send_answer(reply->fd, result, reason);

	connection_destroy(reply);
	return r == -ECONNRESET ? -EPIPE : r;
}
