/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "viewer_messages.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/log.h"
#include "common/timer.h"
#include "common/wire.h"

/* Bytes of answers, beside the update, that a viewer may leave unread. */
enum { ANSWERS_MAX = 8 * 1024 * 1024 };

static int feed(struct viewer *viewer, const uint8_t *message, size_t length)
{
	return rfb_client_feed(viewer->client, message, length, &viewer->out);
}

static void handle_encodings(struct viewer *viewer, const uint8_t *message)
{
	client_encodings_read(message, &viewer->update.encodings);
	/* SSVNC lists what libvncclient does, and Tight, but requests before it reads. */
	viewer->update.link.reads_first = client_is_libvncclient(&viewer->update.encodings) &&
					  !client_lists(&viewer->update.encodings,
							CLIENT_ENCODING_TIGHT);
	input_extension_rect_encodings(&viewer->update.extension_rect, &viewer->update.encodings);
	viewer->callbacks->encodings(viewer, viewer->userdata);
}

/* The last update has arrived: measures the link by that, and before any by TCP's handshake. */
static void note_request(struct viewer *viewer)
{
	if (!viewer->update.link.min_rtt)
		link_speed_read_tcp(&viewer->update.link, viewer->fd);
	if (!viewer->update.link.sent_bytes || !out_queue_is_empty(&viewer->out))
		return;
	/* Not sd_event_now(): sending and this request may be of the same loop iteration. */
	uint64_t now = monotonic_now();

	link_speed_read_tcp(&viewer->update.link, viewer->fd);
	link_speed_asked(&viewer->update.link, now);
}

static int handle_request(struct viewer *viewer, const uint8_t *message)
{
	bool incremental = message[1];

	/* Not fed to libvncserver, whose regions would grow without limit. */
	if (!incremental) {
		tile_map_add(&viewer->update.unseen,
			     (struct rect){ wire_read_u16(message + 2), wire_read_u16(message + 4),
					    wire_read_u16(message + 6),
					    wire_read_u16(message + 8) });
		desktop_size_rect_refresh(&viewer->update.size_rect, &viewer->update.encodings);
	}
	note_request(viewer);
	guacd_clock_asked(&viewer->guacd, monotonic_now());
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
	if (message[0] != CLIENT_POINTER) {
		viewer->callbacks->key(viewer, client_key_read(message), viewer->userdata);
		return;
	}
	struct client_pointer pointer = client_pointer_read(message, length);

	viewer->callbacks->pointer(viewer, pointer, viewer->userdata);
	/* The desktop's pointer may be elsewhere: clamped, or dragged by another viewer. */
	cursor_rect_moved(&viewer->update.cursor_rect, pointer.x, pointer.y);
}

static int handle_message(struct viewer *viewer, uint8_t *message, size_t length)
{
	if (!viewer_is_ready(viewer)) { /* ClientInit */
		/* A view-only viewer cannot have exclusive access, which ends the others. */
		const uint8_t shared = viewer->view_only || *message;
		int r = feed(viewer, &shared, 1);

		viewer->timeouts.init_until = UINT64_MAX;
		/* libvncserver may have ended the others for this one. */
		viewer->callbacks->wants(viewer, viewer->userdata);
		return r;
	}
	switch (message[0]) {
	case CLIENT_SET_PIXEL_FORMAT:
		if (client_pixel_format_check(message) < 0)
			return -EPROTO;
		return feed(viewer, message, length);
	case CLIENT_SET_ENCODINGS:
		handle_encodings(viewer, message);
		return 0;
	case CLIENT_UPDATE_REQUEST:
		return handle_request(viewer, message);
	case CLIENT_KEY:
	case CLIENT_POINTER:
	case CLIENT_QEMU:
		handle_input(viewer, message, length);
		return 0;
	case CLIENT_CUT_TEXT:
		viewer->callbacks->cut_text(viewer, message, length, viewer->userdata);
		return 0;
	case CLIENT_SET_DESKTOP_SIZE:
		if (length == CLIENT_TORN_SIZE_REQUEST)
			handle_request(viewer, message + 8);
		viewer->update.size_rect.requested = true;
		viewer->callbacks->resize(viewer, client_size_request_read(message),
					  viewer->userdata);
		return 0;
	default:
		/* Scaling, single windows, server input: not offered; RFB has no answer for them.
		 */
		log_debug("viewer %s: ignoring message type %d", viewer->peer, message[0]);
		return 0;
	}
}

/* As client_message_length(), which does not know ClientInit. */
static long next_length(const uint8_t *data, size_t have, void *userdata)
{
	const struct viewer *viewer = userdata;

	if (!viewer_is_ready(viewer))
		return have ? 1 : 0;
	return client_message_length(data, have, &viewer->update.extension_rect.listed);
}

static int on_message(uint8_t *message, size_t length, void *userdata)
{
	struct viewer *viewer = userdata;
	uint8_t type = *message;
	int r = handle_message(viewer, message, length);

	if (r >= 0 && viewer->out.bytes_left > viewer->update_bytes + ANSWERS_MAX)
		r = -ENOBUFS;
	if (r < 0)
		log_debug("viewer %s: message type %d", viewer->peer, type);
	return viewer->is_gone ? -ECANCELED : r;
}

static void on_skipped(size_t length, void *userdata)
{
	const struct viewer *viewer = userdata;

	log_info("viewer %s: clipboard text of %zu bytes is too long; ignoring it", viewer->peer,
		 length - 8);
}

static const struct message_reader_callbacks reader_callbacks = {
	.length = next_length,
	.handle = on_message,
	.skipped = on_skipped,
};

static const char *end_reason(int r)
{
	switch (r) {
	case -EPIPE:
		return "it hung up";
	case -EPROTO:
		return "it sent a message that was not offered";
	case -ENOBUFS:
		return "it sends requests and does not read the answers";
	case -EMSGSIZE:
		return "it sent a message that is too long";
	default:
		return strerror(-r);
	}
}

void viewer_read_messages(struct viewer *viewer)
{
	int r = message_reader_read(&viewer->reader, viewer->fd, &reader_callbacks, viewer);

	if (r < 0)
		viewer_end(viewer, end_reason(r));
}

/* The length of the whole key or pointer message that `data` begins with, or 0. */
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

	/* What came before has its turn first. */
	if (viewer->is_gone || !message_reader_is_between(&viewer->reader) ||
	    !viewer_is_ready(viewer))
		return false;
	ssize_t have = recv(viewer->fd, data, sizeof(data), MSG_DONTWAIT | MSG_PEEK);
	while (have > 0 && (n = input_length(viewer, data + at, (size_t)have - at))) {
		handle_input(viewer, data + at, n);
		at += n;
	}
	return at && recv(viewer->fd, data, at, MSG_DONTWAIT) > 0;
}
