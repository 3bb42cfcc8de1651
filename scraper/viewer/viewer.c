/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "viewer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/log.h"
#include "common/monotonic.h"
#include "common/wire.h"

enum {
	READ_AT_ONCE = 16 *
		       1024, /* bytes, so that one viewer's flood does not keep out the others */
	IN_KEEP = 4096,	     /* a larger buffer is given back when its message is done */
	ANSWERS_MAX = 8 * 1024 * 1024, /* bytes beside the update that a viewer may leave unread */
};

void viewer_end(struct viewer *viewer, const char *reason)
{
	if (viewer->is_gone)
		return;
	viewer->is_gone = true;
	viewer->source = event_source_end(viewer->source);
	viewer->callbacks->gone(viewer, reason, viewer->userdata);
}

/* Writes what the socket takes, and asks to be told when it takes more. */
static void flush(struct viewer *viewer)
{
	bool was_empty = out_queue_is_empty(&viewer->out);
	uint64_t written = viewer->out.bytes_written;
	int r = out_queue_write(&viewer->out, viewer->fd);
	uint32_t events = EPOLLIN;

	if (viewer->out.bytes_written != written || !viewer->timeouts.is_sending)
		sd_event_now(sd_event_source_get_event(viewer->source), CLOCK_MONOTONIC,
			     &viewer->timeouts.last_progress);
	viewer->timeouts.is_sending = !out_queue_is_empty(&viewer->out);

	if (r == -EAGAIN)
		events |= EPOLLOUT;
	else if (r < 0) {
		viewer_end(viewer, r == -EPIPE || r == -ECONNRESET ? "it hung up" : strerror(-r));
		return;
	}
	sd_event_source_set_io_events(viewer->source, events);
	if (viewer->text_end && viewer->out.bytes_written >= viewer->text_end) {
		viewer->text_end = 0;
		viewer->callbacks->text_sent(viewer, viewer->userdata);
	}
	if (!r && !was_empty && viewer->requested)
		viewer->callbacks->wants(viewer, viewer->userdata);
}

static int feed(struct viewer *viewer, const uint8_t *message, size_t length)
{
	return rfb_client_feed(viewer->client, message, length, &viewer->out);
}

/* What libvncserver would act on and we do ourselves, or never offer. */
static bool is_kept_back(const uint8_t *encoding)
{
	static const int32_t kept_back[] = {
		-239,
		-240,
		-314, /* the pointer's shape */
		-232, /* and its position */
		-223,
		-308,		     /* the desktop's size */
		-309,		     /* xvp: to shut the machine down */
		(int32_t)0xc0a1e5ce, /* the extended clipboard */
		-258,		     /* QEMU's keys */
		-261,
		0x574d5668, /* the keyboard's lights */
		-316,	    /* more mouse buttons */
	};
	int32_t number = (int32_t)wire_read_u32(encoding);

	for (size_t i = 0; i < sizeof(kept_back) / sizeof(*kept_back); i++)
		if (kept_back[i] == number)
			return true;
	return false;
}

static int feed_encodings(struct viewer *viewer, const uint8_t *message)
{
	uint8_t allowed[4 + 4 * CLIENT_ENCODINGS_MAX];
	unsigned n = wire_read_u16(message + 2), kept = 0;

	client_encodings_read(message, &viewer->update.encodings);
	input_extension_rect_encodings(&viewer->update.extension_rect, &viewer->update.encodings);
	memcpy(allowed, message, 2);
	for (unsigned i = 0; i < n; i++) {
		const uint8_t *encoding = message + 4 + 4 * i;

		if (is_kept_back(encoding))
			continue;
		memcpy(allowed + 4 + 4 * kept++, encoding, 4);
	}
	wire_write_u16(allowed + 2, kept);
	int r = feed(viewer, allowed, 4 + 4 * (size_t)kept);
	if (r >= 0)
		viewer->callbacks->encodings(viewer, viewer->userdata);
	return r;
}

