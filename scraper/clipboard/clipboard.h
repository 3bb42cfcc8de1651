/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which text goes where: between the desktop, of which this knows two calls, and the viewers, of
 * which it knows messages. No I/O of its own.
 *
 * 1. What was copied last counts, on the desktop or by a viewer; a viewer's text reaches the other
 *    viewers, too, and never comes back to its own.
 * 2. A text is fetched from the desktop only when a viewer wants it: one with the Extended
 * Clipboard asks, or has said how much it takes unasked; one without cannot ask and gets it at
 * once.
 * 3. What was on the desktop before a viewer came is not pushed at it (it would overwrite what its
 *    user has just copied to paste here), but is there to be asked for.
 * 4. A viewer that may only look neither gets nor sets texts: what is copied, a password say,
 *    need not be on the screen.
 * 5. Of each viewer at most one text is under way.
 */
#ifndef GPUDESK_CLIPBOARD_H
#define GPUDESK_CLIPBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clipboard_text.h"
#include "common/config.h"

enum { CLIPBOARD_HASH = 16, CLIPBOARD_KEY = 32 }; /* bytes */

struct clipboard_operations {
	/* Sends a whole ServerCutText message. Returns 0 or -errno. */
	int (*send)(void *viewer, const uint8_t *message, size_t length);
	/* Whether all that was sent has been written; else clipboard_sent is called when it has. */
	bool (*is_clear)(const void *viewer);
	/* Answered later by clipboard_offers and clipboard_fetched. */
	void (*look)(void *userdata);
	void (*fetch)(void *userdata);
	/* Puts a text (counted) on the desktop, or takes it away. */
	void (*own)(struct clipboard_text *text, void *userdata);
	void (*give_up)(void *userdata);
};

/* What is known of the text that counts. */
enum clipboard_state {
	CLIPBOARD_NONE,
	CLIPBOARD_UNKNOWN, /* the desktop has something */
	CLIPBOARD_LOOKING,
	CLIPBOARD_OFFERED, /* the desktop has a text */
	CLIPBOARD_FETCHING,
	CLIPBOARD_KNOWN,
};

struct clipboard_viewer {
	struct clipboard_viewer *next;
	void *viewer;
	const char *name; /* for the log; not owned */
	bool may_get, may_set;
	bool extended;
	uint32_t actions, unasked; /* its caps: what it understands, bytes that it takes unasked */
	unsigned wants;		   /* bits, see clipboard.c */
	bool was_told;		   /* that there is a text */
	/* The last text that both sides have: from the viewer, or ours to it. Empty: none. */
	enum { CLIPBOARD_HAS_NONE, CLIPBOARD_HAS_OURS, CLIPBOARD_HAS_ITS_OWN } has;
	uint8_t hash[CLIPBOARD_HASH];
};

struct clipboard {
	enum clipboard_mode mode;
	size_t limit; /* bytes of a text */
	const struct clipboard_operations *operations;
	void *userdata;
	enum clipboard_state state;
	struct clipboard_text *text;	       /* while KNOWN */
	bool from_viewer;		       /* it is, and the desktop has it from us */
	const struct clipboard_viewer *source; /* NULL: has left, or it is the desktop's */
	uint8_t key[CLIPBOARD_KEY];
	struct clipboard_viewer *viewers;
};

/* A limit of 0 is as good as CLIPBOARD_OFF. */
void clipboard_init(struct clipboard *clipboard, enum clipboard_mode mode, size_t limit,
		    const struct clipboard_operations *operations, void *userdata);

/* Wipes what is known. All viewers have been removed. One of all zero is fine. */
void clipboard_finish(struct clipboard *clipboard);

/* `name` must last as long as the viewer, which is linked until clipboard_remove. */
void clipboard_add(struct clipboard *clipboard, struct clipboard_viewer *viewer, const char *name,
		   bool view_only, void *userdata);

/* Once more is fine. */
void clipboard_remove(struct clipboard *clipboard, struct clipboard_viewer *viewer);

/* It has sent SetEncodings, with or without the Extended Clipboard. */
void clipboard_encodings(struct clipboard *clipboard, struct clipboard_viewer *viewer,
			 bool extended);

/* It has sent a whole ClientCutText. */
void clipboard_message(struct clipboard *clipboard, struct clipboard_viewer *viewer,
		       const uint8_t *message, size_t length);

/* What was sent to it has been written. */
void clipboard_sent(struct clipboard *clipboard, struct clipboard_viewer *viewer);

/* Somebody on the desktop has copied something or, not `owned`, it is gone. */
void clipboard_changed(struct clipboard *clipboard, bool owned);

/* The answer to look: 1 for a text, 0 for none, or -errno. */
void clipboard_offers(struct clipboard *clipboard, int result);

/* The answer to fetch: 0 and the text, now the clipboard's, or -errno and NULL. */
void clipboard_fetched(struct clipboard *clipboard, int result, struct clipboard_text *text);

#endif
