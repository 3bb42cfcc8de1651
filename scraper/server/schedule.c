/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "schedule.h"

#include <string.h>

#include "common/log.h"
#include "server_state.h"

enum { WISH_INTERVAL = 250000 }; /* µs between two changes of the size for viewers' sake */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* ---- following the display ---- */

static void keep_sending(struct server *server)
{
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (viewer->is_gone || viewer_keep_sending(viewer) >= 0)
			continue;
		server_drop_viewer(viewer, "of too little memory");
	}
}

/* The display has another size: a new frame, all of it unseen. */
static void follow_resize(struct server *server)
{
	keep_sending(server);
	int r = screen_resize(&server->screen);

	if (r < 0) {
		log_error("cannot follow the screen to %dx%d: %s", server->display.width,
			  server->display.height, strerror(-r));
		sd_event_exit(server->event, r);
		return;
	}
	log_info("the screen is %dx%d now", server->display.width, server->display.height);
	rfb_server_set_frame(server->rfb, &server->screen.frame);
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		if (viewer_resize(viewer, &server->screen.frame) < 0)
			server_drop_viewer(viewer, "of too little memory");
}

/* The display's size or its monitors have changed, whoever did it. */
static void follow_layout(struct server *server)
{
	struct screen_layout old = server->layout;
	bool resized = server->size_stale;

	if (resized)
		follow_resize(server);
	server->size_stale = server->layout_stale = false;
	randr_read_layout(&server->display, &server->layout);
	if (!resized && !memcmp(&old, &server->layout, sizeof(old)))
		return;
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		desktop_size_rect_changed(&viewer->update.size_rect, SIZE_BY_SERVER);
}

/* The last of the wishes that have come; all who wished are answered. Returns when to come back. */
static uint64_t serve_wish(struct server *server, uint64_t now)
{
	if (!server->has_wish)
		return UINT64_MAX;
	if (server->wish_due > now)
		return server->wish_due;
	server->has_wish = false;
	server->wish_due = now + WISH_INTERVAL;
	enum size_status status = randr_resize(&server->randr, server->wish);
	display_dispatch(&server->display);
	bool resized = server->size_stale;
	if (resized || server->layout_stale)
		follow_layout(server);
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		struct desktop_size_rect *size = &viewer->update.size_rect;

		if (size->wishes)
			desktop_size_rect_answer(size, status);
		else if (resized)
			desktop_size_rect_changed(size, SIZE_BY_OTHER_VIEWER);
	}
	return UINT64_MAX;
}

/* Viewers that do nothing go. Returns when to look again. */
static uint64_t check_patience(struct server *server, uint64_t now)
{
	uint64_t due = UINT64_MAX;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		const char *reason = viewer_timeouts_expired(&viewer->timeouts, now);

		if (viewer->is_gone)
			continue;
		if (reason)
			viewer_end(viewer, reason);
		else
			due = earlier(due, viewer_timeouts_due(&viewer->timeouts));
	}
	return due;
}

/* What viewers who wait need to know of the pointer. Returns when to look again. */
static uint64_t follow_cursor(struct server *server, uint64_t now)
{
	bool waits = false, painted = false;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (!viewer_is_waiting(viewer))
			continue;
		waits = true;
		painted |= cursor_rect_is_painted(&viewer->update.encodings);
	}
	if (!waits)
		return UINT64_MAX;
	cursor_update(&server->cursor, &server->display, now);
	if (!painted)
		return cursor_update_due(&server->cursor);
	cursor_follow(&server->cursor, &server->display, now);
	return earlier(cursor_update_due(&server->cursor), cursor_follow_due(&server->cursor));
}

static void capture(struct server *server, uint64_t now)
{
	struct screen *screen = &server->screen;
	bool told = false;

	keep_sending(server);
	screen->find_moves = false;
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (!viewer_is_waiting(viewer))
			continue;
		screen->find_moves |= update_wants_moves(&viewer->update);
		told |= client_lists(&viewer->update.encodings, CLIENT_ENCODING_POINTER_POSITION);
	}
	if (told)
		cursor_ask(&server->cursor, &server->display, now);
	screen_capture(screen, now);
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (!rect_is_empty(screen->move.to))
			update_moved(&viewer->update, screen->move, viewer_is_waiting(viewer));
		tile_map_add_map(&viewer->update.unseen, &screen->changes);
	}
	if (told)
		cursor_follow(&server->cursor, &server->display, now);
}

static bool somebody_waits(const struct server *server)
{
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		if (viewer_is_waiting(viewer))
			return true;
	return false;
}