/* Its last update has arrived: what does that say of the way there? Before one: TCP's handshake. */
static void note_request(struct viewer *viewer)
{
	if (!viewer->update.link.min_rtt)
		link_speed_read_tcp(&viewer->update.link, viewer->fd);
	if (!viewer->update.link.sent_bytes || !out_queue_is_empty(&viewer->out))
		return;
	/* Not sd_event_now(): what was sent and what came back may be of the same round. */
	uint64_t now = monotonic_now();
	link_speed_read_tcp(&viewer->update.link, viewer->fd);
	link_speed_asked(&viewer->update.link, now);
}

static int handle_request(struct viewer *viewer, const uint8_t *message)
{
	bool incremental = message[1];

	/* Not for libvncserver, which would add it up with all others, the slower the more. */
	if (!incremental) {
		tile_map_add(&viewer->update.unseen,
			     (struct rect){ wire_read_u16(message + 2), wire_read_u16(message + 4),
					    wire_read_u16(message + 6),
					    wire_read_u16(message + 8) });
		desktop_size_rect_refresh(&viewer->update.size_rect, &viewer->update.encodings);
	}
	note_request(viewer);
	viewer->requested = true;
	viewer->callbacks->wants(viewer, viewer->userdata);
	return 0;
}

static bool is_input(const uint8_t *message)
{
	return message[0] == CLIENT_KEY || message[0] == CLIENT_POINTER ||
	       message[0] == CLIENT_QEMU;
}

static void handle_input(struct viewer *viewer, const uint8_t *message, size_t length)
{
	sd_event_now(sd_event_source_get_event(viewer->source), CLOCK_MONOTONIC,
		     &viewer->timeouts.last_input);
	if (viewer->view_only)
		return;
	if (message[0] == CLIENT_POINTER)
		viewer->callbacks->pointer(viewer, client_pointer_read(message, length),
					   viewer->userdata);
	else
		viewer->callbacks->key(viewer, client_key_read(message), viewer->userdata);
}

/* Handles one whole message; a negative result ends the viewer. */
static int handle_message(struct viewer *viewer, const uint8_t *message, size_t length)
{
	if (!rfb_client_is_ready(viewer->client)) { /* ClientInit */
		/* Whoever may only look cannot have the desktop alone: that ends the others. */
		const uint8_t shared = viewer->view_only || *message;
		int r = feed(viewer, &shared, 1);

		viewer->timeouts.init_until = UINT64_MAX;
		/* libvncserver may have let the others go for this one's sake. */
		viewer->callbacks->wants(viewer, viewer->userdata);
		return r;
	}
	switch (message[0]) {
	case CLIENT_SET_PIXEL_FORMAT:
		if (client_pixel_format_check(message) < 0)
			return -EPROTO;
		return feed(viewer, message, length);
	case CLIENT_SET_ENCODINGS:
		return feed_encodings(viewer, message);
	case CLIENT_UPDATE_REQUEST:
		return handle_request(viewer, message);
	case CLIENT_KEY:
	case CLIENT_POINTER:
	case CLIENT_QEMU:
		handle_input(viewer, message, length);
		return 0;
	case CLIENT_CUT_TEXT:
		viewer->callbacks->cut_text(viewer, message, length, viewer->userdata);
		explicit_bzero((void *)(uintptr_t)message, length);
		return 0;
	case CLIENT_SET_DESKTOP_SIZE:
		viewer->callbacks->resize(viewer, resize_wish_read(message), viewer->userdata);
		return 0;
	default:
		/* Wishes we do not grant (scaling, single windows, server input): RFB answers none.
		 */
		log_debug("viewer %s: ignoring message type %d", viewer->peer, message[0]);
		return 0;
	}
}

