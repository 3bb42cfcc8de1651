/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selection_requestor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <X11/Xlib-xcb.h>
#include <xcb/xcb.h>

#include "common/event_source.h"
#include "common/timer.h"
#include "compound_text.h"

enum {
	DRAIN_MAX = 64 << 20, /* bytes of a text over the limit that its owner may still send */
	OFFERS_MAX = 1024,    /* targets an owner may list */
};

/* ---- the end of a request ---- */

void selection_requestor_cancel(struct selection_requestor *requestor)
{
	clipboard_text_wipe_and_free(requestor->pieces, requestor->capacity);
	requestor->pieces = NULL;
	requestor->length = requestor->capacity = 0;
	requestor->received = 0;
	requestor->too_long = false;
	requestor->step = SELECTION_IDLE;
	timer_stop(requestor->timer);
}

/* `result` is 0 or -errno. */
static void finish_query(struct selection_requestor *requestor, int result, unsigned offered)
{
	selection_requestor_cancel(requestor);
	requestor->offered = offered;
	requestor->answers.queried(requestor->clipboard, result < 0 ? result : offered != 0);
}

static void finish_fetch(struct selection_requestor *requestor, int result,
			 struct clipboard_text *text)
{
	selection_requestor_cancel(requestor);
	requestor->answers.fetched(requestor->clipboard, result, result < 0 ? NULL : text);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct selection_requestor *requestor = userdata;

	(void)source;
	(void)usec;
	if (requestor->is_query)
		finish_query(requestor, -ETIMEDOUT, 0);
	else
		finish_fetch(requestor, -ETIMEDOUT, NULL);
	return 0;
}

/* ---- the request ---- */

static Atom requested_target(const struct selection_requestor *requestor)
{
	return requestor->is_query ? requestor->atoms->targets
				   : requestor->atoms->texts[requestor->target];
}

static void convert(struct selection_requestor *requestor)
{
	requestor->step = SELECTION_CONVERTING;
	XDeleteProperty(requestor->x, requestor->window, requestor->atoms->property);
	XConvertSelection(requestor->x, requestor->selection, requested_target(requestor),
			  requestor->atoms->property, requestor->window, requestor->time);
	XFlush(requestor->x);
	timer_start(requestor->timer, SELECTION_ANSWER_USEC);
}

static void start(struct selection_requestor *requestor, Atom selection, bool is_query)
{
	selection_requestor_cancel(requestor);
	requestor->selection = selection;
	requestor->is_query = is_query;
	requestor->step = SELECTION_NEEDS_TIME;
	timer_start(requestor->timer, SELECTION_ANSWER_USEC);
}

/* The next target, from `first` on, that the owner offers. */
static int next_target(const struct selection_requestor *requestor, int first)
{
	while (first < N_SELECTION_TARGETS && !(requestor->offered >> first & 1))
		first++;
	return first;
}

void selection_requestor_query(struct selection_requestor *requestor, Atom selection)
{
	start(requestor, selection, true);
}

void selection_requestor_fetch(struct selection_requestor *requestor, Atom selection)
{
	requestor->target = next_target(requestor, 0);
	start(requestor, selection, false);
}

void selection_requestor_set_time(struct selection_requestor *requestor, Time now)
{
	if (requestor->step != SELECTION_NEEDS_TIME)
		return;
	requestor->time = now;
	if (!requestor->is_query && requestor->target == N_SELECTION_TARGETS)
		finish_fetch(requestor, -ENOENT, NULL);
	else
		convert(requestor);
}

static void on_refused(struct selection_requestor *requestor)
{
	if (requestor->is_query) {
		/* The owner does not list its targets: try each. */
		finish_query(requestor, 0, (1u << N_SELECTION_TARGETS) - 1);
		return;
	}
	requestor->target = next_target(requestor, requestor->target + 1);
	if (requestor->target == N_SELECTION_TARGETS)
		finish_fetch(requestor, -ENOENT, NULL);
	else
		convert(requestor);
}

/* ---- the answer ---- */

