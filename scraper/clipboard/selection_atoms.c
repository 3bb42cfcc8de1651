/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selection_atoms.h"

#include <errno.h>
#include <stdint.h>

#include <X11/Xatom.h>

int selection_atoms_init(Display *x, struct selection_atoms *ret_atoms)
{
	static const char *const names[] = {
		"CLIPBOARD",	     "UTF8_STRING", "text/plain;charset=utf-8",
		"COMPOUND_TEXT",     "text/plain",  "TEXT",
		"TARGETS",	     "TIMESTAMP",   "MULTIPLE",
		"ATOM_PAIR",	     "INCR",	    "GPUDESK_TIME",
		"GPUDESK_SELECTION",
	};
	Atom atoms[sizeof(names) / sizeof(*names)];

	if (!XInternAtoms(x, (char **)(uintptr_t)names, sizeof(names) / sizeof(*names), False,
			  atoms))
		return -ENOTCONN;
	*ret_atoms = (struct selection_atoms){
		.names = { atoms[0], XA_PRIMARY },
		.texts = { atoms[1], atoms[2], atoms[3], atoms[4], XA_STRING, atoms[5] },
		.targets = atoms[6],
		.timestamp = atoms[7],
		.multiple = atoms[8],
		.atom_pair = atoms[9],
		.incr = atoms[10],
		.stamp = atoms[11],
		.property = atoms[12],
	};
	return 0;
}
