/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "key_queue.h"

#include <errno.h>
#include <stddef.h>

unsigned key_queue_count(const struct key_queue *queue, const struct input_holder *holder)
{
	unsigned n = 0;

	for (unsigned i = 0; i < queue->n; i++)
		n += queue->list[(queue->first + i) % KEY_QUEUE_MAX].holder == holder;
	return n;
}

static void append(struct key_queue *queue, const struct queued_key *key)
{
	queue->list[(queue->first + queue->n++) % KEY_QUEUE_MAX] = *key;
}

int key_queue_add(struct key_queue *queue, const struct queued_key *key)
{
	if (key_queue_count(queue, key->holder) >= KEY_QUEUE_MAX - queue->n)
		return -ENOSPC;
	append(queue, key);
	return 0;
}

const struct queued_key *key_queue_first(const struct key_queue *queue)
{
	return queue->n ? &queue->list[queue->first] : NULL;
}

void key_queue_remove_first(struct key_queue *queue)
{
	queue->first = (queue->first + 1) % KEY_QUEUE_MAX;
	queue->n--;
}

unsigned key_queue_keysyms(const struct key_queue *queue, uint32_t *ret_keysyms, unsigned max)
{
	unsigned n = 0;

	for (unsigned i = 0; i < queue->n && n < max; i++) {
		const struct queued_key *key = &queue->list[(queue->first + i) % KEY_QUEUE_MAX];

		if (key->down)
			ret_keysyms[n++] = key->request.keysym;
	}
	return n;
}

void key_queue_forget(struct key_queue *queue, const struct input_holder *holder)
{
	unsigned n = queue->n;

	queue->n = 0;
	for (unsigned i = 0; i < n; i++) {
		struct queued_key key = queue->list[(queue->first + i) % KEY_QUEUE_MAX];

		if (key.holder != holder)
			append(queue, &key);
	}
}
