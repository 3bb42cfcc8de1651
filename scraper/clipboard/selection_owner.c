/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selection_owner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <X11/Xatom.h>

#include "common/event_source.h"
#include "common/timer.h"
#include "compound_text.h"

#define TRANSFER_USEC UINT64_C(5000000)

enum {
	WHOLE_MAX = 128 * 1024, /* bytes; longer texts are sent in pieces */
	PIECE = 64 * 1024,
	PAIRS_MAX = 32, /* in a MULTIPLE request */
};

/* ---- texts in pieces ---- */

static uint64_t now_usec(struct selection_owner *owner)
{
	return timer_now(sd_event_source_get_event(owner->timer));
}

static void set_timer(struct selection_owner *owner)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < SELECTION_TRANSFERS_MAX; i++)
		if (owner->transfers[i].requestor && owner->transfers[i].deadline < first)
			first = owner->transfers[i].deadline;
	timer_start_at(owner->timer, first);
}

/* `exists`: whether the requestor's window may still exist. */
static void end_transfer(struct selection_owner *owner, struct selection_transfer *transfer,
			 bool exists)
{
	Window requestor = transfer->requestor;

	clipboard_text_wipe_and_free(transfer->bytes, transfer->length);
	*transfer = (struct selection_transfer){ 0 };
	for (size_t i = 0; i < SELECTION_TRANSFERS_MAX; i++)
		exists = exists && owner->transfers[i].requestor != requestor;
	if (exists)
		XSelectInput(owner->display->x, requestor, 0);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct selection_owner *owner = userdata;
	uint64_t now = now_usec(owner);

	(void)source;
	(void)usec;
	for (size_t i = 0; i < SELECTION_TRANSFERS_MAX; i++) {
		struct selection_transfer *transfer = &owner->transfers[i];

		if (transfer->requestor && transfer->deadline <= now)
			end_transfer(owner, transfer, true);
	}
	set_timer(owner);
	XFlush(owner->display->x);
	return 0;
}

static struct selection_transfer *find_transfer(struct selection_owner *owner, Window requestor,
						Atom property)
{
	for (size_t i = 0; i < SELECTION_TRANSFERS_MAX; i++)
		if (owner->transfers[i].requestor == requestor &&
		    (!requestor || owner->transfers[i].property == property))
			return &owner->transfers[i];
	return NULL;
}

static bool start_transfer(struct selection_owner *owner, Window requestor, Atom property,
			   Atom type, const uint8_t *bytes, size_t length)
{
	struct selection_transfer *transfer = find_transfer(owner, requestor, property);
	long size = (long)length;

	/* Sending would change which events we get of these two windows. */
	if (requestor == owner->display->root || requestor == owner->window)
		return false;
	if (transfer) /* it has started again */
		end_transfer(owner, transfer, false);
	transfer = find_transfer(owner, None, None);
	if (!transfer)
		return false;
	uint8_t *copy = malloc(length);
	if (!copy)
		return false;
	memcpy(copy, bytes, length);
	*transfer = (struct selection_transfer){
		.requestor = requestor,
		.property = property,
		.type = type,
		.bytes = copy,
		.length = length,
		.deadline = now_usec(owner) + TRANSFER_USEC,
	};
	set_timer(owner);
	XSelectInput(owner->display->x, requestor, PropertyChangeMask | StructureNotifyMask);
	XChangeProperty(owner->display->x, requestor, property, owner->atoms->incr, 32,
			PropModeReplace, (unsigned char *)&size, 1);
	return true;
}

/* The requestor has read the piece before. An empty piece ends the text. */
static void send_piece(struct selection_owner *owner, struct selection_transfer *transfer)
{
	size_t rest = transfer->length - transfer->sent;
	size_t n = rest < PIECE ? rest : PIECE;

	XChangeProperty(owner->display->x, transfer->requestor, transfer->property, transfer->type,
			8, PropModeReplace, transfer->bytes + transfer->sent, (int)n);
	transfer->sent += n;
	transfer->deadline = now_usec(owner) + TRANSFER_USEC;
	if (!n)
		end_transfer(owner, transfer, true);
	set_timer(owner);
}

/* ---- requests ---- */

static bool put_bytes(struct selection_owner *owner, Window requestor, Atom property, Atom type,
		      const uint8_t *bytes, size_t length)
{
	if (length > WHOLE_MAX)
		return start_transfer(owner, requestor, property, type, bytes, length);
	XChangeProperty(owner->display->x, requestor, property, type, 8, PropModeReplace, bytes,
			(int)length);
	return true;
}

