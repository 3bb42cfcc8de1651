/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The owner's side of X selections (ICCCM, section 2): holds a text as CLIPBOARD and PRIMARY and
 * gives it to the programs that ask. Never waits for one.
 */
#ifndef GPUDESK_SELECTION_OWNER_H
#define GPUDESK_SELECTION_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "clipboard_text.h"
#include "x11/display.h"

/* What a text can be asked for as, best first. */
enum selection_target {
	SELECTION_UTF8_STRING,
	SELECTION_PLAIN_UTF8, /* text/plain;charset=utf-8 */
	SELECTION_STRING,     /* Latin-1 */
	N_SELECTION_TARGETS,
};

struct selection_atoms {
	Atom names[2]; /* CLIPBOARD and PRIMARY */
	Atom texts[N_SELECTION_TARGETS];
	Atom targets, timestamp, multiple, text, atom_pair, incr;
	Atom stamp, property; /* of our own window */
};

/* Returns 0, or -ENOTCONN. One round trip. */
int selection_atoms_init(Display *x, struct selection_atoms *ret_atoms);

enum { SELECTION_TRANSFERS_MAX = 8 };

/* A text that goes over in pieces (ICCCM, 2.7.2). */
struct selection_transfer {
	Window requestor; /* None: not used */
	Atom property, type;
	uint8_t *bytes;
	size_t length, sent;
	uint64_t deadline; /* µs: when a requestor that asks for no more is given up */
};

struct selection_owner {
	struct display *display; /* not owned */
	const struct selection_atoms *atoms;
	Window window;
	struct clipboard_text *text; /* NULL: nothing is owned */
	bool owns[2];
	Time acquired;
	struct selection_transfer transfers[SELECTION_TRANSFERS_MAX];
	sd_event_source *timer;
};

/* `window` is who owns the selections. Returns 0 or -errno. */
int selection_owner_init(struct selection_owner *owner, sd_event *event, struct display *display,
			 const struct selection_atoms *atoms, Window window);

/* Gives up what is owned and being sent. An owner of all zero is fine. */
void selection_owner_finish(struct selection_owner *owner);

/* Takes both selections for `text` (counted) at the server's time `now`. One round trip each. */
void selection_owner_acquire(struct selection_owner *owner, struct clipboard_text *text, Time now);
void selection_owner_give_up(struct selection_owner *owner);

/* A SelectionRequest, SelectionClear, PropertyNotify or DestroyNotify; others are ignored. */
void selection_owner_handle(struct selection_owner *owner, const XEvent *event);

#endif
