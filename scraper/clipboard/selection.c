/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <X11/Xatom.h>
#include <X11/Xlib-xcb.h>
#include <xcb/xcb.h>

#include "common/event_source.h"
#include "common/timer.h"

enum {
	DRAIN_MAX =
		64 << 20,  /* bytes of a text that is too long that its owner may go on sending */
	OFFERS_MAX = 1024, /* targets that an owner may name */
};

enum { CLIPBOARD_INDEX, PRIMARY_INDEX };

/* ---- the server's time ---- */

/* ICCCM wants a real time with each request: appending nothing to a property brings one. */
static void ask_for_time(struct selection *selection)
{
	XChangeProperty(selection->display->x, selection->window, selection->atoms.stamp, XA_STRING,
			8, PropModeAppend, (const unsigned char *)"", 0);
	XFlush(selection->display->x);
}

/* ---- fetching ---- */

/* Back to idle, without a word. */
static void abandon(struct selection *selection)
{
	clipboard_text_wipe_and_free(selection->pieces, selection->capacity);
	selection->pieces = NULL;
	selection->length = selection->capacity = 0;
	selection->received = 0;
	selection->too_long = false;
	selection->step = SELECTION_IDLE;
	timer_stop(selection->timer);
}

/* `result` is 0 or -errno. */
static void finish_look(struct selection *selection, int result, unsigned offered)
{
	abandon(selection);
	selection->offered = offered;
	selection->callbacks.offers(result < 0 ? result : offered != 0, selection->userdata);
}

static void finish_fetch(struct selection *selection, int result, struct clipboard_text *text)
{
	abandon(selection);
	selection->callbacks.text(result, result < 0 ? NULL : text, selection->userdata);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct selection *selection = userdata;

	(void)source, (void)usec;
	if (selection->looking)
		finish_look(selection, -ETIMEDOUT, 0);
	else
		finish_fetch(selection, -ETIMEDOUT, NULL);
	return 0;
}

/* What the owner is asked for. */
static Atom asked_target(const struct selection *selection)
{
	return selection->looking ? selection->atoms.targets
				  : selection->atoms.texts[selection->target];
}

static void convert(struct selection *selection)
{
	selection->step = SELECTION_CONVERTING;
	XDeleteProperty(selection->display->x, selection->window, selection->atoms.property);
	XConvertSelection(selection->display->x, selection->current, asked_target(selection),
			  selection->atoms.property, selection->window, selection->time);
	XFlush(selection->display->x);
	timer_start(selection->timer, SELECTION_ANSWER_USEC);
}

static void start(struct selection *selection, bool looking)
{
	abandon(selection);
	selection->looking = looking;
	selection->step = SELECTION_STAMPING;
	timer_start(selection->timer, SELECTION_ANSWER_USEC);
	ask_for_time(selection);
}

void selection_look(struct selection *selection)
{
	start(selection, true);
}

/* The next target, from `first` on, that the owner offers. */
static int next_target(const struct selection *selection, int first)
{
	while (first < N_SELECTION_TARGETS && !(selection->offered >> first & 1))
		first++;
	return first;
}

void selection_fetch(struct selection *selection)
{
	selection->target = next_target(selection, 0);
	start(selection, false);
}

/* The owner does not have it as the target in question. */
static void on_refused(struct selection *selection)
{
	if (selection->looking) {
		/* It does not say what it has: so try. */
		finish_look(selection, 0, (1u << N_SELECTION_TARGETS) - 1);
		return;
	}
	selection->target = next_target(selection, selection->target + 1);
	if (selection->target == N_SELECTION_TARGETS)
		finish_fetch(selection, -ENOENT, NULL);
	else
		convert(selection);
}

/* What is in a property, at most `size` bytes of it. */
struct content {
	Atom type;
	int format;
	size_t n, after;
	const uint8_t *data;
	xcb_get_property_reply_t *reply; /* all of it */
};

/*
 * Takes it off. Returns 0, or -ENOENT when it cannot be read. Not by Xlib, which leaves a copy in
 * memory that it has freed.
 */
