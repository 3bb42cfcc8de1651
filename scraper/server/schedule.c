/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "schedule.h"

#include <string.h>

#include "common/log.h"
#include "desktop_size.h"
#include "server_state.h"
#include "server_view.h"
#include "server_viewers.h"

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Disconnects viewers that have timed out. Returns when to check again. */
static uint64_t check_timeouts(struct server *server, uint64_t now)
{
	uint64_t due = UINT64_MAX;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		due = earlier(due, viewer_check_timeouts(viewer, now));
	return due;
}

/* Sends clipboard texts that were held back. Returns when to call again. */
static uint64_t resume_texts(struct server *server, uint64_t now)
{
	uint64_t due = UINT64_MAX;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		due = earlier(due, viewer_resume_texts(viewer, now));
	return due;
}

/* Updates the pointer for viewers that wait. Returns when to ask the X server again. */
static uint64_t follow_cursor(struct server *server, uint64_t now)
{
	bool waits = false, painted = false;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (!viewer_is_waiting(viewer))
			continue;
		waits = true;
		painted |= viewer_paints_pointer(viewer);
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

	server_keep_sending(server);
	screen->find_moves = false;
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (!viewer_is_waiting(viewer))
			continue;
		screen->find_moves |= viewer_wants_moves(viewer);
		told |= viewer_lists(viewer, CLIENT_ENCODING_POINTER_POSITION);
	}
	if (told)
		cursor_ask(&server->cursor, &server->display, now);
	screen_capture(screen, now);
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		viewer_screen_changed(viewer, &screen->changes, screen->move);
	if (told)
		cursor_follow(&server->cursor, &server->display, now);
}

static bool any_waits(const struct server *server)
{
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		if (viewer_is_waiting(viewer))
			return true;
	return false;
}

/* Until when not to capture: in vain while no viewer that waits may be sent it. 0: one may. */
static uint64_t capture_held_until(const struct server *server, uint64_t now)
{
	uint64_t least = UINT64_MAX;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		if (viewer_is_waiting(viewer))
			least = earlier(least, viewer_held_until(viewer, now));
	return least == UINT64_MAX ? 0 : least;
}

/* Sends updates to viewers that wait and lack something. Returns when to call again (µs). */
static uint64_t send_updates(struct server *server, uint64_t now)
{
	uint64_t again = UINT64_MAX;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (!viewer_is_waiting(viewer))
			continue;
		uint64_t refresh_due = viewer_turn_refresh(viewer, now);

		if (!viewer_has_something(viewer)) {
			again = earlier(again, refresh_due);
			continue;
		}
		uint64_t until = viewer_send_update(viewer, now);

		if (until)
			again = earlier(again, until);
	}
	return again;
}

/*
 * Sends the size to viewers that must know it before they request the picture, which is captured
 * meanwhile. Returns whether there are any.
 */
static bool send_sizes(struct server *server, uint64_t now)
{
	bool any = false;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (!viewer_is_waiting(viewer) || !viewer_needs_size(viewer))
			continue;
		viewer_send_update(viewer, now);
		any = true;
	}
	return any;
}

/* A timer that elapses earlier is kept: waking early costs next to nothing. */
static void set_timer(struct server *server, uint64_t at)
{
	uint64_t set_to = 0;
	int enabled = SD_EVENT_OFF;

	sd_event_source_get_enabled(server->timer, &enabled);
	sd_event_source_get_time(server->timer, &set_to);
	if (at != UINT64_MAX && (enabled == SD_EVENT_OFF || set_to > at))
		timer_start_at(server->timer, at);
}

/* The status screen is all that there is to show. */
static void show_status(struct server *server, uint64_t now)
{
	struct status_screen *status = &server->status;
	struct tile_map changes;

	set_timer(server, check_timeouts(server, now));
	status_size_serve_request(server);
	if (!send_sizes(server, now) && !any_waits(server))
		return;
	if (status_screen_due(status) <= now) {
		server_keep_sending(server);
		int r = tile_map_init(&changes, server->view.width, server->view.height);

		if (r >= 0)
			r = status_screen_draw(status, now, &changes);
		if (r < 0)
			log_warning("cannot draw the status screen: %s", strerror(-r));
		for (struct viewer *viewer = server->viewers; r >= 0 && viewer;
		     viewer = viewer->next)
			viewer_screen_changed(viewer, &changes, (struct move){ 0 });
		tile_map_finish(&changes);
	}
	set_timer(server, earlier(send_updates(server, now), status_screen_due(status)));
}

/*
 * All that is not an immediate answer to an event is done here, once, after all pending input has
 * been handled.
 */
int schedule_work(sd_event_source *source, void *userdata)
{
	struct server *server = userdata;
	uint64_t now = server_now(server), due, again, held;

	(void)source;
	server_reap(server);
	if (server_forget_lost_display(server))
		return 0;
	due = server->is_veiled ? server_lift_veil(server, now) : 0;
	if (due)
		set_timer(server, due);
	if (!server_is_seen(server)) {
		if (server->rfb)
			show_status(server, now);
		return 0;
	}
	if ((server->size_stale || server->layout_stale) && desktop_size_follow(server) < 0)
		return 0;
	if (desktop_size_serve_request(server, now, &due) < 0)
		return 0;
	due = earlier(due, earlier(check_timeouts(server, now), resume_texts(server, now)));
	set_timer(server, earlier(due, follow_cursor(server, now)));
	bool told = send_sizes(server, now);
	if (!told && !any_waits(server))
		return 0;
	held = capture_held_until(server, now);
	due = held ? held : screen_capture_due(&server->screen, now);
	if (due <= now) {
		capture(server, now);
		due = screen_next_due(&server->screen);
	}
	again = send_updates(server, now);
	if (!held && any_waits(server))
		due = earlier(due, missed_damage_due(&server->screen.missed));
	set_timer(server, earlier(due, again));
	return 0;
}

int schedule_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct server *server = userdata;
	uint64_t now = server_now(server);

	(void)source;
	(void)usec;
	if (server_is_seen(server) && any_waits(server) && !capture_held_until(server, now) &&
	    missed_damage_due(&server->screen.missed) <= now &&
	    screen_check_missed(&server->screen, now))
		log_debug("found drawing that XDamage did not report");
	server_request_work(server);
	return 0;
}
