/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The X atoms of the clipboard's two selections. */
#ifndef GPUDESK_SELECTION_ATOMS_H
#define GPUDESK_SELECTION_ATOMS_H

#include <X11/Xlib.h>

/* The targets a text can be requested as, best first. */
enum selection_target {
	SELECTION_UTF8_STRING,
	SELECTION_PLAIN_UTF8,	 /* text/plain;charset=utf-8 */
	SELECTION_COMPOUND_TEXT, /* X's own way to mix charsets, of programs from before UTF-8 */
	SELECTION_PLAIN,	 /* text/plain: UTF-8 or, if it is not that, Latin-1 */
	SELECTION_STRING,	 /* Latin-1 */
	SELECTION_TEXT,		 /* any of these, as the owner likes */
	N_SELECTION_TARGETS,
};

struct selection_atoms {
	Atom names[2]; /* CLIPBOARD and PRIMARY */
	Atom texts[N_SELECTION_TARGETS];
	Atom targets, timestamp, multiple, atom_pair, incr;
	Atom stamp, property; /* properties of our own window */
};

/* Returns 0, or -ENOTCONN. One round trip. */
int selection_atoms_init(Display *x, struct selection_atoms *ret_atoms);

#endif
