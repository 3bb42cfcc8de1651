/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The X side of the clipboard: watches what other programs copy (CLIPBOARD) and select (PRIMARY),
 * fetches it when told to, and holds what viewers have copied. Whichever of the two selections was
 * changed last counts. Nothing here waits: what takes another program's help ends in a callback,
 * within SELECTION_ANSWER_USEC of its last sign of life.
 */
#ifndef GPUDESK_SELECTION_H
#define GPUDESK_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "clipboard_text.h"
#include "selection_owner.h"
#include "x11/display.h"

#define SELECTION_ANSWER_USEC UINT64_C(2000000)
/* PRIMARY follows each step of a mouse that selects: it counts when it has rested for so long. */
#define SELECTION_REST_USEC UINT64_C(200000)

struct selection_callbacks {
	/* Another program has copied something; or, not `owned`, what there was is gone. */
	void (*changed)(bool owned, void *userdata);
	/* The answer to selection_look: 1 for text, 0 for none, or -ETIMEDOUT. */
	void (*offers)(int result, void *userdata);
	/*
	 * The answer to selection_fetch: 0 and a text that is the callee's, or NULL and -EMSGSIZE
	 * (too long), -EILSEQ (no UTF-8), -ETIMEDOUT, -ENOENT (no text) or -ENOMEM.
	 */
	void (*text)(int result, struct clipboard_text *text, void *userdata);
};

enum selection_step {
	SELECTION_IDLE,
	SELECTION_STAMPING,   /* waits for the server's time */
	SELECTION_CONVERTING, /* waits for the owner */
	SELECTION_RECEIVING,  /* gets it in pieces */
};

struct selection {
	struct display *display; /* not owned */
	size_t limit;		 /* bytes of a text */
	struct selection_callbacks callbacks;
	void *userdata;

	Window window; /* None: not started */
	struct selection_atoms atoms;
	struct selection_owner owner;
	struct clipboard_text *to_own; /* waits for the server's time */

	Atom current;	  /* the selection that counts; None: no other program's */
	unsigned offered; /* bit per enum selection_target */
	enum selection_step step;
	bool looking;	 /* for what there is, not for the text */
	int target;	 /* enum selection_target */
	Time time;	 /* of the request */
	uint8_t *pieces; /* what has come so far */
	size_t length, capacity;
	uint64_t received; /* bytes, kept or not */
	bool too_long;
	sd_event_source *timer, *rest;
};

/*
 * Begins; `changed` may be called at once. `limit` is at most 1 MiB. Returns 0 or -errno. The
 * struct must stay where it is until selection_stop.
 */
int selection_start(struct selection *selection, sd_event *event, struct display *display,
		    size_t limit, const struct selection_callbacks *callbacks, void *userdata);

/* Gives up what is owned, and wipes it. One of all zero is fine. */
void selection_stop(struct selection *selection);

/* Any event that came over the display. */
void selection_handle(struct selection *selection, const XEvent *event);

/* Asks what the current owner has; must not run already. */
void selection_look(struct selection *selection);

/* Fetches the text, after a look. */
void selection_fetch(struct selection *selection);

/* Takes CLIPBOARD and PRIMARY for `text` (counted), or gives them up. */
void selection_own(struct selection *selection, struct clipboard_text *text);
void selection_give_up(struct selection *selection);

#endif
