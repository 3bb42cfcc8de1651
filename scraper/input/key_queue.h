/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys that have to wait, in order. They wait only while characters that the keyboard does not have
 * are typed faster than keys can be given a meaning. Bounded: what comes on top of that is lost.
 */
#ifndef GPUDESK_INPUT_QUEUE_H
#define GPUDESK_INPUT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "keyboard.h"

enum { INPUT_QUEUE_MAX = 512 };

struct input_holder;

struct input_queued {
	struct input_holder *holder; /* whose key it is */
	struct keyboard_wish wish;
	bool down;
};

/* Begins as all zero. */
struct input_queue {
	struct input_queued list[INPUT_QUEUE_MAX];
	unsigned first, n;
};

/* Returns 0, or -ENOSPC. */
int input_queue_add(struct input_queue *queue, const struct input_queued *key);

/* The one that waits for longest, NULL if none does; and how it is taken away. */
const struct input_queued *input_queue_first(const struct input_queue *queue);
void input_queue_remove_first(struct input_queue *queue);

/* Forgets what `holder` wanted to type. */
void input_queue_forget(struct input_queue *queue, const struct input_holder *holder);

#endif
