/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server_view.h"

#include <string.h>

#include "common/log.h"
#include "server_viewers.h"
#include "server_watch.h"

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
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		server_join_display(viewer);
	server->has_size_request = server->wants_size;
	server->size_request_due = 0;
	server_set_view(server, &server->screen.frame, &server->display.format);
	status_screen_hide(&server->status);
	layout_changed(server);
	return 0;
}

void server_show_status(struct server *server)
{
	struct status_screen *status = &server->status;

	if (!server->watching)
		return;
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
