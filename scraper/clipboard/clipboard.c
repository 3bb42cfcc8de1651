/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clipboard.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "common/log.h"
#include "cut_text.h"

/* Bits of clipboard_viewer.wants: replies this viewer is owed. */
enum {
	WANTS_NOTIFY = 1 << 0,	/* a notify, if that tells it something new */
	WANTS_STATE = 1 << 1,	/* a notify in any case: it has sent a peek */
	WANTS_TEXT = 1 << 2,	/* the text, unasked */
	WANTS_ASKED = 1 << 3,	/* the text, as it has requested it */
	WANTS_REQUEST = 1 << 4, /* a request for its own text */
};

/* ---- texts that both sides have ---- */

static void hash_text(const struct clipboard *clipboard, const struct clipboard_text *text,
		      uint8_t ret_hash[CLIPBOARD_HASH])
{
	crypto_generichash(ret_hash, CLIPBOARD_HASH, (const uint8_t *)text->bytes, text->length,
			   clipboard->key, CLIPBOARD_KEY);
}

static bool has_text(const struct clipboard *clipboard, const struct clipboard_viewer *viewer,
		     const struct clipboard_text *text)
{
	uint8_t hash[CLIPBOARD_HASH];

	hash_text(clipboard, text, hash);
	return memcmp(hash, viewer->hash, CLIPBOARD_HASH) == 0;
}

/* A viewer without UTF-8 would send the text back as it got it, with characters replaced. */
static void note_sent(const struct clipboard *clipboard, struct clipboard_viewer *viewer,
		      const struct cut_text_message *message, bool classic)
{
	struct clipboard_text *seen = NULL;

	viewer->has = CLIPBOARD_HAS_OURS;
	if (classic && clipboard_text_from_latin1(message->bytes + 8, message->length - 8, SIZE_MAX,
						  &seen) < 0)
		viewer->has = CLIPBOARD_HAS_NONE;
	hash_text(clipboard, seen ? seen : clipboard->text, viewer->hash);
	clipboard_text_unref(seen);
}

static void drop_text(struct clipboard *clipboard, enum clipboard_state state)
{
	clipboard->text = clipboard_text_unref(clipboard->text);
	clipboard->from_viewer = false;
	clipboard->source = NULL;
	clipboard->state = state;
}

/* ---- to the viewers ---- */

static void send_message(const struct clipboard *clipboard, struct clipboard_viewer *viewer,
			 int result, struct cut_text_message *message)
{
	if (result >= 0) {
		result = clipboard->operations->send(viewer->viewer, message->bytes,
						     message->length);
		cut_text_message_free(message);
	}
	if (result < 0)
		log_warning("viewer %s: cannot send clipboard text: %s", viewer->name,
			    strerror(-result));
}

static void send_action(const struct clipboard *clipboard, struct clipboard_viewer *viewer,
			uint32_t action, bool text)
{
	struct cut_text_message message;
	int r = cut_text_encode_action(action, text ? CUT_TEXT_FORMAT_TEXT : 0, &message);

	send_message(clipboard, viewer, r, &message);
}

static void send_notify(const struct clipboard *clipboard, struct clipboard_viewer *viewer,
			bool text)
{
	if (viewer->extended && viewer->actions & CUT_TEXT_NOTIFY)
		send_action(clipboard, viewer, CUT_TEXT_NOTIFY, text);
	viewer->was_told = text;
}

static void send_text(const struct clipboard *clipboard, struct clipboard_viewer *viewer)
{
	bool asked = viewer->wants & WANTS_ASKED;
	bool classic = !viewer->extended || !(viewer->actions & CUT_TEXT_PROVIDE);
	struct cut_text_message message;

	if (!asked && viewer->has == CLIPBOARD_HAS_ITS_OWN &&
	    has_text(clipboard, viewer, clipboard->text))
		return;
	if (!asked && !classic && cut_text_provided_size(clipboard->text) > viewer->unasked) {
		send_notify(clipboard, viewer, true);
		return;
	}
	int r = classic ? cut_text_encode_classic(clipboard->text, &message)
			: cut_text_encode_provide(clipboard->text, &message);
	if (r >= 0)
		note_sent(clipboard, viewer, &message, classic);
	send_message(clipboard, viewer, r, &message);
	viewer->was_told = true;
}

void clipboard_serve(struct clipboard *clipboard, struct clipboard_viewer *viewer)
{
	if (!viewer->wants || !clipboard->operations->can_send(viewer->viewer))
		return;
	if (viewer->wants & WANTS_REQUEST)
		send_action(clipboard, viewer, CUT_TEXT_REQUEST, true);
	viewer->wants &= ~(unsigned)WANTS_REQUEST;
	if (!viewer->wants)
		return;

	switch (clipboard->state) {
	case CLIPBOARD_QUERYING:
	case CLIPBOARD_FETCHING:
		return;
	case CLIPBOARD_UNKNOWN:
		clipboard->state = CLIPBOARD_QUERYING;
		clipboard->operations->query(clipboard->selection);
		return;
	case CLIPBOARD_NONE:
		if (viewer->was_told || viewer->wants & (WANTS_STATE | WANTS_ASKED))
			send_notify(clipboard, viewer, false);
		viewer->wants = 0;
		return;
	case CLIPBOARD_OFFERED:
	case CLIPBOARD_KNOWN:
		break;
	}
	if (viewer->wants & (WANTS_NOTIFY | WANTS_STATE))
		send_notify(clipboard, viewer, true);
	viewer->wants &= WANTS_TEXT | WANTS_ASKED;
	if (!viewer->wants)
		return;
	if (clipboard->state == CLIPBOARD_OFFERED) {
		clipboard->state = CLIPBOARD_FETCHING;
		clipboard->operations->fetch(clipboard->selection);
		return;
	}
	send_text(clipboard, viewer);
	viewer->wants = 0;
}