static bool put_latin1(struct selection_owner *owner, Window requestor, Atom property, Atom type,
		       bool *ret_exact)
{
	const struct clipboard_text *text = owner->text;
	size_t size = clipboard_text_latin1_size(text);
	uint8_t *latin1 = malloc(size + 1);
	bool done = false;

	if (!latin1)
		return false;
	size_t length = clipboard_text_to_latin1(text, latin1, ret_exact);
	/* Whoever needs to know whether it is exact wants nothing else. */
	if (!ret_exact || *ret_exact)
		done = put_bytes(owner, requestor, property, type, latin1, length);
	clipboard_text_wipe_and_free(latin1, size);
	return done;
}

static bool put_compound(struct selection_owner *owner, Window requestor, Atom property, Atom type)
{
	size_t length;
	uint8_t *bytes = compound_text_from(owner->display->x, owner->text, &length);

	if (!bytes)
		return false;
	bool done = put_bytes(owner, requestor, property, type, bytes, length);
	compound_text_free(bytes, length);
	return done;
}

static bool put_utf8(struct selection_owner *owner, Window requestor, Atom property, Atom type)
{
	return put_bytes(owner, requestor, property, type, (const uint8_t *)owner->text->bytes,
			 owner->text->length);
}

/* The text as one of selection_atoms.texts. */
static bool put_text(struct selection_owner *owner, Window requestor, Atom property,
		     enum selection_target target)
{
	const Atom *types = owner->atoms->texts;
	bool exact = true;

	switch (target) {
	case SELECTION_TEXT: /* as ICCCM likes it best: STRING, if that loses nothing */
		return put_latin1(owner, requestor, property, types[SELECTION_STRING], &exact) ||
		       (!exact &&
			put_utf8(owner, requestor, property, types[SELECTION_UTF8_STRING]));
	case SELECTION_STRING:
		return put_latin1(owner, requestor, property, types[target], NULL);
	case SELECTION_COMPOUND_TEXT:
		return put_compound(owner, requestor, property, types[target]);
	default:
		return put_utf8(owner, requestor, property, types[target]);
	}
}

static void put_targets(struct selection_owner *owner, Window requestor, Atom property)
{
	const struct selection_atoms *atoms = owner->atoms;
	Atom targets[N_SELECTION_TARGETS + 3] = { atoms->targets, atoms->timestamp,
						  atoms->multiple };

	memcpy(targets + 3, atoms->texts, sizeof(atoms->texts));
	XChangeProperty(owner->display->x, requestor, property, XA_ATOM, 32, PropModeReplace,
			(const unsigned char *)targets, sizeof(targets) / sizeof(*targets));
}

/* Writes the text as `target` to the requestor's property. Returns whether that is possible. */
static bool put(struct selection_owner *owner, Window requestor, Atom target, Atom property)
{
	const struct selection_atoms *atoms = owner->atoms;
	long acquired = (long)owner->acquired;

	if (target == atoms->targets) {
		put_targets(owner, requestor, property);
		return true;
	}
	if (target == atoms->timestamp) {
		XChangeProperty(owner->display->x, requestor, property, XA_INTEGER, 32,
				PropModeReplace, (unsigned char *)&acquired, 1);
		return true;
	}
	for (int i = 0; i < N_SELECTION_TARGETS; i++)
		if (target == atoms->texts[i])
			return put_text(owner, requestor, property, (enum selection_target)i);
	return false;
}

/* Several targets at once: those that fail are set to None in the requestor's list. */
static bool put_multiple(struct selection_owner *owner, Window requestor, Atom property)
{
	unsigned char *data = NULL;
	unsigned long n, after;
	Atom type;
	int format;

	if (XGetWindowProperty(owner->display->x, requestor, property, 0, 2 * PAIRS_MAX, False,
			       AnyPropertyType, &type, &format, &n, &after, &data) != Success)
		return false;
	bool valid = format == 32 && n % 2 == 0 && !after;
	Atom *pairs = (Atom *)(void *)data;
	for (unsigned long i = 0; valid && i < n; i += 2)
		if (pairs[i] == owner->atoms->multiple || !pairs[i + 1] ||
		    !put(owner, requestor, pairs[i], pairs[i + 1]))
			pairs[i + 1] = None;
	if (valid)
		XChangeProperty(owner->display->x, requestor, property, owner->atoms->atom_pair, 32,
				PropModeReplace, data, (int)n);
	if (data)
		XFree(data);
	return valid;
}

static int selection_index(const struct selection_owner *owner, Atom selection)
{
	for (int i = 0; i < 2; i++)
		if (owner->atoms->names[i] == selection)
			return i;
	return -1;
}

/* The server's clock has 32 bits and wraps. */
static bool is_before(Time a, Time b)
{
	return (int32_t)((uint32_t)a - (uint32_t)b) < 0;
}

