/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The desktop's pointer, as several viewers share it: who may use it, and which buttons go down and
 * up. While a viewer holds a button, it has the pointer alone. No X, no I/O, no clock.
 */
#ifndef GPUDESK_POINTER_SHARING_H
#define GPUDESK_POINTER_SHARING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	POINTER_SHARING_BUTTONS =
		9, /* bit 0 is X's button 1; more than 9 mean nothing to anybody */
	POINTER_SHARING_MASK = (1 << POINTER_SHARING_BUTTONS) - 1,
	POINTER_SHARING_PATIENCE =
		10000 /* ms after which a viewer that holds buttons and is silent loses them */
};

/* What one viewer does with the pointer. Begins as all zero. */
struct pointer_sharing_user {
	uint16_t held;	  /* buttons that are down on the desktop for it */
	uint16_t ignored; /* buttons that it pressed when it was not its turn; until it lets go */
};

/* Begins as all zero. */
struct pointer_sharing {
	struct pointer_sharing_user *owner; /* who holds buttons; NULL: nobody */
	uint64_t owner_heard;		    /* ms: when it last said something */
};

/* What is to be done on the desktop: release_before, the motion, release, press. */
struct pointer_sharing_steps {
	bool move;
	uint16_t release_before; /* buttons that a silent owner has lost */
	uint16_t press, release;
};

/* `user` says where the pointer is, with `mask` held. `now` is in ms. */
struct pointer_sharing_steps pointer_sharing_event(struct pointer_sharing *pointer,
						   struct pointer_sharing_user *user, uint16_t mask,
						   uint64_t now);

/* The viewer has left. Returns the buttons to release. */
uint16_t pointer_sharing_leave(struct pointer_sharing *pointer, struct pointer_sharing_user *user);

/* The nearest coordinate on a screen of `limit` pixels. */
int pointer_sharing_clamp(int value, int limit);

#endif
