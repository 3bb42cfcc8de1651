/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clipboard.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "common/log.h"
#include "cut_text.h"

/* What a viewer waits for. */
enum {
	WANTS_NEWS = 1 << 0,	/* to be told, where that is news */
	WANTS_STATE = 1 << 1,	/* to be told in any case: it has peeked */
	WANTS_TEXT = 1 << 2,	/* the text, unasked */
	WANTS_ASKED = 1 << 3,	/* the text, as it has asked for it */
	WANTS_REQUEST = 1 << 4, /* to be asked for its own text */
};

/* ---- who has what ---- */

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
	return !memcmp(hash, viewer->hash, CLIPBOARD_HASH);
}

/* A viewer without UTF-8 would send the text back as it has got it. */
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
		log_warning("viewer %s: cannot pass a text on: %s", viewer->name,
			    strerror(-result));
}

static void send_action(const struct clipboard *clipboard, struct clipboard_viewer *viewer,
			uint32_t action, bool text)
{
	struct cut_text_message message;
	int r = cut_text_encode_action(action, text ? CUT_TEXT_FORMAT_TEXT : 0, &message);

	send_message(clipboard, viewer, r, &message);
}

static void tell(const struct clipboard *clipboard, struct clipboard_viewer *viewer, bool text)
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
	int r;

	if (!asked && viewer->has == CLIPBOARD_HAS_ITS_OWN &&
	    has_text(clipboard, viewer, clipboard->text))
		return;
	if (!asked && !classic && cut_text_provided_size(clipboard->text) > viewer->unasked) {
		tell(clipboard, viewer, true);
		return;
	}
	if (classic)
		r = cut_text_encode_classic(clipboard->text, &message);
	else
		r = cut_text_encode_provide(clipboard->text, &message);
	if (r >= 0)
		note_sent(clipboard, viewer, &message, classic);
	send_message(clipboard, viewer, r, &message);
	viewer->was_told = true;
}

/* Gives a viewer what it waits for, or sees to it that it can be given later. */
static void serve(struct clipboard *clipboard, struct clipboard_viewer *viewer)
{
	if (!viewer->wants || !clipboard->operations->is_clear(viewer->viewer))
		return;
	if (viewer->wants & WANTS_REQUEST)
		send_action(clipboard, viewer, CUT_TEXT_REQUEST, true);
	viewer->wants &= ~(unsigned)WANTS_REQUEST;
	if (!viewer->wants)
		return;

	switch (clipboard->state) {
	case CLIPBOARD_LOOKING:
	case CLIPBOARD_FETCHING:
		return;
	case CLIPBOARD_UNKNOWN:
		clipboard->state = CLIPBOARD_LOOKING;
		clipboard->operations->look(clipboard->userdata);
		return;
	case CLIPBOARD_NONE:
		if (viewer->was_told || viewer->wants & (WANTS_STATE | WANTS_ASKED))
			tell(clipboard, viewer, false);
		viewer->wants = 0;
		return;
	case CLIPBOARD_OFFERED:
	case CLIPBOARD_KNOWN:
		break;
	}
	if (viewer->wants & (WANTS_NEWS | WANTS_STATE))
		tell(clipboard, viewer, true);
	viewer->wants &= WANTS_TEXT | WANTS_ASKED;
	if (!viewer->wants)
		return;
	if (clipboard->state == CLIPBOARD_OFFERED) {
		clipboard->state = CLIPBOARD_FETCHING;
		clipboard->operations->fetch(clipboard->userdata);
		return;
	}
	send_text(clipboard, viewer);
	viewer->wants = 0;
}

static void serve_all(struct clipboard *clipboard)
{
	for (struct clipboard_viewer *viewer = clipboard->viewers; viewer; viewer = viewer->next)
		serve(clipboard, viewer);
}

/* How a viewer learns of a new text: it is told, or gets it. */
static unsigned news_for(const struct clipboard_viewer *viewer)
{
	if (!viewer->may_get)
		return 0;
	if (!viewer->extended)
		return WANTS_TEXT;
	if (viewer->actions & CUT_TEXT_PROVIDE && viewer->unasked)
		return WANTS_TEXT;
	return viewer->actions & CUT_TEXT_NOTIFY ? WANTS_NEWS : WANTS_TEXT;
}

static void spread_news(struct clipboard *clipboard)
{
	for (struct clipboard_viewer *viewer = clipboard->viewers; viewer; viewer = viewer->next)
		if (viewer != clipboard->source)
			viewer->wants |= news_for(viewer);
	serve_all(clipboard);
}

