/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys that have to wait, in order. They wait only while characters that the keyboard does not have
 * are typed faster than keys can be given a meaning. Bounded: what comes on top of that is lost.
 */
#ifndef GPUDESK_KEY_QUEUE_H
#define GPUDESK_KEY_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "keyboard.h"

enum { KEY_QUEUE_MAX = 512 };

struct input_holder;

struct queued_key {
	struct input_holder *holder; /* whose key it is */
	struct keyboard_request request;
	bool down;
};

/* Begins as all zero. */
struct key_queue {
	struct queued_key list[KEY_QUEUE_MAX];
	unsigned first, n;
};

/* Returns 0, or -ENOSPC. */
int key_queue_add(struct key_queue *queue, const struct queued_key *key);

/* The one that waits for longest, NULL if none does; and how it is taken away. */
const struct queued_key *key_queue_first(const struct key_queue *queue);
void key_queue_remove_first(struct key_queue *queue);

/* Forgets what `holder` wanted to type. */
void key_queue_forget(struct key_queue *queue, const struct input_holder *holder);

#endif
