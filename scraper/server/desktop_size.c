/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "desktop_size.h"

#include <errno.h>
#include <string.h>

#include "common/log.h"
#include "server_view.h"
#include "server_viewers.h"

enum { REQUEST_INTERVAL = 250000 }; /* µs between two changes of the size for viewers */

/*
 * The display has another size: a new frame, all of it unseen. Returns 0, or -errno: then there is
 * no frame, and the loop ends.
 */
static int follow_resize(struct server *server)
{
	server_keep_sending(server);
	int r = screen_resize(&server->screen);

	if (r < 0) {
		log_error("cannot resize the frame to %dx%d: %s", server->display.width,
			  server->display.height, strerror(-r));
		sd_event_exit(server->event, r);
		return r;
	}
	log_info("the screen is now %dx%d", server->display.width, server->display.height);
	server_set_view(server, &server->screen.frame, &server->display.format);
	return 0;
}

int desktop_size_follow(struct server *server)
{
	struct screen_layout old = server->layout;
	bool resized = server->size_stale;
	int r = resized ? follow_resize(server) : 0;

	if (r < 0)
		return r;
	server->size_stale = server->layout_stale = false;
	randr_read_layout(&server->display, &server->layout);
	if (!resized && memcmp(&old, &server->layout, sizeof(old)) == 0)
		return 0;
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		viewer_layout_changed(viewer, SIZE_BY_SERVER);
	return 0;
}

static void answer_size(struct server *server, enum size_status status, bool resized)
{
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (viewer_requests_size(viewer))
			viewer_answer_size(viewer, status);
		else if (resized)
			viewer_layout_changed(viewer, SIZE_BY_OTHER_VIEWER);
	}
}

int desktop_size_serve_request(struct server *server, uint64_t now, uint64_t *ret_due)
{
	*ret_due = UINT64_MAX;
	if (!server->has_size_request)
		return 0;
	if (server->size_request_due > now) {
		*ret_due = server->size_request_due;
		return 0;
	}
	server->has_size_request = false;
	server->size_request_due = now + REQUEST_INTERVAL;
	display_sync(&server->display);
	enum size_status status = randr_resize(&server->randr, server->size_request);

	display_dispatch(&server->display);
	bool resized = server->size_stale;

	server->wants_size |= status == SIZE_DONE;
	int r = resized || server->layout_stale ? desktop_size_follow(server) : 0;
	if (r < 0)
		return r;
	answer_size(server, status, resized);
	return 0;
}

void status_size_serve_request(struct server *server)
{
	int width = server->status.width, height = server->status.height;

	if (!server->has_size_request)
		return;
	server->has_size_request = false;
	int r = server->size_request.n_screens == 1
			? status_screen_resize(&server->status, server->size_request.width,
					       server->size_request.height)
			: -EINVAL;
	bool resized = server->status.width != width || server->status.height != height;
	if (resized && (r = server_redo_status(server)) < 0) {
		server->status.width = width;
		server->status.height = height;
		resized = false;
	}
	server->wants_size |= r >= 0;
	answer_size(server,
		    r >= 0	   ? SIZE_DONE
		    : r == -EINVAL ? SIZE_INVALID_LAYOUT
				   : SIZE_NO_RESOURCES,
		    resized);
}
