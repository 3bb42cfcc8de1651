/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clipboard.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "common/log.h"
#include "cut_text.h"

static void drop_text(struct clipboard *clipboard, enum clipboard_state state)
{
	clipboard->text = clipboard_text_unref(clipboard->text);
	clipboard->from_viewer = false;
	clipboard->source = NULL;
	clipboard->state = state;
}

/* ---- to the viewers ---- */

static void serve_without_text(const struct clipboard *clipboard, struct clipboard_viewer *viewer)
{
	const unsigned asks = CLIPBOARD_WANTS_STATE | CLIPBOARD_WANTS_ASKED;

	if (clipboard->state == CLIPBOARD_CLEARED)
		clipboard_viewer_clear(viewer);
	if (viewer->was_told || viewer->wants & asks)
		clipboard_viewer_notify(viewer, false);
	viewer->wants = 0;
}

static void serve_text(struct clipboard *clipboard, struct clipboard_viewer *viewer)
{
	if (viewer->wants & (CLIPBOARD_WANTS_NOTIFY | CLIPBOARD_WANTS_STATE))
		clipboard_viewer_notify(viewer, true);
	viewer->wants &= CLIPBOARD_WANTS_TEXT | CLIPBOARD_WANTS_ASKED;
	if (!viewer->wants)
		return;
	if (clipboard->state == CLIPBOARD_OFFERED) {
		clipboard->state = CLIPBOARD_FETCHING;
		clipboard->operations->fetch(clipboard->selection);
		return;
	}
	clipboard_viewer_send_text(viewer, clipboard->text);
	viewer->wants = 0;
}

void clipboard_serve(struct clipboard *clipboard, struct clipboard_viewer *viewer)
{
	if (!viewer->wants || !clipboard->operations->can_send(viewer->viewer))
		return;
	if (viewer->wants & CLIPBOARD_WANTS_CAPS)
		clipboard_viewer_send_caps(viewer, clipboard->limit);
	if (viewer->wants & CLIPBOARD_WANTS_REQUEST)
		clipboard_viewer_send_request(viewer);
	viewer->wants &= ~(unsigned)(CLIPBOARD_WANTS_CAPS | CLIPBOARD_WANTS_REQUEST);
	if (!viewer->wants)
		return;

	switch (clipboard->has_desktop ? clipboard->state : CLIPBOARD_NONE) {
	case CLIPBOARD_QUERYING:
	case CLIPBOARD_FETCHING:
		break;
	case CLIPBOARD_UNKNOWN:
		clipboard->state = CLIPBOARD_QUERYING;
		clipboard->operations->query(clipboard->selection);
		break;
	case CLIPBOARD_NONE:
	case CLIPBOARD_CLEARED:
		serve_without_text(clipboard, viewer);
		break;
	case CLIPBOARD_OFFERED:
	case CLIPBOARD_KNOWN:
		serve_text(clipboard, viewer);
		break;
	}
}

static void serve_all(struct clipboard *clipboard)
{
	for (struct clipboard_viewer *viewer = clipboard->viewers; viewer; viewer = viewer->next)
		clipboard_serve(clipboard, viewer);
}

static void announce(struct clipboard *clipboard)
{
	for (struct clipboard_viewer *viewer = clipboard->viewers; viewer; viewer = viewer->next)
		if (viewer != clipboard->source) {
			viewer->wants |= clipboard_viewer_announcement(viewer);
			viewer->was_offered = true;
		}
	serve_all(clipboard);
}

void clipboard_requested(struct clipboard_viewer *viewer, uint64_t now)
{
	if (!viewer->was_offered && !viewer->offer_due)
		viewer->offer_due = now + CLIPBOARD_OFFER_USEC;
}

uint64_t clipboard_offer(struct clipboard *clipboard, uint64_t now)
{
	bool is_text = clipboard->state != CLIPBOARD_NONE && clipboard->state != CLIPBOARD_CLEARED;
	uint64_t next = UINT64_MAX;

	for (struct clipboard_viewer *viewer = clipboard->viewers; viewer; viewer = viewer->next) {
		if (viewer->was_offered || !viewer->offer_due)
			continue;
		if (viewer->offer_due > now) {
			next = viewer->offer_due < next ? viewer->offer_due : next;
			continue;
		}
		viewer->was_offered = true;
		if (is_text)
			viewer->wants |= clipboard_viewer_offer(viewer);
	}
	serve_all(clipboard);
	return next;
}

/* ---- from the viewers ---- */