/* Where the first message in `data` ends: as client_message_length, which knows no ClientInit. */
static long next_length(const struct viewer *viewer, const uint8_t *data, size_t have)
{
	if (!rfb_client_is_ready(viewer->client))
		return have ? 1 : 0;
	return client_message_length(data, have, &viewer->update.extension_rect.listed);
}

/* Takes the bytes at `*at` that are to be skipped. Returns whether the whole message is. */
static bool skip(struct viewer *viewer, size_t *at)
{
	size_t have = viewer->in_length - *at;
	size_t n = viewer->skip < have ? viewer->skip : have;

	viewer->skip -= n;
	*at += n;
	return !viewer->skip;
}

/* Handles all whole messages; moves the rest to the front. Returns 0, or -errno. */
static int handle_messages(struct viewer *viewer)
{
	size_t at = 0;
	int r = 0;

	while (!viewer->is_gone && skip(viewer, &at)) {
		long length = next_length(viewer, viewer->in + at, viewer->in_length - at);

		if (length < 0)
			r = (int)length;
		if (length > CLIENT_MESSAGE_MAX) {
			log_info("viewer %s: a text of %ld bytes is too long to be passed on",
				 viewer->peer, length - 8);
			viewer->skip = (size_t)length;
			continue;
		}
		if (length <= 0 || (size_t)length > viewer->in_length - at)
			break;
		r = handle_message(viewer, viewer->in + at, (size_t)length);
		if (r >= 0 && viewer->out.bytes_left > viewer->update_bytes + ANSWERS_MAX)
			r = -ENOBUFS;
		if (r < 0) {
			log_debug("viewer %s: message type %d", viewer->peer, viewer->in[at]);
			break;
		}
		at += (size_t)length;
	}
	memmove(viewer->in, viewer->in + at, viewer->in_length - at);
	viewer->in_length -= at;
	return r;
}

/* Room for the message that has begun, and for a good read besides. */
static int make_room(struct viewer *viewer)
{
	long length = next_length(viewer, viewer->in, viewer->in_length);
	size_t needed = length > IN_KEEP && !viewer->skip ? (size_t)length : IN_KEEP;

	if (needed == viewer->in_capacity || viewer->in_length > needed)
		return 0;
	/* Not realloc(): there may be a part of a text in it, of which nothing is to stay behind.
	 */
	uint8_t *in = malloc(needed);
	if (!in)
		return -ENOMEM;
	if (viewer->in) {
		memcpy(in, viewer->in, viewer->in_length);
		explicit_bzero(viewer->in, viewer->in_length);
	}
	free(viewer->in);
	viewer->in = in;
	viewer->in_capacity = needed;
	return 0;
}

static const char *end_reason(int r)
{
	switch (r) {
	case -EPROTO:
		return "it sent a message that this server does not know or did not offer";
	case -ENOBUFS:
		return "it asks for more than it takes";
	case -EMSGSIZE:
		return "it sent a message that is too long";
	default:
		return strerror(-r);
	}
}

