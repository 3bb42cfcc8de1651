/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "handoff_client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/log.h"
#include "common/timer.h"

enum {
	FIRST_PAUSE = 50 * 1000,     /* µs, before the second attempt */
	LONGEST_PAUSE = 2 * 1000000, /* µs */
	/* Even if session_wait is shorter: a scraper that is just ending must be replaced first. */
	SHORTEST_WAIT = 5 * 1000000, /* µs */
	/* How much longer than session_wait a scraper may take to answer. */
	ANSWER_MARGIN = 30 * 1000000, /* µs */
	/*
	 * Scrapers that may end before one has given a challenge. Stays below systemd's start
	 * limit of 5 in 10 s, which would stop the socket.
	 */
	DEATHS_MAX = 3,
};

/* For viewers that are not authenticated, so without details: those are in the journal. */
static const char unreachable_reason[] =
	"the desktop's scraper does not start; see: journalctl -u gpudesk.service";
static const char dying_reason[] =
	"the desktop's scraper keeps ending; see: journalctl -u 'gpudesk-scraper@*'";
static const char silent_reason[] =
	"the desktop's scraper does not answer; see: journalctl -u 'gpudesk-scraper@*'";
/* Its challenge ended with it, and the viewer cannot get another one. */
static const char ended_reason[] = "the desktop's scraper has just ended; connect again";

struct handoff_client {
	sd_event *event;
	sd_event_source *timer; /* the next attempt, or the time limit for the answer */
	sd_event_source *io;
	int fd;
	struct sockaddr_un address;
	char peer[HANDOFF_PEER_MAX];
	bool challenged;
	uint64_t wait;	  /* µs */
	uint64_t give_up; /* CLOCK_MONOTONIC, µs: no attempt after this */
	uint64_t pause;	  /* µs, before the next attempt */
	unsigned deaths;
	bool waiting_said;
	const struct handoff_client_handlers *handlers;
	void *userdata;
};

static void disconnect(struct handoff_client *client)
{
	client->io = event_source_end(client->io);
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}

void handoff_client_destroy(struct handoff_client *client)
{
	if (!client)
		return;
	disconnect(client);
	event_source_end(client->timer);
	sd_event_unref(client->event);
	free(client);
}

/* The last use of the client: its owner may destroy it here. */
static void finish(struct handoff_client *client, enum handoff_result result, const char *reason)
{
	disconnect(client);
	timer_stop(client->timer);
	client->handlers->result(result, reason, client->userdata);
}

/* Errors that retrying may get past: no socket yet, a full backlog, no descriptor or memory. */
static bool may_pass(int error)
{
	switch (-error) {
	case ENOENT:
	case ECONNREFUSED:
	case ECONNRESET:
	case EPIPE:
	case EAGAIN:
	case EINTR:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return true;
	default:
		return false;
	}
}

static void try_later(struct handoff_client *client, int error)
{
	disconnect(client);
	if (!may_pass(error) || timer_now(client->event) >= client->give_up ||
	    timer_start(client->timer, client->pause) < 0) {
		log_warning("%s: no scraper at %s: %s", client->peer, client->address.sun_path,
			    strerror(-error));
		finish(client, HANDOFF_NOT_POSSIBLE, unreachable_reason);
		return;
	}
	if (!client->waiting_said)
		log_info("%s: waiting for the scraper at %s (%s)", client->peer,
			 client->address.sun_path, strerror(-error));
	client->waiting_said = true;
	client->pause = client->pause * 2 < LONGEST_PAUSE ? client->pause * 2 : LONGEST_PAUSE;
}

/* The scraper ended: it was about to anyway, or what it was asked killed it. */
static void on_end(struct handoff_client *client, int error)
{
	if (client->challenged) {
		log_warning("%s: the scraper at %s ended without an answer", client->peer,
			    client->address.sun_path);
		finish(client, HANDOFF_NOT_POSSIBLE, ended_reason);
	} else if (++client->deaths < DEATHS_MAX) {
		try_later(client, error);
	} else {
		log_warning("%s: the scraper at %s ended %u times without an answer", client->peer,
			    client->address.sun_path, client->deaths);
		finish(client, HANDOFF_NOT_POSSIBLE, dying_reason);
	}
}

