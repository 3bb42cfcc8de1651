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
	 * Scrapers that may end over one request. Stays below systemd's start limit of 5 in 10 s,
	 * which would stop the socket.
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

struct scraper_check {
	sd_event *event;
	sd_event_source *timer; /* the next attempt, or the time limit for the answer */
	sd_event_source *answer;
	int fd;
	struct sockaddr_un address;
	struct handoff_request request;
	int viewer;
	uint64_t wait;	  /* µs */
	uint64_t give_up; /* CLOCK_MONOTONIC, µs: no attempt after this */
	uint64_t pause;	  /* µs, before the next attempt */
	unsigned deaths;
	bool waiting_said;
	scraper_result_fn result;
	bool (*make_room)(void *userdata);
	void *userdata;
};

static void disconnect(struct scraper_check *check)
{
	check->answer = event_source_end(check->answer);
	if (check->fd >= 0)
		close(check->fd);
	check->fd = -1;
}

void handoff_check_destroy(struct scraper_check *check)
{
	if (!check)
		return;
	disconnect(check);
	event_source_end(check->timer);
	sd_event_unref(check->event);
	explicit_bzero(&check->request, sizeof(check->request));
	free(check);
}

/* The last use of the check: its owner may destroy it here. */
static void finish(struct scraper_check *check, enum handoff_result result, const char *reason)
{
	disconnect(check);
	timer_stop(check->timer);
	check->result(result, reason, check->userdata);
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
	case ETOOMANYREFS:
		return true;
	default:
		return false;
	}
}

static void try_later(struct scraper_check *check, int error)
{
	disconnect(check);
	if (!may_pass(error) || timer_now(check->event) >= check->give_up ||
	    timer_start(check->timer, check->pause) < 0) {
		log_warning("%s: no scraper at %s: %s", check->request.peer,
			    check->address.sun_path, strerror(-error));
		finish(check, HANDOFF_NOT_POSSIBLE, unreachable_reason);
		return;
	}
	if (!check->waiting_said)
		log_info("%s: waiting for the scraper at %s (%s)", check->request.peer,
			 check->address.sun_path, strerror(-error));
	check->waiting_said = true;
	check->pause = check->pause * 2 < LONGEST_PAUSE ? check->pause * 2 : LONGEST_PAUSE;
}

/* The scraper ended without an answer: it was about to anyway, or the request killed it. */
static void ask_again(struct scraper_check *check, int error)
{
	if (++check->deaths < DEATHS_MAX) {
		try_later(check, error);
		return;
	}
	log_warning("%s: the scraper at %s ended %u times without an answer", check->request.peer,
		    check->address.sun_path, check->deaths);
	finish(check, HANDOFF_NOT_POSSIBLE, dying_reason);
}

static int on_answer(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct scraper_check *check = userdata;
	struct handoff_answer answer;
	int r;

	(void)source;
	(void)events;
	r = handoff_receive_answer(fd, &answer);
	if (r == -EAGAIN)
		return 0;
	if (r == -ECONNRESET || r == -EPIPE) {
		ask_again(check, r);
	} else if (r < 0) {
		log_warning("%s: the scraper's answer cannot be read: %s", check->request.peer,
			    strerror(-r));
		finish(check, HANDOFF_NOT_POSSIBLE, silent_reason);
	} else {
		finish(check, (enum handoff_result)answer.result, answer.reason);
	}
	return 0;
}

/* Neither connect(2) nor the first message waits for the other side of a SOCK_SEQPACKET. */
static int ask(struct scraper_check *check)
{
	int r;

	check->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (check->fd < 0)
		return -errno;
	if (connect(check->fd, (const struct sockaddr *)&check->address, sizeof(check->address)) <
	    0)
		return -errno;
	r = handoff_send_request(check->fd, &check->request, check->viewer);
	if (r < 0)
		return r;
	r = sd_event_add_io(check->event, &check->answer, check->fd, EPOLLIN, on_answer, check);
	if (r < 0)
		return r;
	/* Handled before a disconnect of the viewer, so that a wrong guess counts. */
	return sd_event_source_set_priority(check->answer, SD_EVENT_PRIORITY_IMPORTANT);
}

static int on_timer(sd_event_source *source, uint64_t when, void *userdata)
{
	struct scraper_check *check = userdata;
	int r;

	(void)source;
	(void)when;
	if (check->fd >= 0) {
		log_warning("%s: the scraper at %s did not answer in time", check->request.peer,
			    check->address.sun_path);
		finish(check, HANDOFF_NOT_POSSIBLE, silent_reason);
		return 0;
	}
	r = ask(check);
	/* A viewer that has answered comes before silent ones. */
	while ((r == -EMFILE || r == -ENFILE) && check->make_room &&
	       check->make_room(check->userdata)) {
		disconnect(check);
		r = ask(check);
	}
	if (r == 0)
		r = timer_start(check->timer, check->wait + ANSWER_MARGIN);
	if (r < 0)
		try_later(check, r);
	return 0;
}

int handoff_check_start(const struct handoff_check_parameters *parameters,
			const struct handoff_request *request, struct scraper_check **ret_check)
{
	struct scraper_check *check;
	size_t length = strlen(parameters->path);
	int r;

	if (length >= sizeof(check->address.sun_path))
		return -ENAMETOOLONG;
	check = calloc(1, sizeof(*check));
	if (!check)
		return -ENOMEM;
	check->event = sd_event_ref(parameters->event);
	check->fd = -1;
	check->address.sun_family = AF_UNIX;
	memcpy(check->address.sun_path, parameters->path, length + 1);
	check->request = *request;
	check->viewer = parameters->viewer;
	check->wait = parameters->wait;
	check->pause = FIRST_PAUSE;
	check->result = parameters->result;
	check->make_room = parameters->make_room;
	check->userdata = parameters->userdata;
	check->give_up = timer_now(check->event) +
			 (check->wait > SHORTEST_WAIT ? check->wait : SHORTEST_WAIT);
	r = timer_add(check->event, 0, on_timer, check, &check->timer);
	if (r < 0) {
		handoff_check_destroy(check);
		return r;
	}
	*ret_check = check;
	return 0;
}
