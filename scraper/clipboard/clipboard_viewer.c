/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clipboard_viewer.h"

#include <sodium.h>
#include <string.h>

#include "common/log.h"
#include "cut_text.h"

/* ---- texts that both sides have ---- */

static void hash_text(const struct clipboard_viewer *viewer, const struct clipboard_text *text,
		      uint8_t ret_hash[CLIPBOARD_HASH])
{
	crypto_generichash(ret_hash, CLIPBOARD_HASH, (const uint8_t *)text->bytes, text->length,
			   viewer->key, CLIPBOARD_KEY);
}

bool clipboard_viewer_has(const struct clipboard_viewer *viewer, const struct clipboard_text *text)
{
	uint8_t hash[CLIPBOARD_HASH];

	hash_text(viewer, text, hash);
	return memcmp(hash, viewer->hash, CLIPBOARD_HASH) == 0;
}

bool clipboard_viewer_sends_back(const struct clipboard_viewer *viewer,
				 const struct clipboard_text *text)
{
	uint8_t hash[CLIPBOARD_HASH];

	if (viewer->has != CLIPBOARD_HAS_OURS)
		return false;
	hash_text(viewer, text, hash);
	return memcmp(hash, viewer->hash, CLIPBOARD_HASH) == 0 ||
	       memcmp(hash, viewer->ascii_hash, CLIPBOARD_HASH) == 0;
}

void clipboard_viewer_has_copied(struct clipboard_viewer *viewer, const struct clipboard_text *text)
{
	viewer->has = CLIPBOARD_HAS_ITS_OWN;
	hash_text(viewer, text, viewer->hash);
}

void clipboard_viewer_forget(struct clipboard_viewer *viewer)
{
	viewer->wants &= CLIPBOARD_WANTS_CAPS | CLIPBOARD_WANTS_REQUEST;
	viewer->was_told = false;
	viewer->has = CLIPBOARD_HAS_NONE;
	sodium_memzero(viewer->hash, sizeof(viewer->hash));
	sodium_memzero(viewer->ascii_hash, sizeof(viewer->ascii_hash));
}

/*
 * A viewer without UTF-8 would send the text back as it got it, with characters replaced. mRemoteNG
 * reads Latin-1 as UTF-8, and sends ASCII.
 */
static void note_sent(struct clipboard_viewer *viewer, const struct clipboard_text *text,
		      const struct cut_text_message *message, bool latin1)
{
	struct clipboard_text *seen = NULL, *ascii = NULL;

	viewer->has = CLIPBOARD_HAS_OURS;
	if (latin1 && (clipboard_text_from_latin1(message->bytes + 8, message->length - 8, SIZE_MAX,
						  &seen) < 0 ||
		       clipboard_text_to_ascii(seen, &ascii) < 0))
		viewer->has = CLIPBOARD_HAS_NONE;
	hash_text(viewer, seen ? seen : text, viewer->hash);
	hash_text(viewer, ascii ? ascii : text, viewer->ascii_hash);
	clipboard_text_unref(seen);
	clipboard_text_unref(ascii);
}

/* ---- what suits it ---- */

static bool takes_notify(const struct clipboard_viewer *viewer)
{
	return viewer->extended && viewer->actions & CUT_TEXT_NOTIFY;
}

static bool takes_provide(const struct clipboard_viewer *viewer)
{
	return viewer->extended && viewer->actions & CUT_TEXT_PROVIDE;
}

/*
 * An extended viewer that says nothing about itself is built on libvncclient: it ignores every
 * notify, and passes a text's bytes on as they are, in guacd to the browser.
 */
static bool is_mute(const struct clipboard_viewer *viewer)
{
	return viewer->extended && !viewer->has_caps;
}

unsigned clipboard_viewer_announcement(const struct clipboard_viewer *viewer)
{
	if (!viewer->may_get)
		return 0;
	if (!viewer->extended || (takes_provide(viewer) && viewer->unasked))
		return CLIPBOARD_WANTS_TEXT;
	return takes_notify(viewer) ? CLIPBOARD_WANTS_NOTIFY : CLIPBOARD_WANTS_TEXT;
}

unsigned clipboard_viewer_offer(const struct clipboard_viewer *viewer)
{
	if (!viewer->may_get)
		return 0;
	return takes_notify(viewer) && !is_mute(viewer) ? CLIPBOARD_WANTS_NOTIFY
							: CLIPBOARD_WANTS_TEXT;
}

/* ---- messages ---- */

/* Sends the message that was made with `result`, and frees it. */
static void send_message(const struct clipboard_viewer *viewer, int result,
			 struct cut_text_message *message)
{
	if (result >= 0) {
		result = viewer->send(viewer->viewer, message->bytes, message->length);
		cut_text_message_free(message);
	}
	if (result < 0)
		log_warning("viewer %s: cannot send clipboard text: %s", viewer->name,
			    strerror(-result));
}

void clipboard_viewer_send_caps(const struct clipboard_viewer *viewer, size_t limit)
{
	uint32_t actions = 0, unasked = viewer->may_set ? (uint32_t)limit : 0;
	struct cut_text_message message;

	if (viewer->may_get)
		actions |= CUT_TEXT_REQUEST | CUT_TEXT_PEEK;
	if (viewer->may_set)
		actions |= CUT_TEXT_NOTIFY | CUT_TEXT_PROVIDE;
	int r = cut_text_encode_caps(actions, unasked, &message);
	send_message(viewer, r, &message);
}

static void send_action(const struct clipboard_viewer *viewer, uint32_t action, bool text)
{
	struct cut_text_message message;
	int r = cut_text_encode_action(action, text ? CUT_TEXT_FORMAT_TEXT : 0, &message);

	send_message(viewer, r, &message);
}

void clipboard_viewer_send_request(const struct clipboard_viewer *viewer)
{
	send_action(viewer, CUT_TEXT_REQUEST, true);
}

void clipboard_viewer_notify(struct clipboard_viewer *viewer, bool text)
{
	if (takes_notify(viewer))
		send_action(viewer, CUT_TEXT_NOTIFY, text);
	viewer->was_told = text;
}

void clipboard_viewer_clear(struct clipboard_viewer *viewer)
{
	static const struct clipboard_text empty;
	struct cut_text_message message;

	if (takes_notify(viewer) && !is_mute(viewer))
		return;
	if (viewer->has == CLIPBOARD_HAS_OURS) {
		int r = cut_text_encode_classic(&empty, (struct cut_text_form){ 0 }, &message);

		send_message(viewer, r, &message);
		viewer->has = CLIPBOARD_HAS_NONE;
	}
	viewer->was_told = false;
}

void clipboard_viewer_send_text(struct clipboard_viewer *viewer, struct clipboard_text *text)
{
	bool asked = viewer->wants & CLIPBOARD_WANTS_ASKED, classic = !takes_provide(viewer);
	struct cut_text_form form = { .charset = viewer->charset,
				      .bare = is_mute(viewer) && !asked };
	struct cut_text_message message;

	if (!asked && viewer->has == CLIPBOARD_HAS_ITS_OWN && clipboard_viewer_has(viewer, text))
		return;
	if (!asked && !classic && cut_text_provided_size(text, form) > viewer->unasked) {
		clipboard_viewer_notify(viewer, true);
		return;
	}
	int r = classic ? cut_text_encode_classic(text, form, &message)
			: cut_text_encode_provide(text, form, &message);
	if (r >= 0)
		note_sent(viewer, text, &message, classic && !text_charset_is_utf8(form.charset));
	send_message(viewer, r, &message);
	viewer->was_told = true;
}
