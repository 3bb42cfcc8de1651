/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which clipboard text goes where, between the desktop and the viewers. No I/O of its own.
 *
 * 1. The last text copied counts, on the desktop or by a viewer. A viewer's text reaches the other
 *    viewers too, and is never sent back to that viewer.
 * 2. A text is fetched from the desktop only when a viewer needs it: one with the Extended
 *    Clipboard requests it, or has said how much it takes unasked; one without cannot ask and gets
 *    it at once.
 * 3. What was copied before a viewer connected is offered to it once, a moment later, if nothing
 *    newer has come: by a notify if it understands that, else as the text itself.
 * 4. A text that its owner clears is forgotten at once, and the viewers are told: those that take
 * no notify get an empty text. The text of a program that has merely ended stays, if it was
 * fetched.
 * 5. A view-only viewer neither gets nor sets clipboard text: what is copied, a password say, need
 *    not be on the screen.
 * 6. At most one text is on its way to each viewer.
 * 7. A viewer without the Extended Clipboard gets text in the charset that it writes in.
 * 8. While there is no desktop, the last text that a viewer has copied is kept for it, and goes
 *    nowhere else before. It is forgotten if that viewer leaves first. What was copied while there
 *    is a desktop ends with that.
 */
#ifndef GPUDESK_CLIPBOARD_H
#define GPUDESK_CLIPBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clipboard_text.h"
#include "clipboard_viewer.h"
#include "common/config.h"

/*
 * How long after its first request for an update a viewer is offered what was copied before. By
 * then it has said what it understands, and its user's own text has come, which is newer. guacd up
 * to 1.5 passes nothing on to the browser in the first quarter of a second.
 */
#define CLIPBOARD_OFFER_USEC UINT64_C(1000000)

struct selection;

struct clipboard_operations {
	clipboard_send_fn send;
	/* Whether all that was sent is written; if not, clipboard_serve is called once it is. */
	bool (*can_send)(const void *viewer);
	/* Answered later by clipboard_queried and clipboard_fetched. */
	void (*query)(struct selection *selection);
	void (*fetch)(struct selection *selection);
	/* Puts a text (counted) on the desktop, or removes it. */
	void (*own)(struct selection *selection, struct clipboard_text *text);
	void (*disown)(struct selection *selection);
};

/* What is known of the last text copied. */
enum clipboard_state {
	CLIPBOARD_NONE,
	CLIPBOARD_CLEARED, /* by whoever had copied it, or replaced by an empty text */
	CLIPBOARD_UNKNOWN, /* the desktop has something */
	CLIPBOARD_QUERYING,
	CLIPBOARD_OFFERED, /* the desktop has text */
	CLIPBOARD_FETCHING,
	CLIPBOARD_KNOWN,
};

struct clipboard {
	enum clipboard_mode mode;
	size_t limit; /* bytes of a text */
	const struct clipboard_operations *operations;
	struct selection *selection; /* for `operations`; not owned */
	bool has_desktop;	     /* if not, only `send` and `can_send` are called */
	enum clipboard_state state;
	struct clipboard_text *text;	       /* while KNOWN */
	bool from_viewer;		       /* `text` is; a desktop has it from us */
	const struct clipboard_viewer *source; /* NULL: disconnected, or the desktop */
	uint8_t key[CLIPBOARD_KEY];
	struct clipboard_viewer *viewers;
};

/* Without a desktop. A limit of 0 is as good as CLIPBOARD_OFF. */
void clipboard_init(struct clipboard *clipboard, enum clipboard_mode mode, size_t limit,
		    const struct clipboard_operations *operations, struct selection *selection);

/* Wipes what is known. All viewers have been removed. One of all zero is fine. */
void clipboard_finish(struct clipboard *clipboard);

/* There is a desktop from now on. `owned`: a program there has copied something before. */
void clipboard_attach(struct clipboard *clipboard, bool owned);

/* There is none any longer: wipes its text, and what viewers had copied. */
void clipboard_detach(struct clipboard *clipboard);

/* `name` must last as long as the viewer, which is linked until clipboard_remove. */
void clipboard_add(struct clipboard *clipboard, struct clipboard_viewer *viewer, const char *name,
		   bool view_only, void *userdata);

/* Does nothing if it was removed before. */
void clipboard_remove(struct clipboard *clipboard, struct clipboard_viewer *viewer);

/* The viewer has sent SetEncodings, with or without the Extended Clipboard. */
void clipboard_encodings(struct clipboard *clipboard, struct clipboard_viewer *viewer,
			 bool extended);

/*
 * The viewer has requested an update, at `now` (µs of a monotonic clock). The first request says
 * when it is offered what was copied before.
 */
void clipboard_requested(struct clipboard_viewer *viewer, uint64_t now);

/* Offers what is due. Returns when (µs) to call this again; UINT64_MAX: no need. */
uint64_t clipboard_offer(struct clipboard *clipboard, uint64_t now);

/* The viewer has sent a whole ClientCutText. */
void clipboard_message(struct clipboard *clipboard, struct clipboard_viewer *viewer,
		       const uint8_t *message, size_t length);

/*
 * Sends the viewer what it is owed, or starts what is needed for that. To be called when all that
 * was sent to it has been written.
 */
void clipboard_serve(struct clipboard *clipboard, struct clipboard_viewer *viewer);

/* A program on the desktop has copied something or, not `owned`, it is gone. */
void clipboard_changed(struct clipboard *clipboard, bool owned);

/* The owner of the desktop's text has cleared it. */
void clipboard_cleared(struct clipboard *clipboard);

/* The answer to a query: 1 for a text, 0 for none, or -errno. */
void clipboard_queried(struct clipboard *clipboard, int result);

/* The answer to a fetch: 0 and the text, now the clipboard's, or -errno and NULL. */
void clipboard_fetched(struct clipboard *clipboard, int result, struct clipboard_text *text);

#endif
