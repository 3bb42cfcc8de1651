/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server_viewers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "server.h"
#include "server_watch.h"
#include "viewer/viewer_connection.h"

static struct server_viewer *extra_of(struct viewer *viewer)
{
	return viewer->userdata;
}

static void on_wants(struct viewer *viewer, void *userdata)
{
	struct server_viewer *extra = userdata;

	if (viewer->requested)
		sight_requested(&extra->sight, viewer->n_pictures);
	if (viewer->requested)
		clipboard_bridge_requested(&extra->server->clipboard, &extra->clip);
	server_request_work(extra->server);
}

static void on_encodings(struct viewer *viewer, void *userdata)
{
	struct server_viewer *extra = userdata;

	clipboard_encodings(&extra->server->clipboard.clipboard, &extra->clip,
			    viewer_lists(viewer, CLIENT_ENCODING_EXTENDED_CLIPBOARD));
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
	clipboard_serve(&extra->server->clipboard.clipboard, &extra->clip);
}

static void on_gone(struct viewer *viewer, const char *reason, void *userdata)
{
	struct server_viewer *extra = userdata;

	log_viewer(LOG_LEVEL_INFO, viewer->peer, "disconnected", "viewer %s disconnected: %s",
		   viewer->peer, reason);
	server_leave_display(viewer);
	clipboard_bridge_remove(&extra->server->clipboard, &extra->clip);
	server_request_work(extra->server); /* to free it, outside its own code */
}

static void on_resize(struct viewer *viewer, struct size_request request, void *userdata)
{
	struct server *server = ((struct server_viewer *)userdata)->server;

	log_debug("viewer %s requests %dx%d on %d screen%s", viewer->peer, request.width,
		  request.height, request.n_screens, request.n_screens == 1 ? "" : "s");
	if (server->config->resize && !viewer->view_only) {
		server->size_request = request;
		server->has_size_request = true;
	} else {
		viewer_answer_size(viewer, SIZE_PROHIBITED);
	}
	server_request_work(server);
}

static void on_key(struct viewer *viewer, struct client_key key, void *userdata)
{
	struct server_viewer *extra = userdata;

	(void)viewer;
	if (!sight_takes_key(&extra->sight, key) || !server_is_seen(extra->server))
		return;
	missed_damage_activity(&extra->server->screen.missed, true, server_now(extra->server));
	input_key(&extra->server->input, &extra->holder, key);
}

static void on_pointer(struct viewer *viewer, struct client_pointer pointer, void *userdata)
{
	struct server_viewer *extra = userdata;
	struct server *server = extra->server;

	(void)viewer;
	if (!sight_takes_pointer(&extra->sight, pointer) || !server_is_seen(server))
		return;
	missed_damage_activity(&server->screen.missed, true, server_now(server));
	input_pointer(&server->input, &extra->holder, pointer);
	cursor_moved(&server->cursor, server->input.x, server->input.y);
	server_request_work(server);
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

void server_drop_viewers(struct server *server, const char *reason)
{
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		server_drop_viewer(viewer, reason);
}

void server_join_display(struct viewer *viewer)
{
	if (!viewer->is_gone)
		sight_regain(&extra_of(viewer)->sight, viewer->n_pictures);
}

void server_leave_display(struct viewer *viewer)
{
	struct server_viewer *extra = extra_of(viewer);

	sight_lose(&extra->sight);
	input_release(&extra->server->input, &extra->holder);
	extra->holder = (struct input_holder){ 0 };
}

void server_keep_sending(struct server *server)
{
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		if (!viewer->is_gone && viewer_keep_sending(viewer) < 0)
			server_drop_viewer(viewer, "out of memory");
}

void server_reap(struct server *server)
{
	unsigned before = server->n_viewers;

	for (struct viewer **at = &server->viewers; *at;) {
		struct viewer *viewer = *at;

		/* libvncserver closes all others when one requests that. */
		if (rfb_client_is_gone(viewer->client))
			server_drop_viewer(viewer, "another viewer requested exclusive access");
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
		server_stop_serving(server);
	server->callbacks->viewers_changed(server->n_viewers, server->userdata);
}

int server_make_place(struct server *server, bool is_looker, char *ret_reason, size_t reason_size)
{
	const unsigned limit = server->config->max_viewers;
	struct viewer *looker = NULL; /* new ones come first in the list */
	unsigned n = 0;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next) {
		if (viewer->is_gone)
			continue;
		n++;
		if (extra_of(viewer)->is_looker)
			looker = viewer;
	}
	if (n < limit)
		return 0;
	if (is_looker || !looker) {
		snprintf(ret_reason, reason_size, "%u viewer%s connected already (max_viewers).",
			 limit, limit == 1 ? " is" : "s are");
		return -EUSERS;
	}
	server_drop_viewer(looker, "a viewer with full access needs the place");
	return 0;
}

int server_add_viewer(struct server *server, int fd, const char *peer, bool view_only)
{
	struct server_viewer *extra = calloc(1, sizeof(*extra));
	struct viewer *viewer;
	struct update_source source = {
		.frame = &server->view,
		.cursor = &server->cursor.state,
		.layout = &server->layout,
		.leds = &server->leds,
		.yield = &server->yield,
	};
	int r = extra ? 0 : -ENOMEM;

	if (r >= 0)
		r = server_start_serving(server);
	if (r >= 0) {
		extra->server = server;
		extra->is_looker = view_only;
		r = viewer_create(server->event, fd, peer, view_only || server->config->view_only,
				  server->config->compression, server->rfb, &source,
				  &viewer_callbacks, extra, &viewer);
	}
	if (r < 0) {
		free(extra);
		close(fd);
		if (!server->n_viewers)
			server_stop_serving(server);
		return r;
	}
	clipboard_add(&server->clipboard.clipboard, &extra->clip, viewer->peer, viewer->view_only,
		      viewer);
	if (!server_is_seen(server))
		sight_lose(&extra->sight);
	viewer->timeouts.inactive_timeout = server->config->inactive_timeout;
	viewer->next = server->viewers;
	server->viewers = viewer;
	server_request_work(server);
	server->n_viewers++;
	server->callbacks->viewers_changed(server->n_viewers, server->userdata);
	return 0;
}

unsigned server_n_viewers(const struct server *server)
{
	return server->n_viewers;
}

void server_list_viewers(const struct server *server,
			 void (*each)(void *userdata, const char *peer, bool view_only),
			 void *userdata)
{
	for (const struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		if (!viewer->is_gone)
			each(userdata, viewer->peer, viewer->view_only);
}

bool server_has_full_access(const struct server *server)
{
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		if (!viewer->is_gone && !extra_of(viewer)->is_looker)
			return true;
	return false;
}

void server_disconnect(struct server *server, const char *reason)
{
	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		viewer_end(viewer, reason);
}

void server_destroy_viewers(struct server *server)
{
	while (server->viewers) {
		struct viewer *viewer = server->viewers;

		server->viewers = viewer->next;
		server_leave_display(viewer);
		destroy_viewer(viewer);
	}
	server_stop_serving(server);
}
