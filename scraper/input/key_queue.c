/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "key_queue.h"

#include <errno.h>
#include <stddef.h>

int key_queue_add(struct key_queue *queue, const struct queued_key *key)
{
	if (queue->n == KEY_QUEUE_MAX)
		return -ENOSPC;
	queue->list[(queue->first + queue->n++) % KEY_QUEUE_MAX] = *key;
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

void key_queue_forget(struct key_queue *queue, const struct input_holder *holder)
{
	unsigned n = queue->n;

	queue->n = 0;
	for (unsigned i = 0; i < n; i++) {
		struct queued_key key = queue->list[(queue->first + i) % KEY_QUEUE_MAX];

		if (key.holder != holder)
			key_queue_add(queue, &key);
	}
}