/* Until when a large update is held back, because the machine is busy and the viewer on it; 0: not.
 */
static uint64_t held_until(const struct viewer *viewer, size_t pixels, uint64_t now)
{
	if (pixels < UPDATE_LARGE || !link_speed_is_local(&viewer->update.link))
		return 0;
	return viewer->large_due > now ? viewer->large_due : 0;
}

/* The same for a capture, which is in vain as long as nobody who waits may be sent it. */
static uint64_t capture_held_until(const struct server *server, uint64_t now)
{
	size_t pixels = screen_pending_pixels(&server->screen);
	uint64_t least = UINT64_MAX;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (!viewer_is_waiting(viewer))
			continue;
		uint64_t until = held_until(viewer, pixels, now);

		if (until < least)
			least = until;
	}
	return least == UINT64_MAX ? 0 : least;
}

static void note_large_update(struct server *server, struct viewer *viewer, size_t pixels,
			      uint64_t now)
{
	if (pixels < UPDATE_LARGE)
		return;
	cpu_load_read(&server->load, now);
	viewer->large_due = now + cpu_load_gap(&server->load, pixels);
}

/* Sends to those who wait and for whom there is something. Returns when to come back for the rest.
 */
static uint64_t send_updates(struct server *server, uint64_t now)
{
	uint64_t again = UINT64_MAX;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (!viewer_is_waiting(viewer))
			continue;
		lossless_refresh_turn(&viewer->update.refresh, viewer->update.link.round, now);
		if (!viewer_has_something(viewer)) {
			uint64_t due = lossless_refresh_turn_due(&viewer->update.refresh);

			again = due < again ? due : again;
			continue;
		}
		uint64_t until = held_until(viewer, tile_map_area(&viewer->update.unseen), now);
		if (until) {
			again = until < again ? until : again;
			continue;
		}
		size_t pixels = viewer_send_update(viewer, &server->screen.frame);
		note_large_update(server, viewer, pixels, now);
	}
	return again;
}

/*
 * Those who have to be told the size first, and will ask for the picture then: it is captured while
 * they do. Returns whether there are any.
 */
static bool send_sizes(struct server *server)
{
	bool any = false;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (!viewer_is_waiting(viewer) || !update_is_of_size(&viewer->update))
			continue;
		viewer_send_update(viewer, &server->screen.frame);
		any = true;
	}
	return any;
}

/* A timer that is set already and ends no later stays: ending it early costs one look at the clock.
 */
static void set_timer(struct server *server, uint64_t at)
{
	uint64_t set_to = 0;
	int enabled = SD_EVENT_OFF;

	sd_event_source_get_enabled(server->timer, &enabled);
	sd_event_source_get_time(server->timer, &set_to);
	if (at != UINT64_MAX && (enabled == SD_EVENT_OFF || set_to > at))
		timer_start_at(server->timer, at);
}

/*
 * Everything that is not an immediate answer to an event happens here, once, after all input that
 * was there has been handled.
 */
int schedule_work(sd_event_source *source, void *userdata)
{
	struct server *server = userdata;
	uint64_t now = server_now(server), due, again, held;

	(void)source;
	server_reap(server);
	if (!server->watching)
		return 0;
	if (server->size_stale || server->layout_stale)
		follow_layout(server);
	due = earlier(serve_wish(server, now), check_patience(server, now));
	set_timer(server, earlier(due, follow_cursor(server, now)));
	bool told = send_sizes(server);
	if (!told && !somebody_waits(server))
		return 0;
	due = screen_capture_due(&server->screen, now);
	held = due <= now ? capture_held_until(server, now) : 0;
	if (held) {
		due = held;
	} else if (due <= now) {
		capture(server, now);
		due = redraw_sampling_due(&server->screen.sampling);
	}
	again = send_updates(server, now);
	if (somebody_waits(server) && missed_damage_due(&server->screen.missed) < due)
		due = missed_damage_due(&server->screen.missed);
	if (again < due)
		due = again;
	set_timer(server, due);
	return 0;
}

int schedule_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct server *server = userdata;
	uint64_t now = server_now(server);

	(void)source, (void)usec;
	if (!server->watching)
		return 0;
	if (somebody_waits(server) && missed_damage_due(&server->screen.missed) <= now &&
	    screen_look(&server->screen, now))
		log_debug("a look has found drawing that XDamage did not report");
	sd_event_source_set_enabled(server->work, SD_EVENT_ONESHOT);
	return 0;
}