/* The content of a property. */
struct content {
	Atom type;
	int format;
	size_t n, after; /* items in `data`, bytes of the property that are not */
	const uint8_t *data;
	xcb_get_property_reply_t *reply; /* owns `data` */
};

/*
 * Reads the property, at most `size` bytes of it, and deletes it. Returns 0, or -ENOENT when it
 * cannot be read. Not by Xlib, which leaves a copy in memory that it has freed.
 */
static int take_property(struct selection_requestor *requestor, size_t size,
			 struct content *ret_content)
{
	xcb_connection_t *c = XGetXCBConnection(requestor->x);
	/* A unit more than fits, so that bytes over `size` show. */
	xcb_get_property_cookie_t cookie = xcb_get_property(
		c, true, (xcb_window_t)requestor->window, (xcb_atom_t)requestor->atoms->property,
		XCB_GET_PROPERTY_TYPE_ANY, 0, (uint32_t)(size / 4 + 1));
	xcb_generic_error_t *error = NULL;
	xcb_get_property_reply_t *reply = xcb_get_property_reply(c, cookie, &error);

	free(error);
	if (!reply)
		return -ENOENT;
	/* The server deletes only what was read to its end. */
	if (reply->bytes_after)
		XDeleteProperty(requestor->x, requestor->window, requestor->atoms->property);
	XFlush(requestor->x);
	*ret_content = (struct content){
		.type = reply->type,
		.format = reply->format,
		.n = reply->value_len,
		.after = reply->bytes_after,
		.data = xcb_get_property_value(reply),
		.reply = reply,
	};
	return 0;
}

static void free_content(struct content *content)
{
	explicit_bzero(content->reply,
		       sizeof(*content->reply) + (size_t)content->reply->length * 4);
	free(content->reply);
}

static void read_targets(struct selection_requestor *requestor, const struct content *content)
{
	const xcb_atom_t *atoms = (const xcb_atom_t *)(const void *)content->data;
	unsigned offered = 0;

	if (content->format != 32) {
		on_refused(requestor);
		return;
	}
	for (size_t i = 0; i < content->n; i++)
		for (int target = 0; target < N_SELECTION_TARGETS; target++)
			if (atoms[i] == requestor->atoms->texts[target])
				offered |= 1u << target;
	finish_query(requestor, 0, offered);
}

/* Makes a text of what an owner has answered. Returns 0 or -errno, as clipboard_text_from_utf8().
 */
static int make_text(const struct selection_requestor *requestor, Atom type, const uint8_t *bytes,
		     size_t length, struct clipboard_text **ret_text)
{
	const Atom *texts = requestor->atoms->texts;
	enum text_charset charset = TEXT_CHARSET_UTF8;

	if (type == texts[SELECTION_COMPOUND_TEXT])
		return compound_text_to(requestor->x, bytes, length, requestor->limit, ret_text);
	if (type == texts[SELECTION_STRING])
		charset = TEXT_CHARSET_LATIN1;
	else if (type == texts[SELECTION_PLAIN] || type == texts[SELECTION_TEXT])
		charset = text_charset_of(bytes, length, TEXT_CHARSET_UNKNOWN);
	return clipboard_text_from(charset, bytes, length, requestor->limit, ret_text);
}

static void finish_text(struct selection_requestor *requestor, Atom type, const uint8_t *bytes,
			size_t length)
{
	struct clipboard_text *text = NULL;
	int r = make_text(requestor, type, bytes, length, &text);

	finish_fetch(requestor, r, text);
}

static bool is_text(const struct selection_requestor *requestor, const struct content *content)
{
	for (int i = 0; i < N_SELECTION_TARGETS; i++)
		if (content->type == requestor->atoms->texts[i])
			return content->format == 8;
	return false;
}

