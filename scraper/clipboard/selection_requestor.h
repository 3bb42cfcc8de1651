/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The requestor's side of X selections (ICCCM, section 2): asks a selection's owner for its
 * targets, and for its text in the best of them, which may come in pieces. Never waits: a request
 * ends in a callback, at the latest SELECTION_ANSWER_USEC after the owner's last sign of life.
 */
#ifndef GPUDESK_SELECTION_REQUESTOR_H
#define GPUDESK_SELECTION_REQUESTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "clipboard_text.h"
#include "selection_atoms.h"

#define SELECTION_ANSWER_USEC UINT64_C(2000000)

struct clipboard;

struct selection_answers {
	/* To a query: 1 if the owner has text, 0 if not, or -ETIMEDOUT. */
	void (*queried)(struct clipboard *clipboard, int result);
	/*
	 * To a fetch: 0 and a text that the callee owns, or NULL and -EMSGSIZE (too long), -EILSEQ
	 * (not UTF-8), -ETIMEDOUT, -ENOENT (no text) or -ENOMEM.
	 */
	void (*fetched)(struct clipboard *clipboard, int result, struct clipboard_text *text);
};

enum selection_step {
	SELECTION_IDLE,
	SELECTION_NEEDS_TIME, /* waits for selection_requestor_set_time() */
	SELECTION_CONVERTING, /* waits for the owner's answer */
	SELECTION_RECEIVING,  /* waits for the next piece */
};

struct selection_requestor {
	/* Set by the owner of this struct, before selection_requestor_init. */
	Display *x;
	Window window; /* its property receives the answers */
	const struct selection_atoms *atoms;
	size_t limit; /* bytes of a text */
	struct selection_answers answers;
	struct clipboard *clipboard;

	enum selection_step step;
	bool is_query;	  /* of the targets; else a fetch of the text */
	Atom selection;	  /* that is requested */
	unsigned offered; /* bits: 1 << enum selection_target, from the last query */
	int target;	  /* enum selection_target of a fetch */
	Time time;	  /* of the request */
	uint8_t *pieces;  /* of the text so far */
	size_t length, capacity;
	uint64_t received; /* bytes, those thrown away included */
	bool too_long;
	sd_event_source *timer;
};

/* Returns 0 or -errno. The struct must stay where it is until selection_requestor_finish. */
int selection_requestor_init(struct selection_requestor *requestor, sd_event *event);

/* Cancels and wipes. One of all zero is fine. */
void selection_requestor_finish(struct selection_requestor *requestor);

/* Each cancels what was under way. The caller then gets the server's time and sets it. */
void selection_requestor_query(struct selection_requestor *requestor, Atom selection);
void selection_requestor_fetch(struct selection_requestor *requestor, Atom selection);
void selection_requestor_set_time(struct selection_requestor *requestor, Time now);

/* No callback follows. */
void selection_requestor_cancel(struct selection_requestor *requestor);

/* A SelectionNotify or PropertyNotify; others are ignored. */
void selection_requestor_handle(struct selection_requestor *requestor, const XEvent *event);

#endif
