/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "notices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/log.h"
#include "common/timer.h"
#include "status_words.h"

struct notice {
	struct notice *next;
	struct notices *list;
	struct server *server; /* of one viewer */
	sd_event_source *timer;
	bool is_over;
	char reason[512];
};

static void destroy(struct notice *notice)
{
	struct notice **at = &notice->list->first;

	while (*at != notice)
		at = &(*at)->next;
	*at = notice->next;
	notice->list->n--;
	event_source_end(notice->timer);
	server_destroy(notice->server);
	free(notice);
}

/* The time is up, or the viewer is gone. */
static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct notice *notice = userdata;

	(void)source;
	(void)usec;
	if (notice->is_over)
		destroy(notice);
	else
		server_disconnect(notice->server, notice->reason);
	return 0;
}

/* Inside the server's own code: it is destroyed later. */
static void on_viewers_changed(unsigned n, void *userdata)
{
	struct notice *notice = userdata;

	if (n)
		return;
	notice->is_over = true;
	timer_start(notice->timer, 0);
}

int notices_show(struct notices *notices, int fd, const char *peer, const char *reason)
{
	/* There is no display, so the others are never called. */
	static const struct server_callbacks callbacks = { .viewers_changed = on_viewers_changed };
	struct notice *notice = notices->n < NOTICES_MAX ? calloc(1, sizeof(*notice)) : NULL;
	struct status_text text;

	if (!notice) {
		close(fd);
		return notices->n < NOTICES_MAX ? -ENOMEM : -EUSERS;
	}
	notice->list = notices;
	notice->next = notices->first;
	notices->first = notice;
	notices->n++;
	snprintf(notice->reason, sizeof(notice->reason), "%s", reason);
	int r = timer_add(notices->event, NOTICES_USEC, on_timer, notice, &notice->timer);
	if (r >= 0)
		r = server_create(notices->event, notices->urgent, notices->config, &callbacks,
				  notice, &notice->server);
	if (r < 0) {
		close(fd);
		destroy(notice);
		return r;
	}
	status_words_refuse(reason, &text);
	server_write_status(notice->server, &text, 0);
	r = server_add_viewer(notice->server, fd, peer, true);
	if (r < 0)
		destroy(notice);
	return r;
}

void notices_refuse(struct notices *notices, const struct arrival *viewer, const char *reason)
{
	if (!notices->config->status_screen || notices->n >= NOTICES_MAX) {
		arrival_refuse(viewer, reason, reason);
		return;
	}
	log_viewer(LOG_LEVEL_WARNING, viewer->peer, "refused", "viewer %s refused: %s",
		   viewer->peer, reason);
	if (arrival_take_over(viewer) < 0)
		return;
	int r = notices_show(notices, viewer->fd, viewer->peer, reason);
	if (r < 0)
		log_error("cannot tell viewer %s: %s", viewer->peer, strerror(-r));
}

void notices_finish(struct notices *notices)
{
	while (notices->first)
		destroy(notices->first); /* NOLINT(clang-analyzer-unix.Malloc): the next one */
}
