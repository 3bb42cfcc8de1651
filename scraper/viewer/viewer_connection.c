/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "viewer_connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/event_source.h"
#include "viewer_messages.h"

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct viewer *viewer = userdata;

	(void)source;
	(void)fd;
	/* Input first: a key is not to wait for pixels. */
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		viewer_read_messages(viewer);
	if (!viewer->is_gone && !out_queue_is_empty(&viewer->out))
		viewer_flush(viewer);
	return 0;
}

int viewer_create(sd_event *event, int fd, const char *peer, bool view_only,
		  enum compression_mode compression, struct rfb_server *server,
		  const struct update_source *source, const struct viewer_callbacks *callbacks,
		  void *userdata, struct viewer **ret_viewer)
{
	struct viewer *viewer = calloc(1, sizeof(*viewer));
	int r;

	if (!viewer)
		return -ENOMEM;
	viewer->fd = -1;
	viewer->callbacks = callbacks;
	viewer->userdata = userdata;
	viewer->view_only = view_only;
	snprintf(viewer->peer, sizeof(viewer->peer), "%s", peer);
	out_queue_init(&viewer->out);
	viewer->out.yield = source->yield;
	sd_event_now(event, CLOCK_MONOTONIC, &viewer->connected);
	viewer->timeouts = (struct viewer_timeouts){
		.init_until = viewer->connected + VIEWER_TIMEOUTS_INIT,
		.inactive_timeout = UINT64_MAX,
		.last_input = viewer->connected,
		.last_progress = viewer->connected,
	};

	r = rfb_client_create(server, &viewer->client);
	if (r >= 0)
		r = update_init(&viewer->update, viewer->client, compression, source);
	if (r >= 0)
		r = sd_event_add_io(event, &viewer->source, fd, EPOLLIN, on_io, viewer);
	if (r < 0) {
		viewer_destroy(viewer);
		return r;
	}
	viewer->fd = fd;
	*ret_viewer = viewer;
	return 0;
}

void viewer_destroy(struct viewer *viewer)
{
	if (!viewer)
		return;
	event_source_end(viewer->source);
	rfb_client_destroy(viewer->client);
	out_queue_finish(&viewer->out);
	update_finish(&viewer->update);
	message_reader_finish(&viewer->reader);
	if (viewer->fd >= 0)
		close(viewer->fd);
	free(viewer);
}