static void take_challenge(struct handoff_client *client, const uint8_t *challenge)
{
	client->challenged = true;
	timer_stop(client->timer);
	client->handlers->challenged(challenge, client->userdata);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct handoff_client *client = userdata;
	struct handoff_answer answer;
	int r;

	(void)source;
	(void)events;
	r = handoff_receive_answer(fd, &answer);
	if (r == -EAGAIN)
		return 0;
	if (r == -ECONNRESET || r == -EPIPE) {
		on_end(client, r);
	} else if (r < 0 || (answer.result != HANDOFF_NOT_POSSIBLE &&
			     (answer.result == HANDOFF_CHALLENGED) == client->challenged)) {
		log_warning("%s: the scraper's answer cannot be read: %s", client->peer,
			    strerror(r < 0 ? -r : EBADMSG));
		finish(client, HANDOFF_NOT_POSSIBLE, silent_reason);
	} else if (answer.result == HANDOFF_CHALLENGED) {
		take_challenge(client, answer.challenge);
	} else {
		finish(client, (enum handoff_result)answer.result, answer.reason);
	}
	return 0;
}

/* Neither connect(2) nor the first message waits for the other side of a SOCK_SEQPACKET. */
static int ask(struct handoff_client *client)
{
	static const struct handoff_request request = { .kind = HANDOFF_CHALLENGE };
	int r;

	client->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (client->fd < 0)
		return -errno;
	if (connect(client->fd, (const struct sockaddr *)&client->address,
		    sizeof(client->address)) < 0)
		return -errno;
	r = handoff_send_request(client->fd, &request, -1);
	if (r < 0)
		return r;
	r = sd_event_add_io(client->event, &client->io, client->fd, EPOLLIN, on_io, client);
	if (r < 0)
		return r;
	/* Handled before a disconnect of the viewer, so that a wrong guess counts. */
	return sd_event_source_set_priority(client->io, SD_EVENT_PRIORITY_IMPORTANT);
}

static int start_answer_time(struct handoff_client *client)
{
	return timer_start(client->timer, client->wait + ANSWER_MARGIN);
}

static int on_timer(sd_event_source *source, uint64_t when, void *userdata)
{
	struct handoff_client *client = userdata;
	int r;

	(void)source;
	(void)when;
	if (client->fd >= 0) {
		log_warning("%s: the scraper at %s did not answer in time", client->peer,
			    client->address.sun_path);
		finish(client, HANDOFF_NOT_POSSIBLE, silent_reason);
		return 0;
	}
	r = ask(client);
	/* A viewer that speaks RFB comes before silent ones. */
	while ((r == -EMFILE || r == -ENFILE) && client->handlers->make_room &&
	       client->handlers->make_room(client->userdata)) {
		disconnect(client);
		r = ask(client);
	}
	if (r == 0)
		r = start_answer_time(client);
	if (r < 0)
		try_later(client, r);
	return 0;
}

int handoff_client_start(const struct handoff_client_parameters *parameters,
			 struct handoff_client **ret_client)
{
	struct handoff_client *client;
	size_t length = strlen(parameters->path);
	int r;

	if (length >= sizeof(client->address.sun_path))
		return -ENAMETOOLONG;
	client = calloc(1, sizeof(*client));
	if (!client)
		return -ENOMEM;
	client->event = sd_event_ref(parameters->event);
	client->fd = -1;
	client->address.sun_family = AF_UNIX;
	memcpy(client->address.sun_path, parameters->path, length + 1);
	strncpy(client->peer, parameters->peer, sizeof(client->peer) - 1);
	client->wait = parameters->wait;
	client->pause = FIRST_PAUSE;
	client->handlers = parameters->handlers;
	client->userdata = parameters->userdata;
	client->give_up = timer_now(client->event) +
			  (client->wait > SHORTEST_WAIT ? client->wait : SHORTEST_WAIT);
	r = timer_add(client->event, 0, on_timer, client, &client->timer);
	if (r < 0) {
		handoff_client_destroy(client);
		return r;
	}
	*ret_client = client;
	return 0;
}

int handoff_client_connect(struct handoff_client *client, unsigned minor,
			   const uint8_t response[static HANDOFF_CHALLENGE_SIZE], int viewer)
{
	struct handoff_request request = { .kind = HANDOFF_CONNECT, .minor = minor };
	int r;

	memcpy(request.response, response, sizeof(request.response));
	memcpy(request.peer, client->peer, sizeof(request.peer));
	r = handoff_send_request(client->fd, &request, viewer);
	explicit_bzero(request.response, sizeof(request.response));
	return r < 0 ? r : start_answer_time(client);
}