static void serve_all(struct clipboard *clipboard)
{
	for (struct clipboard_viewer *viewer = clipboard->viewers; viewer; viewer = viewer->next)
		clipboard_serve(clipboard, viewer);
}

/* How a viewer learns of a new text: by a notify, or by the text itself. */
static unsigned announcement_for(const struct clipboard_viewer *viewer)
{
	if (!viewer->may_get)
		return 0;
	if (!viewer->extended || (viewer->actions & CUT_TEXT_PROVIDE && viewer->unasked))
		return WANTS_TEXT;
	return viewer->actions & CUT_TEXT_NOTIFY ? WANTS_NOTIFY : WANTS_TEXT;
}

static void announce(struct clipboard *clipboard)
{
	for (struct clipboard_viewer *viewer = clipboard->viewers; viewer; viewer = viewer->next)
		if (viewer != clipboard->source)
			viewer->wants |= announcement_for(viewer);
	serve_all(clipboard);
}

/* ---- from the viewers ---- */

/* The viewer has no text any more, so the desktop's copy of it goes too. */
static void withdraw_text(struct clipboard *clipboard, const struct clipboard_viewer *viewer)
{
	if (!clipboard->from_viewer || clipboard->source != viewer)
		return;
	drop_text(clipboard, CLIPBOARD_NONE);
	clipboard->operations->disown(clipboard->selection);
	announce(clipboard);
}

static void take_text(struct clipboard *clipboard, struct clipboard_viewer *viewer,
		      struct clipboard_text *text)
{
	/* Viewers send our own text back when they get the focus: that is not new. */
	if (viewer->has == CLIPBOARD_HAS_OURS && has_text(clipboard, viewer, text))
		return;
	viewer->has = CLIPBOARD_HAS_ITS_OWN;
	hash_text(clipboard, text, viewer->hash);
	viewer->wants &= ~(unsigned)(WANTS_NOTIFY | WANTS_TEXT);
	viewer->was_told = false;
	if (clipboard->from_viewer && clipboard_text_equal(clipboard->text, text))
		return;
	drop_text(clipboard, CLIPBOARD_KNOWN);
	clipboard->text = clipboard_text_ref(text);
	clipboard->from_viewer = true;
	clipboard->source = viewer;
	log_debug("viewer %s has copied %zu bytes of text", viewer->name, text->length);
	clipboard->operations->own(clipboard->selection, text);
	announce(clipboard);
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
		break;
	case CUT_TEXT_IS_REQUEST:
		if (viewer->may_get && cut_text->has_text)
			viewer->wants |= WANTS_ASKED;
		break;
	case CUT_TEXT_IS_PEEK:
		if (viewer->may_get)
			viewer->wants |= WANTS_STATE;
		break;
	case CUT_TEXT_IS_NOTIFY:
		if (!viewer->may_set)
			break;
		if (!cut_text->has_text)
			withdraw_text(clipboard, viewer);
		else if (viewer->actions & CUT_TEXT_REQUEST)
			viewer->wants |= WANTS_REQUEST;
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
	int r = cut_text_decode(message, length, clipboard->limit, &cut_text);
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

/* The actions this viewer may use. */
static void send_caps(const struct clipboard *clipboard, struct clipboard_viewer *viewer)
{
	uint32_t actions = 0, unasked = viewer->may_set ? (uint32_t)clipboard->limit : 0;
	struct cut_text_message message;

	if (viewer->may_get)
		actions |= CUT_TEXT_REQUEST | CUT_TEXT_PEEK;
	if (viewer->may_set)
		actions |= CUT_TEXT_NOTIFY | CUT_TEXT_PROVIDE;
	int r = cut_text_encode_caps(actions, unasked, &message);
	send_message(clipboard, viewer, r, &message);
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
	/* While caps are still unsent, they need no repeating. */
	if (extended && clipboard->operations->can_send(viewer->viewer))
		send_caps(clipboard, viewer);
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
	else if (!text->length)
		text = clipboard_text_unref(text);
	clipboard->text = text;
	clipboard->state = text ? CLIPBOARD_KNOWN : CLIPBOARD_NONE;
	serve_all(clipboard);
}

/* ---- start and end ---- */

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
	if (clipboard->source == viewer)
		clipboard->source = NULL;
	sodium_memzero(viewer, sizeof(*viewer));
}
