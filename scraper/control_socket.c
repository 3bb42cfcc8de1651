/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/control_protocol.h"
#include "common/event_source.h"
#include "common/log.h"

/* A peer that has not asked yet. */
struct connection {
	struct control *control;
	int fd; /* -1: free */
	sd_event_source *source;
	uint64_t number;
	bool is_watching; /* has asked to be told of viewers and settings */
};

struct control {
	sd_event *event;
	int listener;
	sd_event_source *source;
	const struct control_socket_commands *commands;
	void *userdata;
	uint64_t n_accepted;
	struct connection connections[CONTROL_SOCKET_CONNECTIONS_MAX];
};

static void end(struct connection *connection)
{
	if (connection->fd < 0)
		return;
	connection->source = event_source_end(connection->source);
	close(connection->fd);
	connection->fd = -1;
	connection->is_watching = false;
}

static bool may_ask(int fd)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t length = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	log_warning("control: user %u may not use it; ignoring process %d", (unsigned)peer.uid,
		    (int)peer.pid);
	return false;
}

/* A new connection's buffer takes the message at once; a peer that is gone needs none. */
static bool answer(int fd, const char *text, size_t length)
{
	if (send(fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return true;
	log_debug("control: cannot send the answer: %s", strerror(errno));
	return false;
}

static bool answer_status(const struct control *control, int fd)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);

	if (!stream)
		return false;
	fputs("ok\n", stream);
	control->commands->status(stream, control->userdata);
	bool is_sent = fclose(stream) == 0 && answer(fd, text, length);
	free(text);
	return is_sent;
}

/* One that does not read is told nothing more, by the end of its connection. */
void control_socket_tell_watcher(struct control *control)
{
	for (size_t i = 0; control && i < CONTROL_SOCKET_CONNECTIONS_MAX; i++) {
		struct connection *connection = &control->connections[i];

		if (connection->is_watching && !answer_status(control, connection->fd))
			end(connection);
	}
}

/* Returns whether the connection goes on. */
static bool begin_watch(struct connection *connection)
{
	struct control *control = connection->control;

	/* One watches at a time, so that there are connections left to ask by. */
	for (size_t i = 0; i < CONTROL_SOCKET_CONNECTIONS_MAX; i++)
		if (control->connections[i].is_watching)
			end(&control->connections[i]);
	connection->is_watching = answer_status(control, connection->fd);
	return connection->is_watching;
}

static void run_command(const struct control *control, int fd, const char *question)
{
	static const char ok[] = "ok\n", unknown[] = "error unknown request\n";

	if (strcmp(question, "status") == 0) {
		answer_status(control, fd);
	} else if (strcmp(question, "disconnect") == 0) {
		control->commands->disconnect(control->userdata);
		answer(fd, ok, strlen(ok));
	} else if (strcmp(question, "reload") == 0) {
		answer(fd, ok, strlen(ok));
		control->commands->reload(control->userdata);
	} else if (strcmp(question, "stop") == 0) {
		answer(fd, ok, strlen(ok));
		control->commands->stop(control->userdata);
	} else {
		answer(fd, unknown, strlen(unknown));
	}
}

static int on_question(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct connection *connection = userdata;
	char question[CONTROL_QUESTION_MAX + 1];

	(void)source;
	(void)events;
	ssize_t n = recv(fd, question, sizeof(question), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n > 0 && !connection->is_watching) {
		if ((size_t)n >= sizeof(question))
			n = 0; /* longer than any: unknown */
		question[n] = '\0';
		if (strcmp(question, "watch") == 0 && begin_watch(connection))
			return 0;
		run_command(connection->control, fd, question);
	}
	end(connection);
	return 0;
}

/* Not the one that watches. */
static struct connection *oldest(struct control *control)
{
	struct connection *found = control->connections;

	for (size_t i = 0; i < CONTROL_SOCKET_CONNECTIONS_MAX; i++) {
		struct connection *connection = &control->connections[i];

		if (connection->fd < 0)
			return connection;
		if (found->is_watching ||
		    (!connection->is_watching && connection->number < found->number))
			found = connection;
	}
	return found;
}

static int on_listening(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct control *control = userdata;

	(void)source;
	(void)events;
	int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (peer < 0) {
		if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
			return 0;
		/* Retrying without descriptors would be a loop, and viewers matter more. */
		log_warning(
			"control: cannot accept connections: %s; gpudesk gets no answers any more",
			strerror(errno));
		sd_event_source_set_enabled(control->source, SD_EVENT_OFF);
		return 0;
	}
	if (!may_ask(peer)) {
		close(peer);
		return 0;
	}
	struct connection *connection = oldest(control);
	end(connection);
	if (sd_event_add_io(control->event, &connection->source, peer, EPOLLIN, on_question,
			    connection) < 0) {
		close(peer);
		return 0;
	}
	connection->fd = peer;
	connection->number = ++control->n_accepted;
	return 0;
}

int control_socket_start(sd_event *event, int listener,
			 const struct control_socket_commands *commands, void *userdata,
			 struct control **ret_control)
{
	if (sd_is_socket(listener, AF_UNIX, SOCK_SEQPACKET, 1) <= 0)
		return -EINVAL;
	/* A peer that is gone before accept(2) must not block us. */
	int flags = fcntl(listener, F_GETFL);
	if (flags < 0 || fcntl(listener, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;

	struct control *control = calloc(1, sizeof(*control));
	if (!control)
		return -ENOMEM;
	control->commands = commands;
	control->userdata = userdata;
	for (size_t i = 0; i < CONTROL_SOCKET_CONNECTIONS_MAX; i++)
		control->connections[i] = (struct connection){ .control = control, .fd = -1 };
	int r = sd_event_add_io(event, &control->source, listener, EPOLLIN, on_listening, control);
	if (r < 0) {
		free(control);
		return r;
	}
	control->listener = listener;
	control->event = sd_event_ref(event);
	*ret_control = control;
	return 0;
}

void control_socket_destroy(struct control *control)
{
	if (!control)
		return;
	for (size_t i = 0; i < CONTROL_SOCKET_CONNECTIONS_MAX; i++)
		end(&control->connections[i]);
	event_source_end(control->source);
	close(control->listener);
	sd_event_unref(control->event);
	free(control);
}
