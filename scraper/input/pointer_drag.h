/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drags during which a program puts the pointer elsewhere, as 3D programs do at the edge of their
 * window. A viewer says where its own pointer is; from the warp to the end of the drag, only how
 * far it has moved counts, or the drag would jump back. Pure; coordinates are pixels.
 */
#ifndef GPUDESK_POINTER_DRAG_H
#define GPUDESK_POINTER_DRAG_H

struct pointer_place {
	int x, y;
};

/* All zeros: no drag. */
struct pointer_drag {
	struct pointer_place viewer; /* where the viewer's pointer was last */
	struct pointer_place sent;   /* where the desktop's was sent for that */
	struct pointer_place offset; /* from the viewer's pointer to the desktop's */
};

/* A button is down: what pointer_drag_move() returns was sent to the desktop for `viewer`. */
void pointer_drag_sent(struct pointer_drag *drag, struct pointer_place viewer,
		       struct pointer_place sent);

/*
 * The desktop's pointer is `now`; it was `then` right after it was sent somewhere last, which
 * differs if it may not go there. What has moved it in between was a program, unless it only went
 * where it was sent, late. Once the viewer's own pointer is where the program has put the
 * desktop's, because the viewer was told, its coordinates count again.
 */
void pointer_drag_look(struct pointer_drag *drag, struct pointer_place then,
		       struct pointer_place now, struct pointer_place viewer);

/* Where the desktop's pointer goes when the viewer's is at `viewer`. */
struct pointer_place pointer_drag_move(const struct pointer_drag *drag,
				       struct pointer_place viewer);

#endif