static int take_property(struct selection *selection, size_t size, struct content *ret_content)
{
	xcb_connection_t *c = XGetXCBConnection(selection->display->x);
	/* One byte more than fits: then something is left behind. */
	xcb_get_property_cookie_t cookie = xcb_get_property(
		c, true, (xcb_window_t)selection->window, (xcb_atom_t)selection->atoms.property,
		XCB_GET_PROPERTY_TYPE_ANY, 0, (uint32_t)(size / 4 + 1));
	xcb_generic_error_t *error = NULL;
	xcb_get_property_reply_t *reply = xcb_get_property_reply(c, cookie, &error);

	free(error);
	if (!reply)
		return -ENOENT;
	/* The server deletes only what was read to its end. */
	if (reply->bytes_after)
		XDeleteProperty(selection->display->x, selection->window,
				selection->atoms.property);
	XFlush(selection->display->x);
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

static void read_offers(struct selection *selection, const struct content *content)
{
	const xcb_atom_t *atoms = (const xcb_atom_t *)(const void *)content->data;
	unsigned offered = 0;

	if (content->format != 32) {
		on_refused(selection);
		return;
	}
	for (size_t i = 0; i < content->n; i++)
		for (int target = 0; target < N_SELECTION_TARGETS; target++)
			if (atoms[i] == selection->atoms.texts[target])
				offered |= 1u << target;
	finish_look(selection, 0, offered);
}

static void finish_text(struct selection *selection, Atom type, const uint8_t *bytes, size_t length)
{
	struct clipboard_text *text = NULL;
	int r;

	if (type == selection->atoms.texts[SELECTION_STRING])
		r = clipboard_text_from_latin1(bytes, length, selection->limit, &text);
	else
		r = clipboard_text_from_utf8(bytes, length, selection->limit, &text);
	finish_fetch(selection, r, text);
}

static bool is_text(const struct selection *selection, const struct content *content)
{
	for (int i = 0; i < N_SELECTION_TARGETS; i++)
		if (content->type == selection->atoms.texts[i])
			return content->format == 8;
	return false;
}

static void on_converted(struct selection *selection)
{
	size_t size = selection->looking ? OFFERS_MAX * 4 : selection->limit;
	struct content content;

	if (take_property(selection, size, &content) < 0) {
		on_refused(selection);
		return;
	}
	if (content.type == selection->atoms.incr && !selection->looking) {
		selection->step = SELECTION_RECEIVING;
		timer_start(selection->timer, SELECTION_ANSWER_USEC);
	} else if (selection->looking) {
		read_offers(selection, &content);
	} else if (!is_text(selection, &content)) {
		on_refused(selection);
	} else if (content.after || content.n > selection->limit) {
		finish_fetch(selection, -EMSGSIZE, NULL);
	} else {
		finish_text(selection, content.type, content.data, content.n);
	}
	free_content(&content);
}

/* Keeps a piece. Returns 0 or -ENOMEM. */
static int keep_piece(struct selection *selection, const struct content *content)
{
	size_t needed = selection->length + content->n;

	if (needed > selection->capacity) {
		size_t capacity = 2 * needed < selection->limit ? 2 * needed : selection->limit;
		uint8_t *pieces = malloc(capacity);

		if (!pieces)
			return -ENOMEM;
		if (selection->length)
			memcpy(pieces, selection->pieces, selection->length);
		clipboard_text_wipe_and_free(selection->pieces, selection->capacity);
		selection->pieces = pieces;
		selection->capacity = capacity;
	}
	memcpy(selection->pieces + selection->length, content->data, content->n);
	selection->length = needed;
	return 0;
}

/* Of a text that is too long the rest is taken and thrown away, for its owner to get done. */
static void on_piece(struct selection *selection)
{
	size_t room = selection->too_long ? 0 : selection->limit - selection->length;
	struct content content;
	int r = take_property(selection, room, &content);

	if (r >= 0 && !content.type) { /* taken already */
		free_content(&content);
		return;
	}
	if (r >= 0 && !content.n && !content.after) { /* the end */
		if (selection->too_long)
			finish_fetch(selection, -EMSGSIZE, NULL);
		else
			finish_text(selection, content.type, selection->pieces, selection->length);
		free_content(&content);
		return;
	}
	if (r >= 0) {
		selection->received += content.n + content.after;
		if (content.after || content.n > room)
			selection->too_long = true;
		else if (!is_text(selection, &content))
			r = -ENOENT;
		else
			r = keep_piece(selection, &content);
		free_content(&content);
	}
	if (r >= 0 && selection->received > DRAIN_MAX)
		r = -EMSGSIZE;
	if (r < 0)
		finish_fetch(selection, r, NULL);
	else
		timer_start(selection->timer, SELECTION_ANSWER_USEC);
}

/* ---- events ---- */

static void on_time(struct selection *selection, Time now)
{
	if (selection->to_own) {
		timer_stop(selection->rest);
		selection_owner_acquire(&selection->owner, selection->to_own, now);
		selection->to_own = clipboard_text_unref(selection->to_own);
	}
	if (selection->step != SELECTION_STAMPING)
		return;
	selection->time = now;
	if (!selection->looking && selection->target == N_SELECTION_TARGETS)
		finish_fetch(selection, -ENOENT, NULL);
	else
		convert(selection);
}

static void set_current(struct selection *selection, Atom name, bool owned)
{
	abandon(selection);
	timer_stop(selection->rest);
	selection->current = owned ? name : None;
	selection->callbacks.changed(owned, selection->userdata);
}

static int on_rest(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct selection *selection = userdata;

	(void)source, (void)usec;
	set_current(selection, selection->atoms.names[PRIMARY_INDEX], true);
	return 0;
}

static void on_new_owner(struct selection *selection, const XFixesSelectionNotifyEvent *event)
{
	bool is_primary = event->selection == selection->atoms.names[PRIMARY_INDEX];

	if (event->owner == selection->window)
		return;
	if (!event->owner) {
		if (is_primary)
			timer_stop(selection->rest);
		if (event->selection == selection->current)
			set_current(selection, None, false);
	} else if (is_primary) {
		timer_start(selection->rest, SELECTION_REST_USEC);
	} else {
		/* It is later than what a viewer has just sent. */
		selection->to_own = clipboard_text_unref(selection->to_own);
		set_current(selection, event->selection, true);
	}
}

static void on_property(struct selection *selection, const XPropertyEvent *event)
{
	if (event->window != selection->window || event->state != PropertyNewValue)
		return;
	if (event->atom == selection->atoms.stamp)
		on_time(selection, event->time);
	else if (event->atom == selection->atoms.property && selection->step == SELECTION_RECEIVING)
		on_piece(selection);
}

static void on_answer(struct selection *selection, const XSelectionEvent *event)
{
	/* An answer to what is no longer asked comes too late; there may be no target any more. */
	if (selection->step != SELECTION_CONVERTING || event->requestor != selection->window ||
	    event->selection != selection->current || event->target != asked_target(selection))
		return;
	if (event->property)
		on_converted(selection);
	else
		on_refused(selection);
}

void selection_handle(struct selection *selection, const XEvent *event)
{
	if (!selection->window)
		return;
	if (event->type == selection->display->fixes_event + XFixesSelectionNotify) {
		on_new_owner(selection, (const XFixesSelectionNotifyEvent *)event);
		return;
	}
	if (event->type == PropertyNotify)
		on_property(selection, &event->xproperty);
	if (event->type == SelectionNotify)
		on_answer(selection, &event->xselection);
	selection_owner_handle(&selection->owner, event);
}

/* ---- owning ---- */

void selection_own(struct selection *selection, struct clipboard_text *text)
{
	/* Nothing of another program's is left to be fetched. */
	abandon(selection);
	selection->current = None;
	clipboard_text_ref(text);
	clipboard_text_unref(selection->to_own);
	selection->to_own = text;
	ask_for_time(selection);
}

void selection_give_up(struct selection *selection)
{
	selection->to_own = clipboard_text_unref(selection->to_own);
	selection_owner_give_up(&selection->owner);
}

/* ---- from beginning to end ---- */

static void watch(struct selection *selection)
{
	const unsigned long mask = XFixesSetSelectionOwnerNotifyMask |
				   XFixesSelectionWindowDestroyNotifyMask |
				   XFixesSelectionClientCloseNotifyMask;
	Display *x = selection->display->x;

	for (int i = PRIMARY_INDEX; i >= CLIPBOARD_INDEX; i--) {
		XFixesSelectSelectionInput(x, selection->window, selection->atoms.names[i], mask);
		/* Of what was there before, nobody knows which is newer. */
		if (XGetSelectionOwner(x, selection->atoms.names[i]))
			selection->current = selection->atoms.names[i];
	}
	if (selection->current)
		selection->callbacks.changed(true, selection->userdata);
}

int selection_start(struct selection *selection, sd_event *event, struct display *display,
		    size_t limit, const struct selection_callbacks *callbacks, void *userdata)
{
	XSetWindowAttributes attributes = {
		.override_redirect = True,
		.event_mask = PropertyChangeMask,
	};

	*selection = (struct selection){
		.display = display,
		.limit = limit,
		.callbacks = *callbacks,
		.userdata = userdata,
	};
	int r = selection_atoms_init(display->x, &selection->atoms);
	if (r >= 0)
		r = timer_add(event, TIMER_NEVER, on_timer, selection, &selection->timer);
	if (r >= 0)
		r = timer_add(event, TIMER_NEVER, on_rest, selection, &selection->rest);
	if (r >= 0) {
		selection->window = XCreateWindow(display->x, display->root, -1, -1, 1, 1, 0, 0,
						  InputOnly, CopyFromParent,
						  CWOverrideRedirect | CWEventMask, &attributes);
		r = selection_owner_init(&selection->owner, event, display, &selection->atoms,
					 selection->window);
	}
	if (r < 0) {
		selection_stop(selection);
		return r;
	}
	watch(selection);
	return 0;
}

void selection_stop(struct selection *selection)
{
	if (selection->timer)
		abandon(selection);
	selection->to_own = clipboard_text_unref(selection->to_own);
	selection_owner_finish(&selection->owner);
	if (selection->window)
		XDestroyWindow(selection->display->x, selection->window);
	if (selection->display)
		XFlush(selection->display->x);
	selection->window = None;
	selection->current = None;
	selection->timer = event_source_end(selection->timer);
	selection->rest = event_source_end(selection->rest);
}