static void on_request(struct selection_owner *owner, const XSelectionRequestEvent *request)
{
	int i = selection_index(owner, request->selection);
	/* Obsolete clients name no property and mean the target (ICCCM, 2.2). */
	Atom property = request->property ? request->property : request->target;
	XSelectionEvent answer = {
		.type = SelectionNotify,
		.requestor = request->requestor,
		.selection = request->selection,
		.target = request->target,
		.time = request->time,
	};
	bool done = owner->text && i >= 0 && owner->owns[i];

	if (request->time != CurrentTime && is_before(request->time, owner->acquired))
		done = false;
	if (done && request->target == owner->atoms->multiple)
		done = request->property && put_multiple(owner, request->requestor, property);
	else if (done)
		done = put(owner, request->requestor, request->target, property);
	answer.property = done ? property : None;
	XSendEvent(owner->display->x, request->requestor, False, NoEventMask, (XEvent *)&answer);
	XFlush(owner->display->x);
}

bool selection_owner_is_stale(const struct selection_owner *owner, const XEvent *event, Time time)
{
	bool is_earlier = (long)(event->xany.serial - owner->serial) < 0;

	return owner->text && (is_earlier || (time && is_before(time, owner->acquired)));
}

static void on_clear(struct selection_owner *owner, const XEvent *event)
{
	int i = selection_index(owner, event->xselectionclear.selection);

	if (i < 0 || event->xselectionclear.window != owner->window ||
	    selection_owner_is_stale(owner, event, event->xselectionclear.time))
		return;
	owner->owns[i] = false;
	if (!owner->owns[0] && !owner->owns[1])
		owner->text = clipboard_text_unref(owner->text);
}

static void on_destroyed(struct selection_owner *owner, Window window)
{
	for (size_t i = 0; i < SELECTION_TRANSFERS_MAX; i++)
		if (owner->transfers[i].requestor == window)
			end_transfer(owner, &owner->transfers[i], false);
	set_timer(owner);
}

void selection_owner_handle(struct selection_owner *owner, const XEvent *event)
{
	struct selection_transfer *transfer;

	switch (event->type) {
	case SelectionRequest:
		on_request(owner, &event->xselectionrequest);
		break;
	case SelectionClear:
		on_clear(owner, event);
		break;
	case PropertyNotify:
		/* Any client can send an event, even one of window None: that is no transfer. */
		if (event->xproperty.state != PropertyDelete || !event->xproperty.window)
			break;
		transfer = find_transfer(owner, event->xproperty.window, event->xproperty.atom);
		if (transfer)
			send_piece(owner, transfer);
		XFlush(owner->display->x);
		break;
	case DestroyNotify:
		on_destroyed(owner, event->xdestroywindow.window);
		break;
	default:
		break;
	}
}

/* ---- acquiring and releasing ---- */

void selection_owner_acquire(struct selection_owner *owner, struct clipboard_text *text, Time now)
{
	Display *x = owner->display->x;

	clipboard_text_ref(text);
	clipboard_text_unref(owner->text);
	owner->text = text;
	owner->acquired = now;
	owner->serial = XNextRequest(x);
	/* The server refuses if another program has acquired it after `now`. */
	for (int i = 0; i < (owner->with_primary ? 2 : 1); i++) {
		XSetSelectionOwner(x, owner->atoms->names[i], owner->window, now);
		owner->owns[i] = XGetSelectionOwner(x, owner->atoms->names[i]) == owner->window;
	}
	if (!owner->owns[0] && !owner->owns[1])
		owner->text = clipboard_text_unref(owner->text);
}

void selection_owner_release(struct selection_owner *owner)
{
	for (int i = 0; i < 2; i++) {
		if (owner->owns[i])
			XSetSelectionOwner(owner->display->x, owner->atoms->names[i], None,
					   owner->acquired);
		owner->owns[i] = false;
	}
	owner->text = clipboard_text_unref(owner->text);
	if (owner->display)
		XFlush(owner->display->x);
}

int selection_owner_init(struct selection_owner *owner, sd_event *event, struct display *display,
			 const struct selection_atoms *atoms, Window window)
{
	*owner = (struct selection_owner){ .display = display, .atoms = atoms, .window = window };
	return timer_add(event, TIMER_NEVER, on_timer, owner, &owner->timer);
}

void selection_owner_finish(struct selection_owner *owner)
{
	for (size_t i = 0; i < SELECTION_TRANSFERS_MAX; i++)
		if (owner->transfers[i].requestor)
			end_transfer(owner, &owner->transfers[i], true);
	selection_owner_release(owner);
	owner->timer = event_source_end(owner->timer);
}
