/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One viewer's side of the clipboard: what it understands, what it has and is owed, and the
 * messages to it. Which text goes where is decided in clipboard.h. No I/O of its own; a message
 * that cannot be sent is logged.
 */
#ifndef GPUDESK_CLIPBOARD_VIEWER_H
#define GPUDESK_CLIPBOARD_VIEWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clipboard_text.h"
#include "text_charset.h"

enum { CLIPBOARD_HASH = 16, CLIPBOARD_KEY = 32 }; /* bytes */

/* Sends a whole ServerCutText message. Returns 0 or -errno. */
typedef int (*clipboard_send_fn)(void *viewer, const uint8_t *message, size_t length);

/* Bits of clipboard_viewer.wants: what this viewer is owed. */
enum {
	CLIPBOARD_WANTS_CAPS = 1 << 0,	  /* our caps */
	CLIPBOARD_WANTS_REQUEST = 1 << 1, /* a request for its own text */
	CLIPBOARD_WANTS_NOTIFY = 1 << 2,  /* a notify, if that tells it something new */
	CLIPBOARD_WANTS_STATE = 1 << 3,	  /* a notify in any case: it has sent a peek */
	CLIPBOARD_WANTS_TEXT = 1 << 4,	  /* the text, unasked */
	CLIPBOARD_WANTS_ASKED = 1 << 5,	  /* the text, as it has requested it */
};

struct clipboard_viewer {
	struct clipboard_viewer *next;
	void *viewer; /* for `send` */
	clipboard_send_fn send;
	const uint8_t *key; /* of hashes: CLIPBOARD_KEY bytes, not owned */
	const char *name;   /* for the log; not owned */
	bool may_get, may_set;
	bool extended;
	bool has_caps;		   /* it has sent its own */
	uint32_t actions;	   /* of its caps: what it understands */
	uint32_t unasked;	   /* of its caps: bytes it takes unasked */
	enum text_charset charset; /* that it writes in */
	unsigned wants;
	bool was_told;	    /* that there is a text */
	uint64_t offer_due; /* µs: when to offer what was copied before; 0: not known, or done */
	bool was_offered;   /* that, or there is something newer */
	/* The last text both sides have: from the viewer, or ours to it. */
	enum { CLIPBOARD_HAS_NONE, CLIPBOARD_HAS_OURS, CLIPBOARD_HAS_ITS_OWN } has;
	uint8_t hash[CLIPBOARD_HASH];	    /* of that text */
	uint8_t ascii_hash[CLIPBOARD_HASH]; /* of ours, as clipboard_text_to_ascii() has it */
};

/* Whether `hash` is that text's. */
bool clipboard_viewer_has(const struct clipboard_viewer *viewer, const struct clipboard_text *text);

/* Whether that is our text, as this viewer may send it back, which is not new. */
bool clipboard_viewer_sends_back(const struct clipboard_viewer *viewer,
				 const struct clipboard_text *text);

/* It has sent that text. */
void clipboard_viewer_has_copied(struct clipboard_viewer *viewer,
				 const struct clipboard_text *text);

/* The desktop is gone: what of it the viewer has, and is owed, counts no longer. */
void clipboard_viewer_forget(struct clipboard_viewer *viewer);

/* How it learns of a new text: CLIPBOARD_WANTS_NOTIFY, or CLIPBOARD_WANTS_TEXT. */
unsigned clipboard_viewer_announcement(const struct clipboard_viewer *viewer);

/* As above for a text from before it connected, which is not to push out the viewer's own. */
unsigned clipboard_viewer_offer(const struct clipboard_viewer *viewer);

/* The actions that this viewer may use, and that we take `limit` bytes unasked. */
void clipboard_viewer_send_caps(const struct clipboard_viewer *viewer, size_t limit);

void clipboard_viewer_send_request(const struct clipboard_viewer *viewer);

/* Whether there is a text; only noted for a viewer that takes no notify. */
void clipboard_viewer_notify(struct clipboard_viewer *viewer, bool text);

/*
 * The text was cleared: one that can only be told by an empty text gets that, if it has ours. The
 * others are to be notified.
 */
void clipboard_viewer_clear(struct clipboard_viewer *viewer);

/* Sends the text, or a notify if it is too long to be sent unasked, or nothing if the text is its.
 */
void clipboard_viewer_send_text(struct clipboard_viewer *viewer, struct clipboard_text *text);

#endif
