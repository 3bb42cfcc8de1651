/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/timer.h"

enum {
	HANDSHAKE_TIME = 10 * 1000000, /* µs, up to the security type */
	PASSWORD_TIME = 60 * 1000000,  /* µs, for the response: a person may have to type it */
	LINGER_TIME = 2 * 1000000,     /* µs */
	LINGER_BYTES = 64 * 1024,
	/* A peer that vanished is noticed after about 45 s. */
	KEEPALIVE_IDLE = 20,	 /* s */
	KEEPALIVE_INTERVAL = 10, /* s */
	KEEPALIVE_PROBES = 3,
	USER_TIMEOUT = 45 * 1000, /* ms */
};

struct connection {
	sd_event *event;
	sd_event_source *io;
	sd_event_source *timer;
	int fd;
	enum connection_phase phase;
	struct rfb_handshake handshake;
	char reason[RFB_REASON_MAX]; /* of the delayed failure */
	size_t drained;		     /* bytes read and dropped while closing */
	const struct connection_handlers *handlers;
	void *userdata;
};

static void set_option(int fd, int level, int option, int value)
{
	/* Sockets of other kinds (in tests) have no such options, and need none. */
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

static void set_options(int fd)
{
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT);
}

/* The last use of the connection: its owner may destroy it here. */
static void end(struct connection *c, const char *why)
{
	sd_event_source_set_enabled(c->io, SD_EVENT_OFF);
	timer_stop(c->timer);
	c->handlers->ended(why, c->userdata);
}