static void on_converted(struct selection_requestor *requestor)
{
	size_t size = requestor->is_query ? OFFERS_MAX * 4 : requestor->limit;
	struct content content;

	if (take_property(requestor, size, &content) < 0) {
		on_refused(requestor);
		return;
	}
	if (content.type == requestor->atoms->incr && !requestor->is_query) {
		requestor->step = SELECTION_RECEIVING;
		timer_start(requestor->timer, SELECTION_ANSWER_USEC);
	} else if (requestor->is_query) {
		read_targets(requestor, &content);
	} else if (!is_text(requestor, &content)) {
		on_refused(requestor);
	} else if (content.after || content.n > requestor->limit) {
		finish_fetch(requestor, -EMSGSIZE, NULL);
	} else {
		finish_text(requestor, content.type, content.data, content.n);
	}
	free_content(&content);
}

/* ---- texts in pieces (INCR; ICCCM, 2.7.2) ---- */

/* Returns 0 or -ENOMEM. */
static int append_piece(struct selection_requestor *requestor, const struct content *content)
{
	size_t needed = requestor->length + content->n;

	if (needed > requestor->capacity) {
		size_t capacity = 2 * needed < requestor->limit ? 2 * needed : requestor->limit;
		uint8_t *pieces = malloc(capacity);

		if (!pieces)
			return -ENOMEM;
		if (requestor->length)
			memcpy(pieces, requestor->pieces, requestor->length);
		clipboard_text_wipe_and_free(requestor->pieces, requestor->capacity);
		requestor->pieces = pieces;
		requestor->capacity = capacity;
	}
	memcpy(requestor->pieces + requestor->length, content->data, content->n);
	requestor->length = needed;
	return 0;
}

/* Keeps a piece, or notes that the text is over the limit. Returns 0 or -errno. */
static int receive_piece(struct selection_requestor *requestor, size_t room,
			 const struct content *content)
{
	int r = 0;

	requestor->received += content->n + content->after;
	if (content->after || content->n > room)
		requestor->too_long = true;
	else if (!is_text(requestor, content))
		r = -ENOENT;
	else
		r = append_piece(requestor, content);
	return r >= 0 && requestor->received > DRAIN_MAX ? -EMSGSIZE : r;
}

/* The rest of a text over the limit is read and thrown away, so that its owner can finish. */
static void on_piece(struct selection_requestor *requestor)
{
	size_t room = requestor->too_long ? 0 : requestor->limit - requestor->length;
	struct content content;
	int r = take_property(requestor, room, &content);

	if (r < 0) {
		finish_fetch(requestor, r, NULL);
		return;
	}
	if (content.type && !content.n && !content.after) { /* the end */
		if (requestor->too_long)
			finish_fetch(requestor, -EMSGSIZE, NULL);
		else
			finish_text(requestor, content.type, requestor->pieces, requestor->length);
	} else if (content.type) { /* else it was read together with the piece before */
		r = receive_piece(requestor, room, &content);
		if (r < 0)
			finish_fetch(requestor, r, NULL);
		else
			timer_start(requestor->timer, SELECTION_ANSWER_USEC);
	}
	free_content(&content);
}

/* ---- events ---- */

static void on_answer(struct selection_requestor *requestor, const XSelectionEvent *event)
{
	/* An answer to an earlier request comes too late. */
	if (requestor->step != SELECTION_CONVERTING || event->requestor != requestor->window ||
	    event->selection != requestor->selection ||
	    event->target != requested_target(requestor))
		return;
	if (event->property)
		on_converted(requestor);
	else
		on_refused(requestor);
}

void selection_requestor_handle(struct selection_requestor *requestor, const XEvent *event)
{
	const XPropertyEvent *property = &event->xproperty;

	if (event->type == SelectionNotify)
		on_answer(requestor, &event->xselection);
	else if (event->type == PropertyNotify && property->window == requestor->window &&
		 property->state == PropertyNewValue &&
		 property->atom == requestor->atoms->property &&
		 requestor->step == SELECTION_RECEIVING)
		on_piece(requestor);
}

int selection_requestor_init(struct selection_requestor *requestor, sd_event *event)
{
	return timer_add(event, TIMER_NEVER, on_timer, requestor, &requestor->timer);
}

void selection_requestor_finish(struct selection_requestor *requestor)
{
	if (requestor->timer)
		selection_requestor_cancel(requestor);
	requestor->timer = event_source_end(requestor->timer);
}
