/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One viewer: its socket, what it has asked for, what it has not seen yet, and what is being sent
 * to it. Nothing here waits: reading and writing take what is there.
 */
#ifndef GPUDESK_VIEWER_H
#define GPUDESK_VIEWER_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "frame_count.h"
#include "framebuffer/frame.h"
#include "protocol/client_messages.h"
#include "protocol/libvncserver.h"
#include "protocol/out_queue.h"
#include "update.h"
#include "viewer_timeouts.h"
#include "x11/resize_choice.h"

struct viewer;

struct viewer_callbacks {
	/* It asked for a frame, or has taken what was sent: there may be something to do for it. */
	void (*wants)(struct viewer *viewer, void *userdata);
	/* A key or the pointer, where the viewer may do more than look. */
	void (*key)(struct viewer *viewer, struct client_key key, void *userdata);
	void (*pointer)(struct viewer *viewer, struct client_pointer pointer, void *userdata);
	/* It wishes for another size of the desktop; answered by desktop_size_rect_answer(). */
	void (*resize)(struct viewer *viewer, struct resize_wish wish, void *userdata);
	/* It has said what it understands: update.encodings. */
	void (*encodings)(struct viewer *viewer, void *userdata);
	/* A whole ClientCutText message. It is wiped afterwards. */
	void (*cut_text)(struct viewer *viewer, const uint8_t *message, size_t length,
			 void *userdata);
	/* The messages of viewer_send_text are on their way: there is room for another. */
	void (*text_sent)(struct viewer *viewer, void *userdata);
	/* The connection is over; `reason` in words. To be destroyed by the callee, now or later.
	 */
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
	bool requested; /* an update is due as soon as there is something */
	struct out_queue out;
	uint64_t update_bytes; /* of the last update */
	uint64_t large_due;    /* µs: no large update before */
	uint64_t text_end; /* out.bytes_written when the last text is written; 0: none is under way
			    */
	uint8_t *in;	   /* a part of a message */
	size_t in_length, in_capacity;
	size_t skip;	    /* bytes of a message that is too long to be had */
	uint64_t connected; /* µs, CLOCK_MONOTONIC */
	struct viewer_timeouts timeouts;
	uint64_t n_updates;
	struct frame_count rate;
	const struct viewer_callbacks *callbacks;
	void *userdata;
};

/*
 * Takes over `fd`, whose peer has been authenticated and told so. Its next byte is ClientInit. On
 * failure `fd` is still the caller's. Returns 0 or -errno.
 */
int viewer_create(sd_event *event, int fd, const char *peer, bool view_only,
		  enum compression_mode compression, struct rfb_server *server,
		  const struct update_source *source, const struct viewer_callbacks *callbacks,
		  void *userdata, struct viewer **ret_viewer);
void viewer_destroy(struct viewer *viewer);

/* Ends the connection; `reason` goes with "has left:". */
void viewer_end(struct viewer *viewer, const char *reason);

/*
 * Keys and pointers that have come and are next in line, and nothing else: for the time when an
 * update is being made. Returns whether there was something.
 */
bool viewer_take_input(struct viewer *viewer);

/* Whether an update could be sent now. */
bool viewer_is_waiting(const struct viewer *viewer);

/* Whether there is something to send it: pixels or news. */
bool viewer_has_something(const struct viewer *viewer);

/*
 * Sends an update of all that is unseen, from `frame`. Only when waiting and there is something.
 * Returns the pixels in it.
 */
size_t viewer_send_update(struct viewer *viewer, const struct frame *frame);

/*
 * Sends a whole ServerCutText message, between updates; a copy is kept until it is written. Returns
 * 0 or -ENOMEM.
 */
int viewer_send_text(struct viewer *viewer, const void *message, size_t length);

/* Whether all such messages have been written. `text_sent` says when, if not yet. */
bool viewer_text_is_sent(const struct viewer *viewer);

/* The bell rings. */
void viewer_ring(struct viewer *viewer);

/* The frame is about to change: copies what is being sent from it. Returns 0 or -ENOMEM. */
int viewer_keep_sending(struct viewer *viewer);

/* The screen has another size: all of it is unseen. Returns 0 or -ENOMEM. */
int viewer_resize(struct viewer *viewer, const struct frame *frame);

#endif
