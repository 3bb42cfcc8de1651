/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys that must wait, in order: only while characters that are on no key are typed faster than
 * keysyms can be assigned to spare keys. A viewer's keys may take half of the room that the others'
 * leave, so that one who floods does not take it all; further keys are lost.
 */
#ifndef GPUDESK_KEY_QUEUE_H
#define GPUDESK_KEY_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "keyboard.h"

enum { KEY_QUEUE_MAX = 4096 };

struct input_holder;

struct queued_key {
	struct input_holder *holder; /* whose key it is */
	struct keyboard_request request;
	bool down;
};

/* Starts as all zeros. */
struct key_queue {
	struct queued_key list[KEY_QUEUE_MAX];
	unsigned first, n;
};

/* Returns 0, or -ENOSPC. */
int key_queue_add(struct key_queue *queue, const struct queued_key *key);

/* The oldest key, or NULL. It stays in the queue, and valid, until it is removed. */
const struct queued_key *key_queue_first(const struct key_queue *queue);
void key_queue_remove_first(struct key_queue *queue);

/* The keysyms that will be pressed next, up to `max` of them. Returns their number. */
unsigned key_queue_keysyms(const struct key_queue *queue, uint32_t *ret_keysyms, unsigned max);

/* How many keys of `holder` wait. */
unsigned key_queue_count(const struct key_queue *queue, const struct input_holder *holder);

/* Drops the keys of `holder`. */
void key_queue_forget(struct key_queue *queue, const struct input_holder *holder);

#endif