/* The viewer has no text any more, so the desktop's copy of it goes too. */
static void withdraw_text(struct clipboard *clipboard, const struct clipboard_viewer *viewer)
{
	if (!clipboard->from_viewer || clipboard->source != viewer)
		return;
	drop_text(clipboard, CLIPBOARD_CLEARED);
	if (!clipboard->has_desktop)
		return;
	clipboard->operations->disown(clipboard->selection);
	announce(clipboard);
}

/* Puts a viewer's text on the desktop. */
static void publish(struct clipboard *clipboard)
{
	clipboard->operations->own(clipboard->selection, clipboard->text);
	announce(clipboard);
}

static void take_text(struct clipboard *clipboard, struct clipboard_viewer *viewer,
		      struct clipboard_text *text)
{
	/* When they get the focus, or at once. */
	if (clipboard_viewer_sends_back(viewer, text))
		return;
	clipboard_viewer_has_copied(viewer, text);
	viewer->wants &= ~(unsigned)(CLIPBOARD_WANTS_NOTIFY | CLIPBOARD_WANTS_TEXT);
	viewer->was_told = false;
	viewer->was_offered = true;
	if (clipboard->from_viewer && clipboard_text_equal(clipboard->text, text)) {
		clipboard->source = viewer;
		return;
	}
	drop_text(clipboard, CLIPBOARD_KNOWN);
	clipboard->text = clipboard_text_ref(text);
	clipboard->from_viewer = true;
	clipboard->source = viewer;
	log_debug("viewer %s has copied %zu bytes of text", viewer->name, text->length);
	if (clipboard->has_desktop)
		publish(clipboard);
}

/* `viewer` is whose text it was; NULL: the desktop's. */
static void log_refusal(const struct clipboard *clipboard, const struct clipboard_viewer *viewer,
			int result)
{
	const char *what = viewer ? "viewer " : "the desktop", *name = viewer ? viewer->name : "";

	if (result == -EMSGSIZE)
		log_info("%s%s: clipboard text is over clipboard_limit (%zu bytes); ignoring it",
			 what, name, clipboard->limit);
	else if (result == -EILSEQ)
		log_info("%s%s: clipboard text is not UTF-8; ignoring it", what, name);
	else if (result == -ETIMEDOUT)
		log_info("%s%s: the program that copied something does not answer; ignoring it",
			 what, name);
	else if (result == -ENOMEM)
		log_warning("%s%s: out of memory for clipboard text; ignoring it", what, name);
	else
		log_debug("%s%s: no clipboard text: %s", what, name, strerror(-result));
}

static void handle_extended(struct clipboard *clipboard, struct clipboard_viewer *viewer,
			    const struct cut_text *cut_text)
{
	if (!viewer->extended)
		return;
	switch (cut_text->kind) {
	case CUT_TEXT_IS_TEXT:
		break;
	case CUT_TEXT_IS_CAPS:
		viewer->actions = cut_text->has_text ? cut_text->actions : 0;
		viewer->unasked = cut_text->text_size;
		viewer->has_caps = true;
		break;
	case CUT_TEXT_IS_REQUEST:
		if (viewer->may_get && cut_text->has_text)
			viewer->wants |= CLIPBOARD_WANTS_ASKED;
		break;
	case CUT_TEXT_IS_PEEK:
		if (viewer->may_get)
			viewer->wants |= CLIPBOARD_WANTS_STATE;
		break;
	case CUT_TEXT_IS_NOTIFY:
		if (!viewer->may_set)
			break;
		if (!cut_text->has_text)
			withdraw_text(clipboard, viewer);
		else if (viewer->actions & CUT_TEXT_REQUEST)
			viewer->wants |= CLIPBOARD_WANTS_REQUEST;
		break;
	}
	clipboard_serve(clipboard, viewer);
}

void clipboard_message(struct clipboard *clipboard, struct clipboard_viewer *viewer,
		       const uint8_t *message, size_t length)
{
	struct cut_text cut_text;

	if (!viewer->may_get && !viewer->may_set)
		return;
	int r = cut_text_decode(message, length, clipboard->limit, &viewer->charset, &cut_text);
	if (r < 0) {
		log_refusal(clipboard, viewer, r);
		return;
	}
	if (cut_text.kind != CUT_TEXT_IS_TEXT) {
		handle_extended(clipboard, viewer, &cut_text);
		return;
	}
	if (cut_text.text && viewer->may_set) {
		if (cut_text.text->length)
			take_text(clipboard, viewer, cut_text.text);
		else
			withdraw_text(clipboard, viewer);
	}
	clipboard_text_unref(cut_text.text);
}

