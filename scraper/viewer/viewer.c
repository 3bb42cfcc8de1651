/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "viewer.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/event_source.h"
#include "common/log.h"
#include "common/timer.h"
#include "common/wire.h"

void viewer_end(struct viewer *viewer, const char *reason)
{
	if (viewer->is_gone)
		return;
	viewer->is_gone = true;
	viewer->source = event_source_end(viewer->source);
	viewer->callbacks->gone(viewer, reason, viewer->userdata);
}

uint64_t viewer_check_timeouts(struct viewer *viewer, uint64_t now)
{
	const char *reason = viewer_timeouts_expired(&viewer->timeouts, now);

	if (!viewer->is_gone && reason)
		viewer_end(viewer, reason);
	return viewer->is_gone ? UINT64_MAX : viewer_timeouts_due(&viewer->timeouts);
}

void viewer_flush(struct viewer *viewer)
{
	bool was_empty = out_queue_is_empty(&viewer->out);
	uint64_t written = viewer->out.bytes_written;
	int r = out_queue_write(&viewer->out, viewer->fd);
	uint32_t events = EPOLLIN;

	if (viewer->out.bytes_written != written || !viewer->timeouts.is_sending)
		viewer->timeouts.last_progress = monotonic_now();
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
		if (!text_pace_due(&viewer->texts))
			viewer->callbacks->text_sent(viewer, viewer->userdata);
	}
	if (!r && !was_empty && viewer->requested)
		viewer->callbacks->wants(viewer, viewer->userdata);
}

int viewer_resize(struct viewer *viewer)
{
	const struct frame *frame = viewer->update.source.frame;

	/* Before ClientInit, ServerInit will tell it the size. */
	if (!viewer_is_ready(viewer))
		desktop_size_rect_init(&viewer->update.size_rect, frame->width, frame->height);
	guacd_clock_resized(&viewer->guacd);
	return update_resize(&viewer->update);
}

void viewer_ring(struct viewer *viewer)
{
	if (!viewer->is_gone && rfb_client_bell(viewer->client, &viewer->out) >= 0)
		viewer_flush(viewer);
}

bool viewer_is_ready(const struct viewer *viewer)
{
	return rfb_client_is_ready(viewer->client);
}

bool viewer_is_waiting(const struct viewer *viewer)
{
	/* Until the size that it requested is answered, libvncclient discards all pixels. */
	return viewer->requested && !viewer->is_gone && !viewer_requests_size(viewer) &&
	       out_queue_is_empty(&viewer->out);
}

bool viewer_has_something(const struct viewer *viewer)
{
	return update_is_due(&viewer->update);
}

bool viewer_needs_size(const struct viewer *viewer)
{
	return update_is_of_size(&viewer->update);
}

bool viewer_lists(const struct viewer *viewer, enum client_encoding encoding)
{
	return client_lists(&viewer->update.encodings, encoding);
}

bool viewer_wants_moves(const struct viewer *viewer)
{
	return update_wants_moves(&viewer->update);
}

bool viewer_paints_pointer(const struct viewer *viewer)
{
	return cursor_rect_is_painted(&viewer->update.encodings);
}

/* ---- what has happened on the screen ---- */

void viewer_screen_changed(struct viewer *viewer, const struct tile_map *changes, struct move move)
{
	if (viewer->is_gone) /* it may have no memory for its new size */
		return;
	if (!rect_is_empty(move.to))
		update_moved(&viewer->update, move, viewer_is_waiting(viewer));
	tile_map_add_map(&viewer->update.unseen, changes);
}

void viewer_layout_changed(struct viewer *viewer, enum size_reason reason)
{
	desktop_size_rect_changed(&viewer->update.size_rect, reason);
}

bool viewer_requests_size(const struct viewer *viewer)
{
	return viewer->update.size_rect.requested;
}

void viewer_answer_size(struct viewer *viewer, enum size_status status)
{
	desktop_size_rect_answer(&viewer->update.size_rect, status);
}