static void read_messages(struct viewer *viewer)
{
	size_t budget = READ_AT_ONCE;

	while (!viewer->is_gone && budget) {
		int r = make_room(viewer);

		if (r < 0) {
			viewer_end(viewer, strerror(-r));
			return;
		}
		size_t room = viewer->in_capacity - viewer->in_length;
		ssize_t n = recv(viewer->fd, viewer->in + viewer->in_length, room, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
			return;
		if (n <= 0) {
			viewer_end(viewer,
				   n == 0 || errno == ECONNRESET ? "it hung up" : strerror(errno));
			return;
		}
		viewer->in_length += (size_t)n;
		budget -= (size_t)n < budget ? (size_t)n : budget;
		r = handle_messages(viewer);
		if (r < 0) {
			viewer_end(viewer, end_reason(r));
			return;
		}
		if ((size_t)n < room)
			return; /* that was all there was */
	}
}

/* The length of the key or pointer message that `data` begins with whole, or 0. */
static size_t input_length(const struct viewer *viewer, const uint8_t *data, size_t have)
{
	if (!have || !is_input(data))
		return 0;
	long length = client_message_length(data, have, &viewer->update.extension_rect.listed);
	return length > 0 && (size_t)length <= have ? (size_t)length : 0;
}

bool viewer_take_input(struct viewer *viewer)
{
	uint8_t data[256];
	size_t at = 0, n;

	/* What has come before it has its turn first. */
	if (viewer->is_gone || viewer->in_length || viewer->skip ||
	    !rfb_client_is_ready(viewer->client))
		return false;
	ssize_t have = recv(viewer->fd, data, sizeof(data), MSG_DONTWAIT | MSG_PEEK);
	while (have > 0 && (n = input_length(viewer, data + at, (size_t)have - at))) {
		handle_input(viewer, data + at, n);
		at += n;
	}
	return at && recv(viewer->fd, data, at, MSG_DONTWAIT) > 0;
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct viewer *viewer = userdata;

	(void)source, (void)fd;
	/* Input first: a key is not to wait for pixels. */
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		read_messages(viewer);
	if (!viewer->is_gone && !out_queue_is_empty(&viewer->out))
		flush(viewer);
	return 0;
}

int viewer_resize(struct viewer *viewer, const struct frame *frame)
{
	/* One that has not come so far yet is told by ServerInit. */
	if (!rfb_client_is_ready(viewer->client))
		desktop_size_rect_init(&viewer->update.size_rect, frame->width, frame->height);
	return update_resize(&viewer->update, frame);
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
	if (r >= 0)
		r = sd_event_source_set_priority(viewer->source, SD_EVENT_PRIORITY_IMPORTANT);
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
	if (viewer->in)
		explicit_bzero(viewer->in, viewer->in_capacity);
	free(viewer->in);
	if (viewer->fd >= 0)
		close(viewer->fd);
	free(viewer);
}

void viewer_ring(struct viewer *viewer)
{
	if (!viewer->is_gone && rfb_client_bell(viewer->client, &viewer->out) >= 0)
		flush(viewer);
}

bool viewer_is_waiting(const struct viewer *viewer)
{
	return viewer->requested && !viewer->is_gone && out_queue_is_empty(&viewer->out);
}

bool viewer_has_something(const struct viewer *viewer)
{
	return update_is_due(&viewer->update);
}

int viewer_send_text(struct viewer *viewer, const void *message, size_t length)
{
	int r = out_queue_append(&viewer->out, message, length);

	if (r < 0)
		return r;
	viewer->text_end = viewer->out.bytes_written + viewer->out.bytes_left;
	sd_event_source_set_io_events(viewer->source, EPOLLIN | EPOLLOUT);
	return 0;
}

bool viewer_text_is_sent(const struct viewer *viewer)
{
	return !viewer->text_end;
}

int viewer_keep_sending(struct viewer *viewer)
{
	return out_queue_keep(&viewer->out);
}

size_t viewer_send_update(struct viewer *viewer, const struct frame *frame)
{
	uint64_t now = 0;

	sd_event_now(sd_event_source_get_event(viewer->source), CLOCK_MONOTONIC, &now);
	uint64_t before = out_queue_total(&viewer->out);
	viewer->requested = false;
	viewer->n_updates++;
	frame_count_add(&viewer->rate, now);
	long pixels = update_compose(&viewer->update, frame, &viewer->out, viewer->fd, now);
	if (pixels < 0) {
		log_warning("viewer %s: cannot put an update together: %s", viewer->peer,
			    strerror((int)-pixels));
		viewer_end(viewer, "of an error on our side");
		return 0;
	}
	viewer->update_bytes = out_queue_total(&viewer->out) - before;
	link_speed_sent(&viewer->update.link, viewer->update_bytes, now);
	flush(viewer);
	return (size_t)pixels;
}