/* Writes the pending output. Returns 0 when all is written, -EAGAIN, or -errno. */
static int flush(struct connection *c)
{
	struct rfb_handshake *h = &c->handshake;

	while (h->n_output > 0) {
		ssize_t n = send(c->fd, h->output, h->n_output, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n >= 0)
			rfb_handshake_sent(h, (size_t)n);
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* Reads at most what the handshake needs. Returns 0, -EAGAIN, -ECONNRESET at the end, or -errno. */
static int receive(struct connection *c)
{
	uint8_t bytes[RFB_CHALLENGE_SIZE];
	ssize_t n;

	do
		n = recv(c->fd, bytes, rfb_handshake_wants(&c->handshake), MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n == 0)
		return -ECONNRESET;
	rfb_handshake_feed(&c->handshake, bytes, (size_t)n);
	explicit_bzero(bytes, sizeof(bytes));
	return 0;
}

/*
 * Closing a socket with unread bytes resets the connection, and the viewer loses the reason if it
 * has not read that yet. So some are read and dropped, and the viewer has a moment to close first.
 */
static int drain(struct connection *c)
{
	uint8_t bytes[4096];
	ssize_t n;

	do {
		n = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n > 0)
			c->drained += (size_t)n;
	} while ((n > 0 && c->drained < LINGER_BYTES) || (n < 0 && errno == EINTR));
	return n < 0 ? -errno : -ECONNRESET;
}

/* Whether the viewer can only wait or leave. */
static bool is_waiting(const struct connection *c)
{
	return c->phase == CONNECTION_ASKING || c->phase == CONNECTION_ANSWERED ||
	       c->phase == CONNECTION_FAILING;
}

static int set_events(struct connection *c)
{
	uint32_t events;

	if (is_waiting(c))
		events = EPOLLRDHUP;
	else
		events = c->handshake.n_output > 0 ? EPOLLOUT : EPOLLIN;
	return sd_event_source_set_io_events(c->io, events);
}

/* Returns -EAGAIN while there is more to do, or why it is over. */
static int run_closing(struct connection *c)
{
	int r = flush(c);

	if (r < 0)
		return r;
	shutdown(c->fd, SHUT_WR);
	return drain(c);
}

static int begin_closing(struct connection *c)
{
	int r;

	c->phase = CONNECTION_CLOSING;
	r = timer_start(c->timer, LINGER_TIME);
	return r < 0 ? r : run_closing(c);
}

/* Returns 0 when the viewer has to wait, -EAGAIN while there is more to do, or why it is over. */
static int run_handshake(struct connection *c)
{
	for (;;) {
		int r = flush(c);

		if (r == 0)
			r = receive(c);
		if (r < 0)
			return r;
		if (c->handshake.state == RFB_CHALLENGE || c->handshake.state == RFB_ANSWERED)
			return 0;
		if (c->handshake.state == RFB_OVER)
			return c->handshake.n_output > 0 ? begin_closing(c) : -EPROTO;
	}
}

static const char *get_end(const struct connection *c, int error)
{
	if (c->handshake.error)
		return c->handshake.error;
	if (c->phase == CONNECTION_CLOSING)
		return NULL;
	if (error == -ECONNRESET || error == -EPIPE)
		return "the viewer disconnected during the handshake";
	return strerror(-error);
}

static void run(struct connection *c)
{
	int r = c->phase == CONNECTION_CLOSING ? run_closing(c) : run_handshake(c);

	if (r < 0 && r != -EAGAIN) {
		end(c, get_end(c, r));
		return;
	}
	if (r == 0) {
		c->phase = c->handshake.state == RFB_CHALLENGE ? CONNECTION_ASKING
							       : CONNECTION_ANSWERED;
		timer_stop(c->timer);
	}
	if (set_events(c) < 0)
		end(c, "out of memory");
	else if (r == 0 && c->phase == CONNECTION_ASKING)
		c->handlers->asking(c->userdata);
	else if (r == 0)
		c->handlers->answered(c->userdata);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct connection *c = userdata;

	(void)source;
	(void)fd;
	(void)events;
	if (is_waiting(c))
		end(c, "the viewer disconnected before the result");
	else
		run(c);
	return 0;
}

/* A viewer that expects a challenge gets one to which no answer is right. */
static void fail(struct connection *c, const char *reason)
{
	uint8_t none[RFB_CHALLENGE_SIZE];

	if (c->handshake.state == RFB_CHALLENGE && c->handshake.minor != 3) {
		randombytes_buf(none, sizeof(none));
		rfb_handshake_challenge(&c->handshake, none);
	}
	rfb_handshake_fail(&c->handshake, reason);
}

static int on_timer(sd_event_source *source, uint64_t when, void *userdata)
{
	struct connection *c = userdata;

	(void)source;
	(void)when;
	if (c->phase == CONNECTION_FAILING) {
		fail(c, c->reason);
		if (begin_closing(c) == -EAGAIN && set_events(c) == 0)
			return 0;
	}
	end(c, c->phase == CONNECTION_HANDSHAKE ? "the viewer did not finish the handshake in time"
						: c->handshake.error);
	return 0;
}

static int add_sources(struct connection *c)
{
	int r;

	r = sd_event_add_io(c->event, &c->io, c->fd, EPOLLOUT, on_io, c);
	if (r >= 0)
		r = timer_add(c->event, HANDSHAKE_TIME, on_timer, c, &c->timer);
	return r;
}

int connection_create(sd_event *event, int fd, const char *refusal,
		      const struct connection_handlers *handlers, void *userdata,
		      struct connection **ret_connection)
{
	struct connection *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->event = sd_event_ref(event);
	c->fd = fd;
	c->handlers = handlers;
	c->userdata = userdata;
	r = add_sources(c);
	if (r < 0) {
		c->fd = -1; /* still the caller's */
		connection_destroy(c);
		return r;
	}
	set_options(fd);
	rfb_handshake_init(&c->handshake, refusal);
	*ret_connection = c;
	return 0;
}

void connection_destroy(struct connection *connection)
{
	if (!connection)
		return;
	event_source_end(connection->io);
	event_source_end(connection->timer);
	if (connection->fd >= 0)
		close(connection->fd);
	sd_event_unref(connection->event);
	explicit_bzero(&connection->handshake, sizeof(connection->handshake));
	free(connection);
}

enum connection_phase connection_get_phase(const struct connection *connection)
{
	return connection->phase;
}

int connection_get_fd(const struct connection *connection)
{
	return connection->fd;
}

const struct rfb_handshake *connection_get_handshake(const struct connection *connection)
{
	return &connection->handshake;
}

/* `ended` is called when the event loop notices: not from calls of the owner. */
static void hang_up(struct connection *c)
{
	shutdown(c->fd, SHUT_RDWR);
}

void connection_challenge(struct connection *connection,
			  const uint8_t challenge[static RFB_CHALLENGE_SIZE])
{
	rfb_handshake_challenge(&connection->handshake, challenge);
	connection->phase = CONNECTION_HANDSHAKE;
	if (set_events(connection) < 0 || timer_start(connection->timer, PASSWORD_TIME) < 0)
		hang_up(connection);
}

void connection_fail(struct connection *connection, const char *reason, uint64_t delay)
{
	strncpy(connection->reason, reason, sizeof(connection->reason) - 1);
	connection->phase = CONNECTION_FAILING;
	/* By the timer also without a delay. */
	if (set_events(connection) < 0 || timer_start(connection->timer, delay) < 0)
		hang_up(connection);
}

void connection_give_up(struct connection *connection, const char *reason)
{
	if (connection->phase == CONNECTION_CLOSING)
		return;
	fail(connection, reason);
	(void)flush(connection);
	/* Not just close(2): a scraper that was asked may still have a copy of the socket. */
	shutdown(connection->fd, SHUT_WR);
}
