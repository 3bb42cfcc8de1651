/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/log.h"
#include "schedule.h"
#include "server_state.h"

enum { BELL_INTERVAL = 100000 }; /* µs between two that are passed on */

static void request_work(struct server *server)
{
	sd_event_source_set_enabled(server->work, SD_EVENT_ONESHOT);
}

/* ---- the display's side ---- */

static void on_damaged(void *userdata)
{
	struct server *server = userdata;

	if (server->watching)
		screen_damaged(&server->screen);
	request_work(server);
}

static void on_cursor_changed(void *userdata)
{
	struct server *server = userdata;

	cursor_changed(&server->cursor);
	request_work(server);
}

static void on_resized(void *userdata)
{
	struct server *server = userdata;

	server->size_stale = true;
	request_work(server);
}

static void on_layout_changed(void *userdata)
{
	struct server *server = userdata;

	server->layout_stale = true;
	request_work(server);
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

static void read_leds(struct server *server)
{
	server->leds = keyboard_leds(&server->input.keyboard);
	rfb_server_set_leds(server->rfb, server->leds);
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
		read_leds(server);
		request_work(server);
		break;
	default:
		break;
	}
}

static void on_other_event(const XEvent *event, void *userdata)
{
	struct server *server = userdata;

	clipboard_bridge_event(&server->clipboard, event);
}

__attribute__((noreturn)) static void on_lost(void *userdata)
{
	struct server *server = userdata;

	/* No X request from here on: Xlib would come back to this place. */
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		shutdown(viewer->fd, SHUT_RDWR);
	server->callbacks.display_lost(server->userdata);
}

static int on_display_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct server *server = userdata;

	(void)source, (void)fd, (void)events;
	display_dispatch(&server->display);
	return 0;
}

/* Replies that were waited for may have brought events along, which no poll would show. */
static int on_prepare(sd_event_source *source, void *userdata)
{
	struct server *server = userdata;

	(void)source;
	input_flush(&server->input);
	if (display_flush(&server->display))
		display_dispatch(&server->display);
	return 0;
}

/* ---- the viewers' side ---- */

static struct server_viewer *extra_of(struct viewer *viewer)
{
	return viewer->userdata;
}

static void on_wants(struct viewer *viewer, void *userdata)
{
	struct server_viewer *extra = userdata;

	(void)viewer;
	request_work(extra->server);
}

static void on_encodings(struct viewer *viewer, void *userdata)
{
	struct server_viewer *extra = userdata;

	clipboard_encodings(
		&extra->server->clipboard.clipboard, &extra->clip,
		client_lists(&viewer->update.encodings, CLIENT_ENCODING_EXTENDED_CLIPBOARD));
}

static void on_cut_text(struct viewer *viewer, const uint8_t *message, size_t length,
			void *userdata)
{
	struct server_viewer *extra = userdata;

	(void)viewer;
	clipboard_message(&extra->server->clipboard.clipboard, &extra->clip, message, length);
}

static void on_text_sent(struct viewer *viewer, void *userdata)
{
	struct server_viewer *extra = userdata;

	(void)viewer;
	clipboard_sent(&extra->server->clipboard.clipboard, &extra->clip);
}

static void on_gone(struct viewer *viewer, const char *reason, void *userdata)
{
	struct server_viewer *extra = userdata;

	log_info("viewer %s has left: %s", viewer->peer, reason);
	input_release(&extra->server->input, &extra->holder);
	clipboard_bridge_remove(&extra->server->clipboard, &extra->clip);
	request_work(extra->server); /* to free it, when nobody stands in its code */
}

static void on_resize(struct viewer *viewer, struct resize_wish wish, void *userdata)
{
	struct server *server = ((struct server_viewer *)userdata)->server;
	struct desktop_size_rect *size = &viewer->update.size_rect;

	log_debug("viewer %s wishes for %dx%d on %d screens", viewer->peer, wish.width, wish.height,
		  wish.n_screens);
	if (!server->config->resize || viewer->view_only) {
		desktop_size_rect_answer(size, SIZE_PROHIBITED);
	} else {
		size->wishes = server->has_wish = true;
		server->wish = wish;
	}
	request_work(server);
}