void clipboard_encodings(struct clipboard *clipboard, struct clipboard_viewer *viewer,
			 bool extended)
{
	if (!viewer->may_get && !viewer->may_set)
		return;
	if (extended && !viewer->extended) {
		viewer->actions = CUT_TEXT_DEFAULT_ACTIONS;
		viewer->unasked = CUT_TEXT_DEFAULT_SIZE;
	}
	viewer->extended = extended;
	if (extended)
		viewer->wants |= CLIPBOARD_WANTS_CAPS;
	else
		viewer->wants &= ~(unsigned)(CLIPBOARD_WANTS_CAPS | CLIPBOARD_WANTS_REQUEST);
	clipboard_serve(clipboard, viewer);
}

/* ---- from the desktop ---- */

void clipboard_changed(struct clipboard *clipboard, bool owned)
{
	/* A text we have outlives the program it came from, as long as there are viewers. */
	if (!owned && clipboard->state == CLIPBOARD_KNOWN)
		return;
	drop_text(clipboard, owned ? CLIPBOARD_UNKNOWN : CLIPBOARD_NONE);
	announce(clipboard);
}

void clipboard_cleared(struct clipboard *clipboard)
{
	drop_text(clipboard, CLIPBOARD_CLEARED);
	announce(clipboard);
}

void clipboard_queried(struct clipboard *clipboard, int result)
{
	if (clipboard->state != CLIPBOARD_QUERYING)
		return;
	if (result < 0)
		log_refusal(clipboard, NULL, result);
	clipboard->state = result > 0 ? CLIPBOARD_OFFERED : CLIPBOARD_NONE;
	serve_all(clipboard);
}

void clipboard_fetched(struct clipboard *clipboard, int result, struct clipboard_text *text)
{
	if (clipboard->state != CLIPBOARD_FETCHING) {
		clipboard_text_unref(text);
		return;
	}
	if (result < 0)
		log_refusal(clipboard, NULL, result);
	if (text && text->length) {
		clipboard->text = text;
		clipboard->state = CLIPBOARD_KNOWN;
	} else {
		clipboard->state = text ? CLIPBOARD_CLEARED : CLIPBOARD_NONE;
		clipboard_text_unref(text);
	}
	serve_all(clipboard);
}

/* ---- start and end ---- */

void clipboard_attach(struct clipboard *clipboard, bool owned)
{
	clipboard->has_desktop = true;
	if (clipboard->from_viewer) {
		publish(clipboard);
		return;
	}
	clipboard->state = owned ? CLIPBOARD_UNKNOWN : CLIPBOARD_NONE;
	/* They are offered it as if they connected now. */
	for (struct clipboard_viewer *viewer = clipboard->viewers; viewer; viewer = viewer->next) {
		viewer->was_offered = false;
		viewer->offer_due = 0;
	}
}

void clipboard_detach(struct clipboard *clipboard)
{
	clipboard->has_desktop = false;
	drop_text(clipboard, CLIPBOARD_NONE);
	for (struct clipboard_viewer *viewer = clipboard->viewers; viewer; viewer = viewer->next)
		clipboard_viewer_forget(viewer);
}

void clipboard_init(struct clipboard *clipboard, enum clipboard_mode mode, size_t limit,
		    const struct clipboard_operations *operations, struct selection *selection)
{
	*clipboard = (struct clipboard){
		.mode = limit ? mode : CLIPBOARD_OFF,
		.limit = limit,
		.operations = operations,
		.selection = selection,
	};
	randombytes_buf(clipboard->key, sizeof(clipboard->key));
}

void clipboard_finish(struct clipboard *clipboard)
{
	drop_text(clipboard, CLIPBOARD_NONE);
	sodium_memzero(clipboard->key, sizeof(clipboard->key));
}

void clipboard_add(struct clipboard *clipboard, struct clipboard_viewer *viewer, const char *name,
		   bool view_only, void *userdata)
{
	*viewer = (struct clipboard_viewer){
		.next = clipboard->viewers,
		.viewer = userdata,
		.send = clipboard->operations->send,
		.key = clipboard->key,
		.name = name,
		.may_get = !view_only && clipboard->mode & CLIPBOARD_TO_VIEWER,
		.may_set = !view_only && clipboard->mode & CLIPBOARD_TO_DESKTOP,
	};
	clipboard->viewers = viewer;
}

void clipboard_remove(struct clipboard *clipboard, struct clipboard_viewer *viewer)
{
	struct clipboard_viewer **at = &clipboard->viewers;

	while (*at && *at != viewer)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = viewer->next;
	if (clipboard->source == viewer && !clipboard->has_desktop)
		drop_text(clipboard, CLIPBOARD_NONE);
	else if (clipboard->source == viewer)
		clipboard->source = NULL;
	sodium_memzero(viewer, sizeof(*viewer));
}
