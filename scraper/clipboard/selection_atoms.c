/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selection_atoms.h"

#include <errno.h>
#include <stdint.h>

#include <X11/Xatom.h>

int selection_atoms_init(Display *x, struct selection_atoms *ret_atoms)
{
	static const char *const names[] = {
		"CLIPBOARD",	"UTF8_STRING",	     "text/plain;charset=utf-8",
		"TARGETS",	"TIMESTAMP",	     "MULTIPLE",
		"TEXT",		"ATOM_PAIR",	     "INCR",
		"GPUDESK_TIME", "GPUDESK_SELECTION",
	};
	Atom atoms[sizeof(names) / sizeof(*names)];

	if (!XInternAtoms(x, (char **)(uintptr_t)names, sizeof(names) / sizeof(*names), False,
			  atoms))
		return -ENOTCONN;
	*ret_atoms = (struct selection_atoms){
		.names = { atoms[0], XA_PRIMARY },
		.texts = { atoms[1], atoms[2], XA_STRING },
		.targets = atoms[3],
		.timestamp = atoms[4],
		.multiple = atoms[5],
		.text = atoms[6],
		.atom_pair = atoms[7],
		.incr = atoms[8],
		.stamp = atoms[9],
		.property = atoms[10],
	};
	return 0;
}
