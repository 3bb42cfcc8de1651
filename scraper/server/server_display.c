/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's display and its events; creates and destroys the server. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/log.h"
#include "schedule.h"
#include "server.h"
#include "server_viewers.h"
#include "server_watch.h"
#include "x_wait.h"

enum { BELL_INTERVAL = 100000 }; /* µs between two that are sent on */

#define OPENING_USEC UINT64_C(10000000) /* then viewers are told that X does not answer */

static void on_damaged(void *userdata)
{
	struct server *server = userdata;

	if (server->watching)
		screen_damaged(&server->screen, server_now(server));
	server_request_work(server);
}

static void on_cursor_changed(void *userdata)
{
	struct server *server = userdata;

	cursor_changed(&server->cursor);
	server_request_work(server);
}

static void on_resized(void *userdata)
{
	struct server *server = userdata;

	server->size_stale = true;
	server_request_work(server);
}

static void on_layout_changed(void *userdata)
{
	struct server *server = userdata;

	server->layout_stale = true;
	server_request_work(server);
}

static void ring(struct server *server)
{
	uint64_t now = server_now(server);

	if (now - server->last_bell < BELL_INTERVAL)
		return;
	server->last_bell = now;
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		viewer_ring(viewer);
}

static void on_xkb(void *userdata, XEvent *event)
{
	struct server *server = userdata;

	if (!server->watching)
		return;
	switch (input_handle_event(&server->input, event)) {
	case KEYBOARD_BELL:
		ring(server);
		break;
	case KEYBOARD_LEDS:
		server_read_leds(server);
		server_request_work(server);
		break;
	default:
		break;
	}
}

static void on_other_event(const XEvent *event, void *userdata)
{
	struct server *server = userdata;

	clipboard_bridge_event(&server->clipboard, event);
	input_handle_message(&server->input, event);
}

__attribute__((noreturn)) static void on_lost(void *userdata)
{
	struct server *server = userdata;

	/* No X request from here on: Xlib would call this again. */
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		shutdown(viewer->fd, SHUT_RDWR);
	server->callbacks->display_lost(server->userdata);
}

static int on_display_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct server *server = userdata;

	(void)source;
	(void)fd;
	(void)events;
	display_dispatch(&server->display);
	return 0;
}

/* While Xlib waits for a reply it reads events too, which no poll would show. */
static int on_prepare(sd_event_source *source, void *userdata)
{
	struct server *server = userdata;

	(void)source;
	server->n_input_rounds = 0;
	deferred_work_turn(&server->work);
	input_flush(&server->input);
	input_wake_monitor(&server->input);
	if (display_flush(&server->display))
		display_dispatch(&server->display);
	/* Events that a handler has read while it waited: another turn instead of sleep. */
	if (display_flush(&server->display))
		server_request_work(server);
	return 0;
}

static int add_sources(struct server *server)
{
	int r = sd_event_add_io(server->event, &server->display_source,
				display_fd(&server->display), EPOLLIN, on_display_io, server);

	if (r >= 0)
		r = sd_event_source_set_prepare(server->display_source, on_prepare);
	if (r >= 0)
		r = deferred_work_init(&server->work, server->event, schedule_work, server);
	if (r >= 0)
		r = timer_add(server->event, TIMER_NEVER, schedule_timer, server, &server->timer);
	return r;
}

static void on_opened(int r, const char *reason, void *userdata)
{
	struct server *server = userdata;

	if (r != -ETIMEDOUT)
		server->opening = NULL;
	if (r >= 0) {
		r = add_sources(server);
		reason = r < 0 ? strerror(-r) : "";
	}
	server->callbacks->opened(r, reason, server->userdata);
}

int server_create(sd_event *event, sd_event *urgent, const struct config *config,
		  const char *display, const char *xauthority,
		  const struct server_callbacks *callbacks, void *userdata,
		  struct server **ret_server)
{
	static const struct display_callbacks display_callbacks = {
		.damaged = on_damaged,
		.cursor_changed = on_cursor_changed,
		.resized = on_resized,
		.layout_changed = on_layout_changed,
		.other = on_other_event,
		.xkb = on_xkb,
		.wait = x_wait,
		.lost = on_lost,
	};
	struct server *server = calloc(1, sizeof(*server));

	if (!server)
		return -ENOMEM;
	server->event = sd_event_ref(event);
	server->urgent = sd_event_ref(urgent);
	server->config = config;
	server->callbacks = callbacks;
	server->userdata = userdata;
	const struct display_opening_options options = {
		.name = display,
		.xauthority = xauthority,
		.callbacks = &display_callbacks,
		.display_userdata = server,
		.limit = OPENING_USEC,
	};
	int r = display_opening_start(event, &server->display, &options, on_opened, server,
				      &server->opening);
	if (r < 0) {
		server_destroy(server);
		return r;
	}
	*ret_server = server;
	return 0;
}

const char *server_display(const struct server *server)
{
	return server->opening ? NULL : DisplayString(server->display.x);
}

void server_await_display(struct server *server)
{
	if (server->opening)
		display_opening_await(server->opening);
}

void server_destroy(struct server *server)
{
	if (!server)
		return;
	if (server->opening) {
		display_opening_abandon(server->opening);
		return;
	}
	server_destroy_viewers(server);
	deferred_work_finish(&server->work);
	event_source_end(server->timer);
	event_source_end(server->display_source);
	screen_finish(&server->screen);
	display_close(&server->display);
	sd_event_unref(server->urgent);
	sd_event_unref(server->event);
	free(server);
}
