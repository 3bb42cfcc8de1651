/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steered_event.h"

#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "bytes.h"

enum { SOURCES_MAX = 16, TURNS_MAX = 64 };

struct sd_event {
	unsigned references;
	uint64_t now;
	struct sd_event_source *sources[SOURCES_MAX]; /* NULL: free */
};

struct sd_event_source {
	unsigned references;
	struct sd_event *event;
	int enabled;
	int fd; /* -1: a timer */
	uint32_t events;
	sd_event_io_handler_t on_io;
	uint64_t due;
	sd_event_time_handler_t on_time;
	void *userdata;
};

sd_event *steered_event_new(void)
{
	sd_event *event = calloc(1, sizeof(*event));

	require(event != NULL);
	event->references = 1;
	event->now = 1000000; /* some time after boot */
	return event;
}

sd_event *sd_event_ref(sd_event *event)
{
	event->references++;
	return event;
}

sd_event *sd_event_unref(sd_event *event)
{
	if (!event || --event->references > 0)
		return NULL;
	for (int i = 0; i < SOURCES_MAX; i++)
		require(!event->sources[i]); /* one was not released */
	free(event);
	return NULL;
}

int sd_event_now(sd_event *event, clockid_t clock, uint64_t *ret_usec)
{
	(void)clock;
	*ret_usec = event->now;
	return 0;
}

static sd_event_source *add(sd_event *event, int fd, void *userdata)
{
	sd_event_source *source = calloc(1, sizeof(*source));
	int i = 0;

	require(source != NULL);
	*source = (sd_event_source){ .references = 1, .event = event, .fd = fd };
	source->userdata = userdata;
	while (i < SOURCES_MAX && event->sources[i])
		i++;
	require(i < SOURCES_MAX);
	event->sources[i] = source;
	return source;
}

int sd_event_add_io(sd_event *event, sd_event_source **ret_source, int fd, uint32_t events,
		    sd_event_io_handler_t handler, void *userdata)
{
	sd_event_source *source = add(event, fd, userdata);

	require(fd >= 0);
	source->events = events;
	source->on_io = handler;
	source->enabled = SD_EVENT_ON;
	*ret_source = source;
	return 0;
}

int sd_event_add_time(sd_event *event, sd_event_source **ret_source, clockid_t clock, uint64_t usec,
		      uint64_t accuracy, sd_event_time_handler_t handler, void *userdata)
{
	sd_event_source *source = add(event, -1, userdata);

	(void)clock;
	(void)accuracy;
	source->due = usec;
	source->on_time = handler;
	source->enabled = SD_EVENT_ONESHOT;
	*ret_source = source;
	return 0;
}

sd_event *sd_event_source_get_event(sd_event_source *source)
{
	return source->event;
}

int sd_event_source_set_enabled(sd_event_source *source, int enabled)
{
	source->enabled = enabled;
	return 0;
}

int sd_event_source_set_time(sd_event_source *source, uint64_t usec)
{
	require(source->fd < 0);
	source->due = usec;
	return 0;
}

int sd_event_source_get_enabled(sd_event_source *source, int *ret_enabled)
{
	*ret_enabled = source->enabled;
	return source->enabled != SD_EVENT_OFF;
}

int sd_event_source_get_time(sd_event_source *source, uint64_t *ret_usec)
{
	require(source->fd < 0);
	*ret_usec = source->due;
	return 0;
}

int sd_event_source_set_io_events(sd_event_source *source, uint32_t events)
{
	require(source->fd >= 0);
	source->events = events;
	return 0;
}

int sd_event_source_set_priority(sd_event_source *source, int64_t priority)
{
	(void)source;
	(void)priority;
	return 0;
}

sd_event_source *sd_event_source_unref(sd_event_source *source)
{
	if (!source || --source->references > 0)
		return NULL;
	for (int i = 0; i < SOURCES_MAX; i++)
		if (source->event->sources[i] == source)
			source->event->sources[i] = NULL;
	free(source);
	return NULL;
}

/* Poll's bits and epoll's are the same ones on Linux. */
static uint32_t ready_events(const sd_event_source *source)
{
	struct pollfd ready = { .fd = source->fd, .events = (short)source->events };

	require(poll(&ready, 1, 0) >= 0);
	return (uint32_t)ready.revents & (source->events | EPOLLERR | EPOLLHUP);
}

int steered_event_run_io(sd_event *event)
{
	int n = 0;

	for (int i = 0; i < SOURCES_MAX; i++) {
		sd_event_source *source = event->sources[i];

		if (!source || source->fd < 0 || source->enabled == SD_EVENT_OFF)
			continue;
		uint32_t events = ready_events(source);
		if (!events)
			continue;
		n++;
		source->references++; /* the handler may release it */
		require(source->on_io(source, source->fd, events, source->userdata) >= 0);
		sd_event_source_unref(source);
	}
	return n;
}

static sd_event_source *next_timer(const sd_event *event, uint64_t until)
{
	sd_event_source *next = NULL;

	for (int i = 0; i < SOURCES_MAX; i++) {
		sd_event_source *source = event->sources[i];

		if (source && source->fd < 0 && source->enabled != SD_EVENT_OFF &&
		    source->due <= until && (!next || source->due < next->due))
			next = source;
	}
	return next;
}

void steered_event_advance(sd_event *event, uint64_t usec)
{
	uint64_t until = event->now + usec;
	sd_event_source *source;

	for (int turn = 0; (source = next_timer(event, until)); turn++) {
		require(turn < TURNS_MAX); /* timers that set each other forever */
		if (source->due > event->now)
			event->now = source->due;
		if (source->enabled == SD_EVENT_ONESHOT)
			source->enabled = SD_EVENT_OFF;
		source->references++;
		require(source->on_time(source, source->due, source->userdata) >= 0);
		sd_event_source_unref(source);
	}
	event->now = until;
}
