/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "handoff_server.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/log.h"
#include "common/timer.h"

/* Pause after accept(2) ran out of descriptors or memory, instead of a retry in a loop. */
#define ACCEPT_PAUSE_USEC UINT64_C(1000000)

/* One connection, from accept(2) to its answer. */
struct handoff_reply {
	struct handoff_server *server; /* NULL once that is destroyed */
	struct handoff_reply *next, *previous;
	int fd;
	sd_event_source *io, *timeout;
	enum { ACCEPTED, CHALLENGED, REQUESTED } state;
	uint8_t challenge[HANDOFF_CHALLENGE_SIZE];
	handoff_gone_fn gone;
	void *gone_userdata;
};

struct handoff_server {
	int fd;
	sd_event *event;
	sd_event_source *listening, *pause;
	handoff_request_fn on_request;
	handoff_may_accept_fn may_accept, may_challenge; /* NULL: always */
	void *userdata;
	struct handoff_reply *connections;
	unsigned n_connections, n_requested;
	uint64_t interval_end; /* µs */
	unsigned n_accepted;   /* in this interval */
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
	server->n_requested -= connection->state == REQUESTED;
	if (!server->pause)
		(void)sd_event_source_set_enabled(server->listening, SD_EVENT_ON);
}

static void connection_destroy(struct handoff_reply *connection)
{
	unlink_connection(connection);
	sd_event_source_unref(connection->timeout);
	sd_event_source_unref(connection->io);
	(void)close(connection->fd);
	sodium_memzero(connection->challenge, sizeof(connection->challenge));
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

static const char mismatch_reason[] =
	"gpudesk was upgraded while in use: connect again, at the latest when all viewers have "
	"disconnected";

static void drop_connection(struct handoff_reply *connection, int error)
{
	const char *reason = error == -EPROTONOSUPPORT ? mismatch_reason : strerror(-error);

	if (error != -EPIPE && error != -ECONNRESET) {
		if (error != -ENOTCONN) /* the viewer has just disconnected */
			log_warning("hand-off: message from process %d refused: %s",
				    (int)peer_pid(connection->fd), reason);
		(void)handoff_send_answer(connection->fd, HANDOFF_NOT_POSSIBLE, reason);
	}
	connection_destroy(connection);
}

/* From now on, the first response counts, and it has to come in time. */
static void give_challenge(struct handoff_reply *connection)
{
	const struct handoff_server *server = connection->server;
	int r;

	if (server->may_challenge && !server->may_challenge(server->userdata)) {
		connection_destroy(connection);
		return;
	}
	randombytes_buf(connection->challenge, sizeof(connection->challenge));
	connection->state = CHALLENGED;
	r = timer_start(connection->timeout, HANDOFF_CHALLENGE_USEC);
	if (r >= 0)
		r = handoff_send_challenge(connection->fd, connection->challenge);
	if (r < 0)
		drop_connection(connection, r);
}

static void take_response(struct handoff_reply *connection, const struct handoff_request *request,
			  int viewer)
{
	struct handoff_server *server = connection->server;

	connection->state = REQUESTED;
	server->n_requested++;
	connection->timeout = sd_event_source_unref(connection->timeout);
	/* From now on only its end matters, which epoll always reports. */
	(void)sd_event_source_set_io_events(connection->io, 0);
	server->on_request(request, connection->challenge, viewer, connection, server->userdata);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct handoff_reply *connection = userdata;
	struct handoff_request request;
	int viewer = -1, r;

	(void)source;
	(void)events;
	if (connection->state == REQUESTED) {
		on_closed(connection);
		return 0;
	}
	r = handoff_receive_request(fd, &request, &viewer);
	if (r == -EAGAIN || r == -EINTR)
		return 0;
	if (r < 0) {
		drop_connection(connection, r);
	} else if (connection->state == ACCEPTED && request.kind == HANDOFF_CHALLENGE) {
		give_challenge(connection);
	} else if (connection->state == CHALLENGED && request.kind == HANDOFF_CONNECT) {
		take_response(connection, &request, viewer);
	} else {
		if (viewer >= 0)
			(void)close(viewer);
		drop_connection(connection, -EPROTO);
	}
	explicit_bzero(&request, sizeof(request));
	return 0;
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct handoff_reply *connection = userdata;

	(void)source;
	(void)usec;
	log_info("hand-off: process %d sent no %s in time", (int)peer_pid(connection->fd),
		 connection->state == CHALLENGED ? "response" : "request");
	(void)handoff_send_answer(connection->fd, HANDOFF_NOT_POSSIBLE,
				  "the password came too late; connect again");
	connection_destroy(connection);
	return 0;
}

static int add_connection(struct handoff_server *server, int fd)
{
	struct handoff_reply *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return -ENOMEM;
	connection->fd = fd;
	int r = sd_event_add_io(server->event, &connection->io, fd, EPOLLIN, on_io, connection);
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

static void pause_accepting(struct handoff_server *server, uint64_t usec)
{
	if (timer_add(server->event, usec, on_pause_over, server, &server->pause) >= 0)
		(void)sd_event_source_set_enabled(server->listening, SD_EVENT_OFF);
}

static void cannot_accept(struct handoff_server *server, int error)
{
	log_warning("hand-off: cannot accept connections: %s; retrying in a second",
		    strerror(-error));
	pause_accepting(server, ACCEPT_PAUSE_USEC);
}

/* Whether it is too early for one more. */
static bool waits_for_interval(struct handoff_server *server)
{
	uint64_t now = timer_now(server->event);

	if (now >= server->interval_end) {
		server->interval_end = now + HANDOFF_ACCEPT_INTERVAL;
		server->n_accepted = 0;
	}
	if (++server->n_accepted <= HANDOFF_ACCEPTS_MAX)
		return false;
	pause_accepting(server, server->interval_end - now);
	return true;
}

static int on_listening(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct handoff_server *server = userdata;
	(void)events;
	if (waits_for_interval(server))
		return 0;
	if (server->may_accept && !server->may_accept(server->userdata))
		return 0;
	int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (connection < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			cannot_accept(server, -errno);
		return 0;
	}
	int r = add_connection(server, connection);
	if (r < 0) {
		(void)close(connection);
		cannot_accept(server, r);
		return 0;
	}
	if (server->n_connections >= HANDOFF_CONNECTIONS_MAX)
		(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	return 0;
}

int handoff_server_start(sd_event *event, int fd, handoff_request_fn on_request, void *userdata,
			 struct handoff_server **ret_server)
{
	if (sd_is_socket(fd, AF_UNIX, SOCK_SEQPACKET, 1) <= 0)
		return -EINVAL;
	/* A proxy that is gone before accept(2) must not block us. */
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;

	struct handoff_server *server = calloc(1, sizeof(*server));
	if (!server)
		return -ENOMEM;
	int r = sd_event_add_io(event, &server->listening, fd, EPOLLIN, on_listening, server);
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

void handoff_server_ask_before(struct handoff_server *server, handoff_may_accept_fn may_accept,
			       handoff_may_accept_fn may_challenge)
{
	server->may_accept = may_accept;
	server->may_challenge = may_challenge;
}

struct handoff_server *handoff_server_destroy(struct handoff_server *server)
{
	if (!server)
		return NULL;
	while (server->connections) {
		/* Both unlink it, which the analyser does not see. */
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		if (server->connections->state == REQUESTED)
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
	return server->n_requested;
}

unsigned handoff_server_strangers(const struct handoff_server *server)
{
	return server->n_connections - server->n_requested;
}

bool handoff_server_has_challenged(const struct handoff_server *server)
{
	const struct handoff_reply *connection = server->connections;

	while (connection && connection->state == ACCEPTED)
		connection = connection->next;
	return connection;
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
