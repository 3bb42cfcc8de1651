/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server_view.h"

#include <string.h>

#include "common/log.h"
#include "server_viewers.h"
#include "server_watch.h"

#define VEILED_USEC UINT64_C(5000000)

void server_set_view(struct server *server, const struct frame *frame,
		     const struct pixel_format *format)
{
	server_keep_sending(server);
	server->view = *frame;
	rfb_server_set_frame(server->rfb, &server->view, format);
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		if (viewer_resize(viewer) < 0)
			server_drop_viewer(viewer, "out of memory");
}

static void layout_changed(struct server *server)
{
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		viewer_layout_changed(viewer, SIZE_BY_SERVER);
	server_request_work(server);
}

/*
 * The old frame may still be borrowed, by what is being sent, and libvncserver has it until it gets
 * the new one.
 */
int server_redo_status(struct server *server)
{
	struct status_screen old = server->status;

	server->status.frame = (struct frame){ 0 };
	int r = server_prepare_status(server);
	if (r < 0) {
		server->status = old;
		return r;
	}
	server_set_view(server, &server->status.frame, &status_picture_format);
	status_screen_hide(&old);
	return 0;
}

int server_show_display(struct server *server)
{
	if (!server->n_viewers)
		return 0;
	int r = server_start_watching(server);
	if (r < 0)
		return r;
	server->is_veiled = true;
	server_lay_out_status(server); /* which they still see */
	server->veiled_until = server_now(server) + VEILED_USEC;
	if (server->wants_size) { /* now, rather than when they see it */
		display_sync(&server->display);
		randr_resize(&server->randr, server->size_request);
		display_dispatch(&server->display);
	}
	server_request_work(server);
	return 0;
}

static void lift(struct server *server)
{
	server->is_veiled = false;
	randr_read_layout(&server->display, &server->layout);
	server_read_leds(server);
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		server_join_display(viewer);
	server->has_size_request = server->wants_size;
	server->size_request_due = 0;
	server_set_view(server, &server->screen.frame, &server->display.format);
	status_screen_hide(&server->status);
	layout_changed(server);
}

uint64_t server_lift_veil(struct server *server, uint64_t now)
{
	struct screen *screen = &server->screen;

	if (server->size_stale && screen_resize(screen) < 0) {
		server_drop_viewers(server, "out of memory");
		return UINT64_MAX;
	}
	server->size_stale = server->layout_stale = false;
	uint64_t due = screen_capture_due(screen, now);
	if (due <= now) {
		screen->find_moves = false;
		screen_capture(screen, now);
		due = screen_next_due(screen);
	}
	if (now < server->veiled_until && frame_is_blank(&screen->frame))
		return due < server->veiled_until ? due : server->veiled_until;
	lift(server);
	return 0;
}

void server_show_status(struct server *server)
{
	struct status_screen *status = &server->status;

	if (!server_is_seen(server)) {
		server_stop_watching(server);
		return;
	}
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		server_leave_display(viewer);
	/* The viewers need not follow a size now, nor later if the next desktop has the same. */
	status->width = server->screen.frame.width;
	status->height = server->screen.frame.height;
	int r = server_prepare_status(server);
	if (r >= 0) {
		server_set_view(server, &status->frame, &status_picture_format);
		layout_changed(server);
	} else {
		log_error("cannot show the status screen: %s", strerror(-r));
		server_drop_viewers(server, "out of memory");
	}
	server_stop_watching(server);
}
