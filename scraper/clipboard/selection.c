/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selection.h"

#include <X11/Xatom.h>

#include "common/event_source.h"
#include "common/timer.h"

enum { CLIPBOARD_INDEX, PRIMARY_INDEX };

/* ICCCM wants the server's time in each request: an empty append to a property reports it. */
static void request_time(struct selection *selection)
{
	XChangeProperty(selection->display->x, selection->window, selection->atoms.stamp, XA_STRING,
			8, PropModeAppend, (const unsigned char *)"", 0);
	XFlush(selection->display->x);
}

static void on_time(struct selection *selection, Time now)
{
	if (selection->to_own) {
		timer_stop(selection->rest);
		selection_owner_acquire(&selection->owner, selection->to_own, now);
		selection->is_ours = selection->owner.owns[CLIPBOARD_INDEX];
		selection->to_own = clipboard_text_unref(selection->to_own);
	}
	selection_requestor_set_time(&selection->requestor, now);
}

/* ---- other programs' selections ---- */

static void set_current(struct selection *selection, Atom name)
{
	selection_requestor_cancel(&selection->requestor);
	timer_stop(selection->rest);
	selection->current = name;
}

static void change(struct selection *selection, Atom name)
{
	set_current(selection, name);
	selection->callbacks->changed(selection->clipboard, name != None);
}

static int on_rest(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct selection *selection = userdata;

	(void)source;
	(void)usec;
	change(selection, selection->atoms.names[PRIMARY_INDEX]);
	return 0;
}

/*
 * Nobody owns the selection any more. A program clears CLIPBOARD on purpose, whatever came from it
 * last: password managers set PRIMARY too. PRIMARY is cleared when what was marked no longer is,
 * which takes nothing back.
 */
static void on_no_owner(struct selection *selection, const XFixesSelectionNotifyEvent *event)
{
	bool is_clipboard = event->selection == selection->atoms.names[CLIPBOARD_INDEX];
	bool was_ours = is_clipboard && selection->is_ours;

	if (is_clipboard)
		selection->is_ours = false;
	else
		timer_stop(selection->rest);
	if (is_clipboard && event->subtype == XFixesSetSelectionOwnerNotify && !selection->to_own &&
	    (was_ours || selection->current)) {
		if (was_ours)
			selection_owner_release(&selection->owner);
		set_current(selection, None);
		selection->callbacks->cleared(selection->clipboard);
	} else if (event->selection == selection->current) {
		change(selection, None);
	}
}

static void on_new_owner(struct selection *selection, const XFixesSelectionNotifyEvent *event)
{
	if (event->owner == selection->window ||
	    selection_owner_is_stale(&selection->owner, (const XEvent *)event,
				     event->selection_timestamp))
		return;
	if (!event->owner) {
		on_no_owner(selection, event);
	} else if (event->selection == selection->atoms.names[PRIMARY_INDEX]) {
		timer_start(selection->rest, SELECTION_REST_USEC);
	} else {
		/* It is later than what a viewer has just sent. */
		selection->to_own = clipboard_text_unref(selection->to_own);
		selection->is_ours = false;
		change(selection, event->selection);
	}
}

void selection_query(struct selection *selection)
{
	selection_requestor_query(&selection->requestor, selection->current);
	request_time(selection);
}

void selection_fetch(struct selection *selection)
{
	selection_requestor_fetch(&selection->requestor, selection->current);
	request_time(selection);
}

/* ---- our own ---- */

void selection_own(struct selection *selection, struct clipboard_text *text)
{
	/* What another program has copied no longer counts. */
	selection_requestor_cancel(&selection->requestor);
	selection->current = None;
	clipboard_text_ref(text);
	clipboard_text_unref(selection->to_own);
	selection->to_own = text;
	request_time(selection);
}

void selection_disown(struct selection *selection)
{
	selection->to_own = clipboard_text_unref(selection->to_own);
	selection->is_ours = false;
	selection_owner_release(&selection->owner);
}

/* ---- start, events, stop ---- */

void selection_handle(struct selection *selection, const XEvent *event)
{
	const XPropertyEvent *property = &event->xproperty;

	if (!selection->window)
		return;
	if (event->type == selection->display->fixes_event + XFixesSelectionNotify) {
		on_new_owner(selection, (const XFixesSelectionNotifyEvent *)event);
		return;
	}
	if (event->type == PropertyNotify && property->window == selection->window &&
	    property->state == PropertyNewValue && property->atom == selection->atoms.stamp)
		on_time(selection, property->time);
	selection_requestor_handle(&selection->requestor, event);
	selection_owner_handle(&selection->owner, event);
}

static void watch(struct selection *selection)
{
	const unsigned long mask = XFixesSetSelectionOwnerNotifyMask |
				   XFixesSelectionWindowDestroyNotifyMask |
				   XFixesSelectionClientCloseNotifyMask;
	Display *x = selection->display->x;

	for (int i = PRIMARY_INDEX; i >= CLIPBOARD_INDEX; i--) {
		if (i == PRIMARY_INDEX && !(selection->primary & CLIPBOARD_TO_VIEWER))
			continue;
		XFixesSelectSelectionInput(x, selection->window, selection->atoms.names[i], mask);
		/* Which of two earlier owners is newer is unknown: CLIPBOARD wins. */
		if (XGetSelectionOwner(x, selection->atoms.names[i]))
			selection->current = selection->atoms.names[i];
	}
}

static int init_sides(struct selection *selection, sd_event *event, size_t limit)
{
	int r = selection_owner_init(&selection->owner, event, selection->display,
				     &selection->atoms, selection->window);

	if (r < 0)
		return r;
	selection->owner.with_primary = selection->primary & CLIPBOARD_TO_DESKTOP;
	selection->requestor = (struct selection_requestor){
		.x = selection->display->x,
		.window = selection->window,
		.atoms = &selection->atoms,
		.limit = limit,
		.answers = selection->callbacks->answers,
		.clipboard = selection->clipboard,
	};
	return selection_requestor_init(&selection->requestor, event);
}

int selection_start(struct selection *selection, sd_event *event, struct display *display,
		    size_t limit, enum clipboard_mode primary,
		    const struct selection_callbacks *callbacks, struct clipboard *clipboard)
{
	XSetWindowAttributes attributes = {
		.override_redirect = True,
		.event_mask = PropertyChangeMask,
	};

	*selection = (struct selection){
		.display = display,
		.callbacks = callbacks,
		.clipboard = clipboard,
		.primary = primary,
	};
	int r = selection_atoms_init(display->x, &selection->atoms);
	if (r >= 0)
		r = timer_add(event, TIMER_NEVER, on_rest, selection, &selection->rest);
	if (r >= 0) {
		selection->window = XCreateWindow(display->x, display->root, -1, -1, 1, 1, 0, 0,
						  InputOnly, CopyFromParent,
						  CWOverrideRedirect | CWEventMask, &attributes);
		r = init_sides(selection, event, limit);
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
	selection_requestor_finish(&selection->requestor);
	selection->to_own = clipboard_text_unref(selection->to_own);
	selection_owner_finish(&selection->owner);
	if (selection->window)
		XDestroyWindow(selection->display->x, selection->window);
	if (selection->display)
		XFlush(selection->display->x);
	selection->window = None;
	selection->current = None;
	selection->is_ours = false;
	selection->rest = event_source_end(selection->rest);
}