static void on_key(struct viewer *viewer, struct client_key key, void *userdata)
{
	struct server_viewer *extra = userdata;

	(void)viewer;
	missed_damage_activity(&extra->server->screen.missed, true, server_now(extra->server));
	input_key(&extra->server->input, &extra->holder, key);
}

static void on_pointer(struct viewer *viewer, struct client_pointer pointer, void *userdata)
{
	struct server_viewer *extra = userdata;
	struct server *server = extra->server;

	missed_damage_activity(&server->screen.missed, true, server_now(server));
	input_pointer(&server->input, &extra->holder, pointer);
	/* Which may be elsewhere: clamped, or where another viewer drags. */
	cursor_rect_moved(&viewer->update.cursor_rect, pointer.x, pointer.y);
	cursor_moved(&server->cursor, server->input.x, server->input.y);
	request_work(server);
}

static const struct viewer_callbacks viewer_callbacks = {
	.wants = on_wants,
	.key = on_key,
	.pointer = on_pointer,
	.resize = on_resize,
	.encodings = on_encodings,
	.cut_text = on_cut_text,
	.text_sent = on_text_sent,
	.gone = on_gone,
};

/* ---- while there are viewers ---- */

/* In the middle of something longer: see yield.h. */
static void take_input(void *userdata)
{
	struct server *server = userdata;
	bool taken = false;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		taken |= viewer_take_input(viewer);
	if (!taken)
		return;
	input_flush(&server->input);
	display_flush(&server->display);
}

static int start_watching(struct server *server)
{
	struct display *display = &server->display;
	int r = display_watch(display);

	if (r < 0)
		return r;
	r = screen_start(&server->screen, display, server->config->frame_rate, server_now(server));
	if (r < 0)
		goto unwatch;
	server->yield = (struct yield){ .run = take_input, .userdata = server };
	server->screen.yield = &server->yield;
	r = rfb_server_create(&server->screen.frame, &display->format, server->config->user,
			      &server->rfb);
	if (r < 0)
		goto unwatch;
	r = clipboard_bridge_start(&server->clipboard, server->event, display, server->config);
	if (r < 0)
		goto destroy_rfb;
	r = input_init(&server->input, display, server->event);
	if (r < 0)
		goto stop_clipboard;
	read_leds(server);
	server->watching = true;
	cursor_init(&server->cursor);
	randr_init(&server->randr, display);
	randr_read_layout(display, &server->layout);
	server->size_stale = server->layout_stale = server->has_wish = false;
	return 0;

stop_clipboard:
	clipboard_bridge_stop(&server->clipboard);
destroy_rfb:
	rfb_server_destroy(server->rfb);
	server->rfb = NULL;
unwatch:
	display_unwatch(display);
	return r;
}

/* The screen's memory stays, for who comes next before the scraper ends. */
static void stop_watching(struct server *server)
{
	if (!server->watching)
		return;
	server->watching = false;
	clipboard_bridge_stop(&server->clipboard);
	input_finish(&server->input);
	rfb_server_destroy(server->rfb);
	server->rfb = NULL;
	cursor_finish(&server->cursor);
	randr_restore(&server->randr);
	display_forget(&server->display);
	display_unwatch(&server->display);
	sd_event_source_set_enabled(server->timer, SD_EVENT_OFF);
}

static void destroy_viewer(struct viewer *viewer)
{
	struct server_viewer *extra = extra_of(viewer);

	clipboard_bridge_remove(&extra->server->clipboard, &extra->clip);
	viewer_destroy(viewer);
	free(extra);
}

void server_drop_viewer(struct viewer *viewer, const char *reason)
{
	if (viewer->is_gone)
		return;
	viewer->is_gone = true;
	on_gone(viewer, reason, viewer->userdata);
}

