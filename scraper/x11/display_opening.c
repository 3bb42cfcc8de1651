/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display_opening.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/timer.h"

struct display_opening {
	struct display *display;
	char name[64], *xauthority; /* the latter is owned; NULL: Xlib's own choice */
	const struct display_callbacks *callbacks;
	void *display_userdata;
	uint64_t limit;
	display_opening_fn done;
	void *userdata;
	pthread_t thread;
	int fd; /* an eventfd: the thread has finished */
	sd_event_source *source, *timer;

	/* The thread's result. */
	int r;
	char reason[256];
};

/* Keeps what a thread may still use from looking like a leak. */
static struct display_opening *abandoned;

static void *run(void *userdata)
{
	struct display_opening *opening = userdata;

	opening->r = display_open(opening->display, opening->name, opening->xauthority,
				  opening->callbacks, opening->display_userdata, opening->reason,
				  sizeof(opening->reason));
	eventfd_write(opening->fd, 1);
	return NULL;
}

static void finish(struct display_opening *opening)
{
	opening->source = event_source_end(opening->source);
	opening->timer = event_source_end(opening->timer);
	if (opening->fd >= 0)
		close(opening->fd);
	free(opening->xauthority);
	free(opening);
}

static int on_finished(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct display_opening *opening = userdata;

	(void)source;
	(void)fd;
	(void)events;
	pthread_join(opening->thread, NULL);
	struct display_opening result = *opening;
	finish(opening);
	result.done(result.r, result.reason, result.userdata);
	return 0;
}

void display_opening_explain_silence(const char *name, uint64_t usec, char *ret_reason, size_t size)
{
	snprintf(ret_reason, size,
		 "The X server at display %s has not answered for %u s: it hangs, or another "
		 "program holds it (a grab).",
		 name, (unsigned)(usec / 1000000));
}

static int on_limit(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct display_opening *opening = userdata;
	char reason[256];

	(void)source;
	(void)usec;
	display_opening_explain_silence(opening->name, opening->limit, reason, sizeof(reason));
	opening->done(-ETIMEDOUT, reason, opening->userdata);
	return 0;
}

int display_opening_start(sd_event *event, struct display *display,
			  const struct display_opening_options *options, display_opening_fn done,
			  void *userdata, struct display_opening **ret_opening)
{
	/* Not in the thread: the environment is everybody's. */
	if (options->xauthority && setenv("XAUTHORITY", options->xauthority, 1) < 0)
		return -errno;
	struct display_opening *opening = calloc(1, sizeof(*opening));
	if (!opening)
		return -ENOMEM;
	opening->display = display;
	snprintf(opening->name, sizeof(opening->name), "%s", options->name);
	opening->callbacks = options->callbacks;
	opening->display_userdata = options->display_userdata;
	opening->limit = options->limit;
	opening->done = done;
	opening->userdata = userdata;
	opening->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int r = opening->fd < 0 ? -errno : 0;

	if (options->xauthority && !(opening->xauthority = strdup(options->xauthority)))
		r = -ENOMEM;
	if (r >= 0)
		r = sd_event_add_io(event, &opening->source, opening->fd, EPOLLIN, on_finished,
				    opening);
	if (r >= 0)
		r = timer_add(event, opening->limit, on_limit, opening, &opening->timer);
	if (r >= 0)
		r = -pthread_create(&opening->thread, NULL, run, opening);
	if (r < 0) {
		finish(opening);
		return r;
	}
	*ret_opening = opening;
	return 0;
}

void display_opening_await(struct display_opening *opening)
{
	int enabled = SD_EVENT_OFF;

	sd_event_source_get_enabled(opening->timer, &enabled);
	if (enabled == SD_EVENT_OFF)
		timer_start(opening->timer, opening->limit);
}

/*
 * Xlib's destructor frees locks that the thread may be about to take. And the thread may be stuck
 * in reading the Xauthority, with that file's lock, which flushing all files would wait for.
 */
__attribute__((noreturn)) static void exit_without_destructors(int status, void *userdata)
{
	(void)userdata;
	fflush(stdout);
	_exit(status);
}

void display_opening_abandon(struct display_opening *opening)
{
	on_exit(exit_without_destructors, NULL);
	opening->source = event_source_end(opening->source);
	opening->timer = event_source_end(opening->timer);
	pthread_detach(opening->thread);
	abandoned = opening;
}