/* ---- from the viewers ---- */

/* It has no text any more: what the desktop has of it goes, too. */
static void take_back(struct clipboard *clipboard, const struct clipboard_viewer *viewer)
{
	if (!clipboard->from_viewer || clipboard->source != viewer)
		return;
	drop_text(clipboard, CLIPBOARD_NONE);
	clipboard->operations->give_up(clipboard->userdata);
	spread_news(clipboard);
}

static void take_text(struct clipboard *clipboard, struct clipboard_viewer *viewer,
		      struct clipboard_text *text)
{
	/* What we sent comes back when its user returns to the viewer: that is no news. */
	if (viewer->has == CLIPBOARD_HAS_OURS && has_text(clipboard, viewer, text))
		return;
	viewer->has = CLIPBOARD_HAS_ITS_OWN;
	hash_text(clipboard, text, viewer->hash);
	viewer->wants &= ~(unsigned)(WANTS_NEWS | WANTS_TEXT);
	viewer->was_told = false;
	if (clipboard->from_viewer && clipboard_text_equal(clipboard->text, text))
		return;
	drop_text(clipboard, CLIPBOARD_KNOWN);
	clipboard->text = clipboard_text_ref(text);
	clipboard->from_viewer = true;
	clipboard->source = viewer;
	log_debug("viewer %s has copied %zu bytes", viewer->name, text->length);
	clipboard->operations->own(text, clipboard->userdata);
	spread_news(clipboard);
}

static void log_refusal(const struct clipboard *clipboard, const char *whose, int result)
{
	if (result == -EMSGSIZE)
		log_info("%s: a text of more than clipboard_limit, %zu bytes, is not passed on",
			 whose, clipboard->limit);
	else if (result == -EILSEQ)
		log_info("%s: a text that is not UTF-8 is not passed on", whose);
	else if (result == -ETIMEDOUT)
		log_info("%s: the program that has copied something does not answer; ignoring it",
			 whose);
	else if (result == -ENOMEM)
		log_warning("%s: a text is not passed on: %s", whose, strerror(-result));
	else
		log_debug("%s: no text to pass on: %s", whose, strerror(-result));
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
			take_back(clipboard, viewer);
		else if (viewer->actions & CUT_TEXT_REQUEST)
			viewer->wants |= WANTS_REQUEST;
		break;
	}
	serve(clipboard, viewer);
}

void clipboard_message(struct clipboard *clipboard, struct clipboard_viewer *viewer,
		       const uint8_t *message, size_t length)
{
	struct cut_text cut_text;

	if (!viewer->may_get && !viewer->may_set)
		return;
	int r = cut_text_decode(message, length, clipboard->limit, &cut_text);
	if (r < 0) {
		log_refusal(clipboard, viewer->name, r);
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
			take_back(clipboard, viewer);
	}
	clipboard_text_unref(cut_text.text);
}

/* What we can do, as far as this viewer is concerned. */
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
	/* Caps that are still under way need no repeating. */
	if (extended && clipboard->operations->is_clear(viewer->viewer))
		send_caps(clipboard, viewer);
	serve(clipboard, viewer);
}

void clipboard_sent(struct clipboard *clipboard, struct clipboard_viewer *viewer)
{
	serve(clipboard, viewer);
}

/* ---- from the desktop ---- */

void clipboard_changed(struct clipboard *clipboard, bool owned)
{
	/* A text that we have outlives the program that it is from, as long as there are viewers.
	 */
	if (!owned && clipboard->state == CLIPBOARD_KNOWN)
		return;
	drop_text(clipboard, owned ? CLIPBOARD_UNKNOWN : CLIPBOARD_NONE);
	spread_news(clipboard);
}

void clipboard_offers(struct clipboard *clipboard, int result)
{
	if (clipboard->state != CLIPBOARD_LOOKING)
		return;
	if (result < 0)
		log_refusal(clipboard, "the desktop", result);
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
		log_refusal(clipboard, "the desktop", result);
	else if (!text->length)
		text = clipboard_text_unref(text);
	clipboard->text = text;
	clipboard->state = text ? CLIPBOARD_KNOWN : CLIPBOARD_NONE;
	serve_all(clipboard);
}

/* ---- from beginning to end ---- */

void clipboard_init(struct clipboard *clipboard, enum clipboard_mode mode, size_t limit,
		    const struct clipboard_operations *operations, void *userdata)
{
	*clipboard = (struct clipboard){
		.mode = limit ? mode : CLIPBOARD_OFF,
		.limit = limit,
		.operations = operations,
		.userdata = userdata,
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
