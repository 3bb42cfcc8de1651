/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The desktop's pointer, shared by all viewers: who may use it, and which buttons go down and up.
 * A viewer that holds a button has the pointer for itself. Pure decisions.
 */
#ifndef GPUDESK_POINTER_SHARING_H
#define GPUDESK_POINTER_SHARING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	POINTER_SHARING_BUTTONS = 9, /* more mean nothing to programs */
	POINTER_SHARING_MASK = (1 << POINTER_SHARING_BUTTONS) - 1, /* bit 0: X's button 1 */
	/* A silent viewer loses the buttons that it holds when another uses the pointer. */
	POINTER_SHARING_TIMEOUT_MS = 10000,
};

/* One viewer's use of the pointer. Starts as all zeros. */
struct pointer_sharing_user {
	uint16_t held;	  /* buttons that are down on the desktop for it */
	uint16_t ignored; /* buttons pressed while another had the pointer; until released */
};

/* Starts as all zeros. */
struct pointer_sharing {
	struct pointer_sharing_user *owner; /* holds buttons; NULL: no viewer does */
	uint64_t owner_heard;		    /* ms: its last event */
};

/* What to do on the desktop, in this order. */
struct pointer_sharing_steps {
	uint16_t release_before; /* buttons that a silent owner has lost */
	bool move;
	uint16_t release, press;
};

/* A pointer event of `user`, which holds the buttons of `mask`. `now`: ms. */
struct pointer_sharing_steps pointer_sharing_event(struct pointer_sharing *pointer,
						   struct pointer_sharing_user *user, uint16_t mask,
						   uint64_t now);

/* `user` has disconnected. Returns the buttons to release. */
uint16_t pointer_sharing_release(struct pointer_sharing *pointer,
				 struct pointer_sharing_user *user);

/* The nearest coordinate on a screen of `limit` pixels, from 0. */
int pointer_sharing_clamp(int value, int limit);

#endif
