/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One viewer: its socket, what it has requested, what it has not seen yet, and what is being sent
 * to it. Nothing here waits.
 */
#ifndef GPUDESK_VIEWER_H
#define GPUDESK_VIEWER_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "frame_count.h"
#include "guacd_clock.h"
#include "message_reader.h"
#include "protocol/client_messages.h"
#include "protocol/libvncserver.h"
#include "protocol/out_queue.h"
#include "text_pace.h"
#include "update.h"
#include "viewer_timeouts.h"

struct viewer;

struct viewer_callbacks {
	/* It has requested an update, or has taken the last one: there may be work for it. */
	void (*wants)(struct viewer *viewer, void *userdata);
	/* A key or the pointer; never called for a view-only viewer. */
	void (*key)(struct viewer *viewer, struct client_key key, void *userdata);
	void (*pointer)(struct viewer *viewer, struct client_pointer pointer, void *userdata);
	/* It requests another size of the desktop; answered by viewer_answer_size(). */
	void (*resize)(struct viewer *viewer, struct size_request request, void *userdata);
	/* It has sent SetEncodings: see viewer_lists(). */
	void (*encodings)(struct viewer *viewer, void *userdata);
	/* A whole ClientCutText message. It is wiped afterwards. */
	void (*cut_text)(struct viewer *viewer, const uint8_t *message, size_t length,
			 void *userdata);
	/* All of viewer_send_text() is written: there is room for another. */
	void (*text_sent)(struct viewer *viewer, void *userdata);
	/* The connection has ended; the callee destroys the viewer, now or later. */
	void (*gone)(struct viewer *viewer, const char *reason, void *userdata);
};

struct viewer {
	struct viewer *next; /* the server's list */
	int fd;
	char peer[64];
	bool view_only;
	bool is_gone;
	sd_event_source *source;
	struct rfb_client *client;
	struct update update;
	bool requested; /* it waits for an update */
	struct out_queue out;
	uint64_t update_bytes; /* of the last update */
	struct guacd_clock guacd;
	uint64_t text_end; /* out.bytes_written when the last text will be written; 0: it is */
	struct text_pace texts;
	struct message_reader reader;
	uint64_t connected; /* µs, CLOCK_MONOTONIC */
	struct viewer_timeouts timeouts;
	uint64_t n_updates, n_pictures; /* all; those with pixels */
	struct frame_count rate;
	const struct viewer_callbacks *callbacks;
	void *userdata;
};

/* Ends the connection; `reason` goes with "disconnected:". */
void viewer_end(struct viewer *viewer, const char *reason);

/* Ends the connection if it has timed out. Returns when (µs) to check again. */
uint64_t viewer_check_timeouts(struct viewer *viewer, uint64_t now);

/* Whether ClientInit has been answered. */
bool viewer_is_ready(const struct viewer *viewer);

/* Whether an update could be sent now. */
bool viewer_is_waiting(const struct viewer *viewer);

/* Whether there is something to send: pixels or anything else. */
bool viewer_has_something(const struct viewer *viewer);

/* Whether it must be told the desktop's size before anything else. */
bool viewer_needs_size(const struct viewer *viewer);

/* Whether its SetEncodings listed that encoding. */
bool viewer_lists(const struct viewer *viewer, enum client_encoding encoding);

/* Whether moves are worth finding for it: it takes CopyRect, and its link is slow. */
bool viewer_wants_moves(const struct viewer *viewer);

/* Whether the pointer is painted into its picture, so that its position matters. */
bool viewer_paints_pointer(const struct viewer *viewer);

/*
 * What a capture has found: `changes`, and besides a `move` (empty: none), which the viewer is told
 * to do itself where possible. To be called before the frame changes again.
 */
void viewer_screen_changed(struct viewer *viewer, const struct tile_map *changes, struct move move);

/* The desktop's size or monitors have changed. */
void viewer_layout_changed(struct viewer *viewer, enum size_reason reason);

/* Whether it has requested a size and has no answer yet; and the answer. */
bool viewer_requests_size(const struct viewer *viewer);
void viewer_answer_size(struct viewer *viewer, enum size_status status);

/*
 * Until when (µs) it is sent no pixels unless it says something, because it is guacd and encodes;
 * 0: it may be sent some now.
 */
uint64_t viewer_held_until(const struct viewer *viewer, uint64_t now);

/* Schedules the refresh of lossy pixels at rest. Returns when (µs) to call this again. */
uint64_t viewer_turn_refresh(struct viewer *viewer, uint64_t now);

/*
 * Sends an update of what is unseen, as guacd_clock.h says. Only for a viewer that waits and for
 * which there is something. Returns 0, or when (µs) to call this again, if it is not the time for
 * one.
 */
uint64_t viewer_send_update(struct viewer *viewer, uint64_t now);

/*
 * Sends a whole ServerCutText message, between updates; keeps a copy until it is written. Returns 0
 * or -ENOMEM.
 */
int viewer_send_text(struct viewer *viewer, const void *message, size_t length);

/*
 * Whether there is room for another: all are written, and it is not too many in a short time. If
 * not, `text_sent` will say when.
 */
bool viewer_takes_text(const struct viewer *viewer);

/* Calls `text_sent` if there is room again. Returns when (µs) to call this again. */
uint64_t viewer_resume_texts(struct viewer *viewer, uint64_t now);

/* Writes what the socket takes, and asks to be told when it takes more. */
void viewer_flush(struct viewer *viewer);

/* Rings its bell. */
void viewer_ring(struct viewer *viewer);

/* The frame is about to change: copies what is still being sent from it. Returns 0 or -ENOMEM. */
int viewer_keep_sending(struct viewer *viewer);

/* The frame has another size: all of it is unseen. Returns 0 or -ENOMEM. */
int viewer_resize(struct viewer *viewer);

#endif
