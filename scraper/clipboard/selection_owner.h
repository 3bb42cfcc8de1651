/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The owner's side of X selections (ICCCM, section 2): owns CLIPBOARD, and PRIMARY if wanted, with
 * one text, and sends it to the programs that request it. Never waits for one.
 */
#ifndef GPUDESK_SELECTION_OWNER_H
#define GPUDESK_SELECTION_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "clipboard_text.h"
#include "selection_atoms.h"
#include "x11/display.h"

enum { SELECTION_TRANSFERS_MAX = 8 };

/* A text that is sent in pieces (INCR; ICCCM, 2.7.2). */
struct selection_transfer {
	Window requestor; /* None: unused */
	Atom property, type;
	uint8_t *bytes;
	size_t length, sent;
	uint64_t deadline; /* µs: when to give up on a requestor that takes no more */
};

struct selection_owner {
	struct display *display; /* not owned */
	const struct selection_atoms *atoms;
	Window window;
	bool with_primary; /* PRIMARY is to be owned too; set after selection_owner_init */
	struct clipboard_text *text; /* NULL: nothing is owned */
	bool owns[2];
	Time acquired;
	unsigned long serial; /* of the requests that acquired */
	struct selection_transfer transfers[SELECTION_TRANSFERS_MAX];
	sd_event_source *timer;
};

/* `window` becomes the owner of the selections. Returns 0 or -errno. */
int selection_owner_init(struct selection_owner *owner, sd_event *event, struct display *display,
			 const struct selection_atoms *atoms, Window window);

/* Ends the transfers and releases the selections. An owner of all zero is fine. */
void selection_owner_finish(struct selection_owner *owner);

/* Takes the selections for `text` (counted) at the server's time `now`. One round trip each. */
void selection_owner_acquire(struct selection_owner *owner, struct clipboard_text *text, Time now);
void selection_owner_release(struct selection_owner *owner);

/*
 * Whether an event about a selection's owner is from before the selection was acquired: by its
 * place among the events, or by the server's time that it gives.
 */
bool selection_owner_is_stale(const struct selection_owner *owner, const XEvent *event, Time time);

/* A SelectionRequest, SelectionClear, PropertyNotify or DestroyNotify; others are ignored. */
void selection_owner_handle(struct selection_owner *owner, const XEvent *event);

#endif
