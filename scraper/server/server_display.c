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
#include "server_view.h"
#include "server_viewers.h"
#include "server_watch.h"
#include "x_wait.h"

enum { BELL_INTERVAL = 100000 }; /* µs between two that are sent on */

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

void server_end(struct server *server)
{
	/* No X request from here on: Xlib would report the loss again. */
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		shutdown(viewer->fd, SHUT_RDWR);
	server->callbacks->ended(server->userdata);
}

/* Anything may be under way, so the rest is done later. */
static void on_lost(void *userdata)
{
	struct server *server = userdata;

	if (!IO_ERROR_RETURNS || !server->config->status_screen)
		server_end(server);
	if (server->is_lost)
		return;
	server->is_lost = true;
	sd_event_source_set_enabled(server->display_source, SD_EVENT_OFF);
	server_request_work(server);
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
	input_flush(&server->input);
	input_wake_monitor(&server->input);
	if (display_flush(&server->display))
		display_dispatch(&server->display);
	/* Events that a handler has read while it waited: another turn instead of sleep. */
	if (display_flush(&server->display))
		server_request_work(server);
	return 0;
}

/* ---- opening and closing ---- */

static int watch_display(struct server *server)
{
	int r = sd_event_add_io(server->event, &server->display_source,
				display_fd(&server->display), EPOLLIN, on_display_io, server);

	if (r >= 0)
		r = sd_event_source_set_prepare(server->display_source, on_prepare);
	if (r >= 0)
		r = server_show_display(server);
	return r;
}

static void close_display(struct server *server)
{
	server->display_source = event_source_end(server->display_source);
	screen_finish(&server->screen);
	display_close(&server->display);
	server->has_display = server->is_lost = server->is_silent = false;
}

static void on_opened(int r, const char *reason, void *userdata)
{
	struct server *server = userdata;

	if (r != -ETIMEDOUT)
		server->opening = NULL;
	if (r >= 0) {
		server->has_display = true;
		r = watch_display(server);
		reason = r < 0 ? strerror(-r) : "";
		if (r < 0)
			close_display(server);
	}
	server->callbacks->opened(r, reason, server->userdata);
}

int server_open_display(struct server *server, const char *display, const char *xauthority)
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
	const struct display_opening_options options = {
		.name = display,
		.xauthority = xauthority,
		.callbacks = &display_callbacks,
		.display_userdata = server,
		.limit = SERVER_SILENT_USEC,
	};

	if (!server->opening)
		return display_opening_start(server->event, &server->display, &options, on_opened,
					     server, &server->opening);
	display_opening_await(server->opening);
	return 0;
}

bool server_is_opening(const struct server *server)
{
	return server->opening;
}

const char *server_display(const struct server *server)
{
	return server->has_display && !server->is_lost ? DisplayString(server->display.x) : NULL;
}

bool server_is_lost(const struct server *server)
{
	return server->is_lost;
}

void server_write_status(struct server *server, const struct status_text *text, uint64_t since)
{
	status_screen_write(&server->status, text, since);
	if (!server->watching && server->rfb)
		server_request_work(server);
}

void server_close_display(struct server *server)
{
	if (!server->has_display)
		return;
	server_show_status(server);
	close_display(server);
}

bool server_forget_lost_display(struct server *server)
{
	char reason[256] = "";

	if (!server->is_lost)
		return false;
	if (server->is_silent)
		display_opening_explain_silence(DisplayString(server->display.x),
						SERVER_SILENT_USEC, reason, sizeof(reason));
	server_close_display(server);
	server->callbacks->display_lost(reason, server->userdata);
	return true;
}

/* ---- the server ---- */

static int on_turn(sd_event_source *source, void *userdata)
{
	(void)source;
	deferred_work_turn(&((struct server *)userdata)->work);
	return 0;
}

static int on_never(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	(void)userdata;
	return 0;
}

static int add_sources(struct server *server)
{
	int r = deferred_work_init(&server->work, server->event, schedule_work, server);

	if (r >= 0)
		r = timer_add(server->event, TIMER_NEVER, schedule_timer, server, &server->timer);
	if (r >= 0)
		r = sd_event_add_time(server->event, &server->turns, CLOCK_MONOTONIC, UINT64_MAX, 0,
				      on_never, server);
	if (r >= 0) /* what is off is not prepared */
		r = sd_event_source_set_enabled(server->turns, SD_EVENT_ON);
	if (r >= 0)
		r = sd_event_source_set_prepare(server->turns, on_turn);
	return r;
}

int server_create(sd_event *event, sd_event *urgent, const struct config *config,
		  const struct server_callbacks *callbacks, void *userdata,
		  struct server **ret_server)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server)
		return -ENOMEM;
	server->event = sd_event_ref(event);
	server->urgent = sd_event_ref(urgent);
	server->config = config;
	server->callbacks = callbacks;
	server->userdata = userdata;
	server->yield = (struct yield){ .run = x_wait_take_input, .userdata = server };
	int r = add_sources(server);
	if (r < 0) {
		server_destroy(server);
		return r;
	}
	*ret_server = server;
	return 0;
}

void server_destroy(struct server *server)
{
	if (!server)
		return;
	server_destroy_viewers(server);
	deferred_work_finish(&server->work);
	event_source_end(server->turns);
	event_source_end(server->timer);
	if (server->opening) {
		display_opening_abandon(server->opening);
		return;
	}
	close_display(server);
	sd_event_unref(server->urgent);
	sd_event_unref(server->event);
	free(server);
}
