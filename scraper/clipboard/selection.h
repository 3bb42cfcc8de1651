/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The X side of the clipboard: watches what other programs copy (CLIPBOARD) and, if configured,
 * mark (PRIMARY), fetches it on request, and owns CLIPBOARD, and PRIMARY if configured, for what
 * viewers have copied. Whichever of the two changed last counts. Nothing here waits for another
 * program.
 */
#ifndef GPUDESK_SELECTION_H
#define GPUDESK_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "clipboard_text.h"
#include "common/config.h"
#include "selection_owner.h"
#include "selection_requestor.h"
#include "x11/display.h"

/* PRIMARY changes with each step of a selecting mouse: it counts once unchanged for so long. */
#define SELECTION_REST_USEC UINT64_C(200000)

struct clipboard;

/* Each gets the `clipboard` of selection_start. */
struct selection_callbacks {
	/* Another program has copied something; or, not `owned`, it has ended. */
	void (*changed)(struct clipboard *clipboard, bool owned);
	/* A program has cleared CLIPBOARD, its own or ours. */
	void (*cleared)(struct clipboard *clipboard);
	struct selection_answers answers;
};

struct selection {
	struct display *display; /* not owned */
	const struct selection_callbacks *callbacks;
	struct clipboard *clipboard; /* not owned */
	enum clipboard_mode primary; /* which way PRIMARY goes */

	Window window; /* None: not started */
	struct selection_atoms atoms;
	struct selection_owner owner;
	struct selection_requestor requestor;
	struct clipboard_text *to_own; /* once the server's time is known */
	Atom current;		       /* the selection that counts; None: no other program's */
	bool is_ours;		       /* CLIPBOARD, as far as events tell */
	sd_event_source *rest;
};

/*
 * Starts; `current` is what another program owns already, which is not reported as a change.
 * `limit` is at most 1 MiB; `primary` says which way PRIMARY goes. Returns 0 or -errno. The struct
 * must stay where it is until selection_stop.
 */
int selection_start(struct selection *selection, sd_event *event, struct display *display,
		    size_t limit, enum clipboard_mode primary,
		    const struct selection_callbacks *callbacks, struct clipboard *clipboard);

/* Releases both selections and wipes their text. One of all zero is fine. */
void selection_stop(struct selection *selection);

/* Any event of the display. */
void selection_handle(struct selection *selection, const XEvent *event);

/* Asks the current owner whether it has text. */
void selection_query(struct selection *selection);

/* Fetches the text, after a query. */
void selection_fetch(struct selection *selection);

/* Takes CLIPBOARD, and PRIMARY if configured, for `text` (counted), or releases them. */
void selection_own(struct selection *selection, struct clipboard_text *text);
void selection_disown(struct selection *selection);

#endif