void server_reap(struct server *server)
{
	unsigned before = server->n_viewers;

	for (struct viewer **at = &server->viewers; *at;) {
		struct viewer *viewer = *at;

		/* libvncserver lets all others go when one asks for that. */
		if (rfb_client_is_gone(viewer->client))
			server_drop_viewer(viewer, "another viewer asked for the desktop alone");
		if (!viewer->is_gone) {
			at = &viewer->next;
			continue;
		}
		*at = viewer->next;
		destroy_viewer(viewer);
		server->n_viewers--;
	}
	if (server->n_viewers == before)
		return;
	if (!server->n_viewers)
		stop_watching(server);
	server->callbacks.viewers_changed(server->n_viewers, server->userdata);
}

int server_add_viewer(struct server *server, int fd, const char *peer, bool view_only)
{
	struct server_viewer *extra = calloc(1, sizeof(*extra));
	struct viewer *viewer;
	struct update_source source = {
		.frame = &server->screen.frame,
		.cursor = &server->cursor.state,
		.layout = &server->layout,
		.leds = &server->leds,
		.yield = &server->yield,
	};
	int r = extra ? 0 : -ENOMEM;

	if (r >= 0 && !server->watching)
		r = start_watching(server);
	if (r >= 0) {
		extra->server = server;
		r = viewer_create(server->event, fd, peer, view_only || server->config->view_only,
				  server->config->compression, server->rfb, &source,
				  &viewer_callbacks, extra, &viewer);
	}
	if (r < 0) {
		free(extra);
		close(fd);
		if (!server->n_viewers)
			stop_watching(server);
		return r;
	}
	clipboard_bridge_add(&server->clipboard, &extra->clip, viewer);
	viewer->timeouts.inactive_timeout = server->config->inactive_timeout;
	viewer->next = server->viewers;
	server->viewers = viewer;
	request_work(server);
	server->n_viewers++;
	server->callbacks.viewers_changed(server->n_viewers, server->userdata);
	return 0;
}

unsigned server_n_viewers(const struct server *server)
{
	return server->n_viewers;
}

void server_disconnect(struct server *server, const char *reason)
{
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		viewer_end(viewer, reason);
}

static int add_sources(struct server *server)
{
	int r = sd_event_add_io(server->event, &server->display_source,
				display_fd(&server->display), EPOLLIN, on_display_io, server);

	if (r >= 0)
		r = sd_event_source_set_prepare(server->display_source, on_prepare);
	if (r >= 0)
		r = sd_event_add_defer(server->event, &server->work, schedule_work, server);
	if (r >= 0)
		r = sd_event_source_set_enabled(server->work, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_source_set_priority(server->work, SD_EVENT_PRIORITY_IDLE);
	if (r >= 0)
		r = timer_add(server->event, TIMER_NEVER, schedule_timer, server, &server->timer);
	return r;
}

int server_create(sd_event *event, const struct config *config, const char *display,
		  const char *xauthority, const struct server_callbacks *callbacks, void *userdata,
		  struct server **ret_server, char *ret_reason, size_t reason_size)
{
	static const struct display_callbacks display_callbacks = {
		.damaged = on_damaged,
		.cursor_changed = on_cursor_changed,
		.resized = on_resized,
		.layout_changed = on_layout_changed,
		.other = on_other_event,
		.xkb = on_xkb,
		.lost = on_lost,
	};
	struct server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return -ENOMEM;
	server->event = sd_event_ref(event);
	server->config = config;
	server->callbacks = *callbacks;
	server->userdata = userdata;
	r = display_open(&server->display, display, xauthority, &display_callbacks, server,
			 ret_reason, reason_size);
	if (r >= 0)
		r = add_sources(server);
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
	while (server->viewers) {
		struct viewer *viewer = server->viewers;

		server->viewers = viewer->next;
		input_release(&server->input, &extra_of(viewer)->holder);
		destroy_viewer(viewer);
	}
	stop_watching(server);
	event_source_end(server->work);
	event_source_end(server->timer);
	event_source_end(server->display_source);
	screen_finish(&server->screen);
	display_close(&server->display);
	sd_event_unref(server->event);
	free(server);
}