/* ---- pacing ---- */

/*
 * Whether it asks as guacd does, whose libvncclient lists no Tight unless it is configured to; and
 * nothing that is far away delays its answers.
 */
static bool is_guacd(const struct viewer *viewer)
{
	return link_speed_is_local(&viewer->update.link) &&
	       viewer_lists(viewer, CLIENT_ENCODING_SUPPORTED_MESSAGES) &&
	       !viewer_lists(viewer, CLIENT_ENCODING_TIGHT);
}

uint64_t viewer_held_until(const struct viewer *viewer, uint64_t now)
{
	return guacd_clock_held_until(&viewer->guacd, is_guacd(viewer), now);
}

uint64_t viewer_turn_refresh(struct viewer *viewer, uint64_t now)
{
	struct lossless_refresh *refresh = &viewer->update.refresh;

	lossless_refresh_turn(refresh, viewer->update.link.round, now);
	return lossless_refresh_turn_due(refresh);
}

/* ---- sending ---- */

int viewer_send_text(struct viewer *viewer, const void *message, size_t length)
{
	int r = out_queue_append_secret(&viewer->out, message, length);

	if (r < 0)
		return r;
	viewer->text_end = viewer->out.bytes_written + viewer->out.bytes_left;
	sd_event_source_set_io_events(viewer->source, EPOLLIN | EPOLLOUT);
	if (text_pace_sent(&viewer->texts, monotonic_now()))
		viewer->callbacks->wants(viewer, viewer->userdata); /* to be resumed */
	return 0;
}

bool viewer_takes_text(const struct viewer *viewer)
{
	return !viewer->text_end && !text_pace_due(&viewer->texts);
}

uint64_t viewer_resume_texts(struct viewer *viewer, uint64_t now)
{
	uint64_t due = text_pace_due(&viewer->texts);

	if (viewer->is_gone || !due)
		return UINT64_MAX;
	if (due > now)
		return due;
	text_pace_resume(&viewer->texts);
	if (!viewer->text_end)
		viewer->callbacks->text_sent(viewer, viewer->userdata);
	return UINT64_MAX;
}

int viewer_keep_sending(struct viewer *viewer)
{
	return out_queue_keep(&viewer->out);
}

/* Returns the number of pixels that were sent. */
static size_t send_part(struct viewer *viewer, enum update_part part)
{
	uint64_t before = out_queue_total(&viewer->out);
	long pixels = update_compose(&viewer->update, &viewer->out, viewer->fd, part);

	if (pixels < 0) {
		log_warning("viewer %s: cannot make an update: %s", viewer->peer,
			    strerror((int)-pixels));
		viewer_end(viewer, "internal error");
		return 0;
	}
	viewer->update_bytes = out_queue_total(&viewer->out) - before;
	viewer_flush(viewer);
	return (size_t)pixels;
}

uint64_t viewer_send_update(struct viewer *viewer, uint64_t now)
{
	bool is_size = viewer_needs_size(viewer);
	uint64_t due = 0;
	enum update_part part = is_size ? UPDATE_ALL
					: guacd_clock_next(&viewer->guacd, is_guacd(viewer),
							   tile_map_area(&viewer->update.unseen),
							   now, &due);

	if (part == UPDATE_NONE)
		return due;
	viewer->requested = false;
	size_t pixels = send_part(viewer, part);
	link_speed_sent(&viewer->update.link, viewer->update_bytes, now);
	if (!is_size) {
		viewer->n_pictures += pixels > 0;
		part = viewer->update.plan.part;
		/* Not `now`: the answer is timed, and what was done before is not to count. */
		guacd_clock_sent(&viewer->guacd, part, pixels, monotonic_now());
	}
	if (part == UPDATE_ALL) {
		viewer->n_updates++;
		frame_count_add(&viewer->rate, now);
	}
	return 0;
}
